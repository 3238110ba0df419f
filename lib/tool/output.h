/*
 * output: results on stdout: one JSON object a line; a table on a terminal or with -o table; the TAB-separated fields
 * of -f. A write error is trouble (status 2), EPIPE ends the process quietly.
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include "base/bytes.h"
#include "json/json.h"
#include "tool/tool.h"

/* One result, a JSON object. Held back until a flush or until enough is there. */
void output_result(struct tool *t, struct bytes object);
void output_value(struct tool *t, const struct json *object);

/*
 * The same while building: begin hands out a writer inside an object, end closes and prints it.
 *
 *     struct json_writer *w = output_begin(t);
 *     json_put_key(w, "valid");
 *     json_put_bool(w, true);
 *     output_end(t);
 */
struct json_writer *output_begin(struct tool *t);
void output_end(struct tool *t);

/* Bytes as they are (DOT, a backup). */
void output_raw(struct tool *t, struct bytes data);

/* Writes out what is held back. */
void output_flush(struct tool *t);

/* Ends the process quietly when nobody reads stdout any more: for who may have nothing to write for long. */
void output_watch(struct tool *t);

/* Flushes and closes stdout; the tool's status knows of errors. Called by options_main. */
void output_close(struct tool *t);

/* Text for a terminal: control characters and bytes that are no UTF-8 as \xNN. */
void output_escape(struct buf *out, const char *text, size_t len);

#endif
