/*
 * line: the object that an input line carries: bare hex, or a JSON object with it in hex, template, seal or proof.
 */
#ifndef TOOL_LINE_H
#define TOOL_LINE_H

#include "base/bytes.h"
#include "json/json.h"
#include "tool/input.h"

struct line {
	struct json *document; /* NULL for bare hex */
	struct buf raw;        /* the object */
};

/* Does it begin as a JSON object, after the space that may stand before one? */
bool line_is_object(struct bytes text);

/*
 * 0, or TOOL_NO with a message that names the line: neither hex nor JSON, or no such member. Reuses what the line held
 * before; zero-initialise the first time.
 */
int line_read(struct line *out, struct tool *t, const struct input *in, struct bytes text);
void line_free(struct line *line);

#endif
