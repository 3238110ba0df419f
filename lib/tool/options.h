/*
 * options: one table per command. From it come parsing, --help, and the names a configuration file may use; a lint
 * compares --help with man page and completions.
 *
 *     static uint64_t threads = 1;
 *     static const struct option_entry mine[] = {
 *         {'j', "threads", "N", "search with N threads", OPTION_NUMBER, &threads, 1, 1024},
 *         {0}};
 *     static const struct command commands[] = {
 *         {"", "[-j N]", "mine templates", OPTIONS_OUTPUT, mine, run_filter, NULL}, {0}};
 *     options_main(&(struct program){"para-mine", "...", commands}, argc, argv);
 */
#ifndef TOOL_OPTIONS_H
#define TOOL_OPTIONS_H

#include <stddef.h>

#include "tool/tool.h"

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char * */
	OPTION_NUMBER, /* uint64_t, least .. most, strict decimal */
	OPTION_LIST    /* struct option_list: may be repeated */
};

#define OPTION_NONE UINT64_MAX /* for the caller: an OPTION_NUMBER that was not given */

struct option_list {
	const char **item; /* never released: as long as the process */
	size_t count;
};

struct option_entry {
	char letter;          /* 0: long name only */
	const char *name;     /* NULL ends the table */
	const char *argument; /* "FILE"; NULL for a flag */
	const char *help;
	enum option_kind kind;
	void *value; /* keeps the caller's default until given */
	uint64_t least, most;
};

/* Which common options a command has; --help, --version, --quiet, --verbose always. */
enum {
	OPTIONS_NODE = 1,   /* -n, --connect-timeout, -d */
	OPTIONS_DIR = 2,    /* -d alone */
	OPTIONS_KEY = 4,    /* -k, --passphrase-file */
	OPTIONS_CHAIN = 8,  /* -c */
	OPTIONS_OUTPUT = 16, /* -o, -f */
	OPTIONS_TABLE = 32, /* as OPTIONS_OUTPUT; on a terminal a table unless -o json */
	OPTIONS_PASSPHRASE = 64 /* --passphrase-file alone */
};

struct command {
	const char *name;     /* NULL ends the table; "": what runs when the first argument names no command */
	const char *operands; /* usage after the options: "[FILE...]" */
	const char *help;     /* a sentence */
	unsigned common;
	const struct option_entry *options; /* NULL: none of its own */
	int (*run)(struct tool *t);         /* returns an exit status */
	const char *columns;                /* of its table: "hid,slot,hash"; NULL: one member a line */
};

struct program {
	const char *name, *help;
	const struct command *commands;
};

/* The whole of main: start, find the command, parse, run, close the output, exit status. */
int options_main(const struct program *program, int argc, char **argv);

/*
 * Reads `name = value` lines (# begins a comment; a flag takes yes or no) into the running command's own and common
 * options, except those given on the command line. 0 or TOOL_TROUBLE, with a message that names the line. May be
 * called again: what a list held from the file before is replaced.
 */
int options_file(struct tool *t, const char *path);

#endif
