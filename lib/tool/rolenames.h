/* rolenames: --role and --follow of para-node; its commands follow and unfollow. */
#ifndef TOOL_ROLENAMES_H
#define TOOL_ROLENAMES_H

#include "node/node.h"
#include "tool/options.h"
#include "tool/tool.h"

/*
 * role: NULL when it was not given; follows: names with commas between them, one option or several. What c is given
 * lasts as long as the process. 0, or what tool_usage returns.
 */
int rolenames_read(struct node_config *c, struct tool *t, const char *role, const struct option_list *follows);

/* Tells the node to follow the chain that is the operand, or not any more; prints what it says. An exit status. */
int rolenames_follow(struct tool *t);
int rolenames_unfollow(struct tool *t);

#endif
