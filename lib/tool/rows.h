/* rows: JSON objects as TAB-separated fields, aligned tables, or one member a line. */
#ifndef TOOL_ROWS_H
#define TOOL_ROWS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "json/json.h"

enum { ROWS_COLUMNS = 32 };

struct rows {
	char *names; /* the list that column[] points into */
	const char *column[ROWS_COLUMNS];
	size_t columns;
	size_t width[ROWS_COLUMNS];
	bool right[ROWS_COLUMNS]; /* numbers so far */
	bool bold, begun;         /* begun: the heading, or a record, is printed */
	size_t room, indent;      /* most characters of a line, 0: any; spaces before each */
	size_t count;
	struct buf cells; /* NUL-terminated, row after row */
};

/* list is "hid,seals,result.ok"; false when it is empty, has an empty name or too many. */
bool rows_start(struct rows *rows, const char *list, bool bold);
void rows_free(struct rows *rows);

/* One line of fields; a member that is missing is empty. Dots reach into objects. */
void rows_fields(struct buf *out, const struct rows *rows, const struct json *object);

/*
 * Collects a table's row; rows_print writes the rows collected, under a heading the first time. With room set long
 * texts are cut, and the last columns left out, to fit.
 */
void rows_add(struct rows *rows, const struct json *object);
void rows_print(struct buf *out, struct rows *rows);

/*
 * All members, one a line, names aligned; a list of objects as a table under its name. Between records is an empty line.
 * Of rows only bold, begun and room count.
 */
void rows_record(struct buf *out, struct rows *rows, const struct json *object);

#endif
