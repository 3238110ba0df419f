/*
 * graph: hyper blocks, lanes and local blocks as Graphviz DOT: time runs to the right, hyper blocks in a row, a box for
 * what each lane adds to one, linked to what the lane added before.
 */
#ifndef TOOL_GRAPH_H
#define TOOL_GRAPH_H

#include "tool/tool.h"

/* Prints the graph of an operand as query_hypers takes it. 0 or a status with the message printed. */
int graph_print(struct tool *t, const char *operand);

#endif
