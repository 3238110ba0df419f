/*
 * home: where things of a user lie.
 *
 *     data directory   -d, else $PARA_HOME, else $XDG_DATA_HOME/para, else ~/.local/share/para
 *     control socket   -n, else $PARA_NODE, else ipc://DIR/node.ipc if it is there (with -d: there or not yet),
 *                      else ipc:///run/para/node.ipc
 *
 * The home is $HOME, else the user's entry in the password file. Source of the rule: para(7), FILES.
 */
#ifndef TOOL_HOME_H
#define TOOL_HOME_H

#include <limits.h>

#include "tool/tool.h"

/* The data directory, not made. 0, or TOOL_TROUBLE with a message that names PARA_HOME. */
int home_dir(char out[static PATH_MAX], struct tool *t);

/* dir/name; TOOL_TROUBLE with a message when it is too long. */
int home_path(char out[static PATH_MAX], struct tool *t, const char *dir, const char *name);

/* The control socket's URL as of now. Without any home only -n, $PARA_NODE and /run are left; never fails. */
void home_node_url(char out[static PATH_MAX + 8], const struct tool *t);

/* Is that ipc://PATH, as a control socket's URL is? 0, or TOOL_TROUBLE with a message that begins with what. */
int home_check_url(struct tool *t, const char *what, const char *url);

#endif
