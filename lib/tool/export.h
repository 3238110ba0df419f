/* export: every payload of a range of hyper blocks, each once and with its result, one after the other. */
#ifndef TOOL_EXPORT_H
#define TOOL_EXPORT_H

#include "tool/tool.h"

/*
 * In the order of the chain: hyper blocks, lanes, local blocks, index. from, to: as in a range of query_hypers. With -c of
 * that chain alone. csv: RFC 4180, a header line first. No more than one page of the node's answers is in memory.
 */
int export_run(struct tool *t, const char *from, const char *to, bool csv);

#endif
