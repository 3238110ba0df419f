/*
 * coinplan: what a coin's spec will come to: a row for each hyper block in which its emission or a lock turns.
 */
#ifndef TOOL_COINPLAN_H
#define TOOL_COINPLAN_H

#include "chain/spec.h"
#include "tool/tool.h"

/* As results, or as CSV with a line of names before it. Between two rows everything runs in a straight line. */
int coinplan_print(struct tool *t, const struct spec *spec, bool csv);

#endif
