/* query: questions to a node whose answers are printed as they are: one object, a list in pages, hyper blocks. */
#ifndef TOOL_QUERY_H
#define TOOL_QUERY_H

#include "json/json.h"
#include "tool/tool.h"

/* Prints the one object. what is named when it fails. 0 or a status with the message printed. */
int query_one(struct tool *t, const char *method, const struct buf *params, const char *what);

/* Prints each element of the result's member `list`, page after page: `next` is asked as `from`. */
int query_list(struct tool *t, const char *method, const char *list);

/* {"key":text}, or a number when number is set and text is one. */
void query_params(struct buf *out, const char *key, const char *text, bool number);

/*
 * The hyper blocks of an operand: HID, latest, final, a hash, A..B. Calls each for every block, in order; it returns 0
 * or the status to stop with. TOOL_NO with a message when a single one is not there.
 */
int query_hypers(struct tool *t, const char *operand, int (*each)(void *arg, const struct json *block), void *arg);

/* Calls each for every payload of a local block, in order and page by page; it returns 0 or the status to stop with. */
int query_payloads(struct tool *t, const char *place, int (*each)(void *arg, const struct json *payload), void *arg);

/* A local block by place or hash, with all its payloads, whatever their number. */
int query_block(struct tool *t, const char *operand);

#endif
