/* serve: a node in the foreground: its signals, its log on stderr, its limits, its exit status. */
#ifndef TOOL_SERVE_H
#define TOOL_SERVE_H

#include <limits.h>
#include <signal.h>

#include "node/node.h"
#include "tool/options.h"

struct serve {
	struct tool *t;
	const char *config_file; /* that SIGHUP reads again; NULL: none */
	bool quiet, verbose;     /* on the command line */
	sigset_t signals;
};

/* To be called before any other thread there is: SIGTERM and SIGINT end the node, SIGHUP rereads. */
void serve_begin(struct serve *out, struct tool *t, const char *config_file);

/* A node's log, and how much of it the options want. */
void serve_log(void *tool, enum node_log level, const char *line);
enum node_log serve_level(const struct tool *t);

/* para-mine beside this program, else wherever PATH has it; path itself. */
char *serve_miner(char path[static PATH_MAX]);

/* Until a signal or an error ends the node; the exit status. */
int serve_node(struct serve *s, const struct node_config *config);

/* A damaged store is a verdict; everything else that keeps a node from running is trouble here. */
int serve_status(enum err e);

#endif
