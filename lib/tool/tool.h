/*
 * tool: what every command line program shares: exit status, messages, the common options' values.
 *
 * A tool's main is one call: options_main(&program, argc, argv). The command it finds gets a struct tool with its
 * operands and returns an exit status. Source of the rule: para(7), EXIT STATUS.
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum tool_status {
	TOOL_DONE = 0,
	TOOL_NO = 1,          /* invalid, not found, failed */
	TOOL_TROUBLE = 2,     /* usage, or trouble on this machine */
	TOOL_UNREACHABLE = 3, /* no node */
	TOOL_REJECTED = 4,    /* by the node */
	TOOL_LATER = 5        /* not yet, try again */
};

struct command;
struct input;
struct output;
struct remote;

struct tool {
	const char *name; /* "para-seal" */
	const struct command *command;
	int argc; /* operands */
	char **argv;
	/* the common options; NULL or zero when not given (key and node already fall back to the environment) */
	const char *node, *dir, *key, *passphrase_file, *chain, *fields, *format;
	uint64_t connect_s; /* 5 unless given */
	bool quiet, verbose;
	int status;            /* of the batch so far */
	uint64_t given[2];     /* options met on the command line, a bit each */
	const struct input *at; /* the line at hand, which tool_fail names; NULL: none */
	struct output *output; /* made at the first result */
	struct remote *remote; /* connected at the first call */
};

/* Records a status: the worst in the order 2, 3, 4, 5, 1, 0 stays. Returns status. */
int tool_status(struct tool *t, int status);

/*
 * "NAME: ..." as one line on stderr, control characters escaped. tool_fail names the line at hand, if there is one, and
 * also records and returns status.
 */
__attribute__((format(printf, 2, 3))) void tool_say(const struct tool *t, const char *format, ...);
__attribute__((format(printf, 3, 4))) int tool_fail(struct tool *t, int status, const char *format, ...);

/* The same with the place in the input: "para-seal: line 7: ...", "para-seal: a.txt: line 7: ...". */
__attribute__((format(printf, 4, 5))) int tool_fail_at(struct tool *t, const struct input *in, int status,
    const char *format, ...);

/* What is no error: tool_note unless --quiet, tool_detail only with --verbose. */
__attribute__((format(printf, 2, 3))) void tool_note(const struct tool *t, const char *format, ...);
__attribute__((format(printf, 2, 3))) void tool_detail(const struct tool *t, const char *format, ...);

/* Usage errors: TOOL_TROUBLE, with the hint to --help. */
__attribute__((format(printf, 2, 3))) int tool_usage(struct tool *t, const char *format, ...);

/* The exit status that tells of a library error: trouble on this machine, no node, not yet, or plainly no. */
int tool_status_of(enum err e);

/*
 * Before anything else: descriptors 0, 1, 2 exist (a closed stdin is empty, a closed stdout refuses writes), no core
 * dumps, SIGPIPE ignored (EPIPE then ends quietly) and SIGXFSZ (a file's limit is a full disk), libsodium started.
 */
enum err tool_start(void);

#endif
