/*
 * submit: hands payloads and seals to a node and follows them to the state that is wanted.
 *
 *     lines -> queue -> batches, one ahead of the answers -> wait -> results, in the order of the lines
 */
#ifndef TOOL_SUBMIT_H
#define TOOL_SUBMIT_H

#include "tool/tool.h"

enum submit_until { SUBMIT_POOLED, SUBMIT_SEALED, SUBMIT_FINAL };

/* Reads stdin to its end. 0 or a status with the messages printed; see also t->status. */
int submit_run(struct tool *t, enum submit_until until, uint64_t timeout_s);

#endif
