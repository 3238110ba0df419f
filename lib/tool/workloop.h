/* workloop: mining for a node for ever: takes signed work from its queue, searches, hands the result back. */
#ifndef TOOL_WORKLOOP_H
#define TOOL_WORKLOOP_H

#include "crypto/sign.h"
#include "tool/options.h"

/*
 * Runs until SIGTERM or SIGINT, or until stdin ends when it is a pipe or socket (a parent that is gone): the process
 * then exits with 0. Returns a status when the node stays away for a minute (or was never there), or refuses to give
 * work. Prints a line for each seal handed in.
 */
int workloop_run(struct tool *t, const struct sign_key *key, const struct option_list *chains, unsigned threads);

#endif
