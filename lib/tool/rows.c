#include "tool/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "tool/output.h"

/* Between columns; a text that gives way keeps so much. */
enum { GAP = 2, LEAST = 10 };

bool
rows_start(struct rows *rows, const char *list, bool bold)
{
	*rows = (struct rows){.names = strdup(list), .bold = bold};
	if (!rows->names)
		return false;
	for (char *at = rows->names; at;) {
		char *comma = strchr(at, ',');
		if (comma)
			*comma = '\0';
		if (!at[0] || rows->columns == ROWS_COLUMNS)
			return false;
		rows->width[rows->columns] = strlen(at);
		rows->right[rows->columns] = true;
		rows->column[rows->columns++] = at;
		at = comma ? comma + 1 : NULL;
	}
	return true;
}

void
rows_free(struct rows *rows)
{
	free(rows->names);
	buf_free(&rows->cells);
}

static const struct json *
lookup(const struct json *object, const char *name)
{
	const struct json *whole = json_member(object, name);
	const char *dot = strchr(name, '.');
	char first[64];
	if (whole || !dot || (size_t)(dot - name) >= sizeof first)
		return whole;
	memcpy(first, name, (size_t)(dot - name));
	first[dot - name] = '\0';
	return lookup(json_member(object, first), dot + 1);
}

static void
add_value(struct buf *out, const struct json *value)
{
	const char *text;
	if (!value || json_kind_of(value) == JSON_NULL)
		return;
	if (json_text(&text, value) == ERR_OK) {
		output_escape(out, text, strlen(text));
		return;
	}
	struct json_writer w = json_writer(out);
	json_put_value(&w, value);
}

void
rows_fields(struct buf *out, const struct rows *rows, const struct json *object)
{
	for (size_t i = 0; i < rows->columns; i++) {
		if (i > 0)
			buf_add(out, "\t", 1);
		add_value(out, lookup(object, rows->column[i]));
	}
	buf_add(out, "\n", 1);
}

/* A continuation byte of UTF-8, which takes no room. */
static bool
is_inner(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t
width_of(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += !is_inner(*text);
	return n;
}

void
rows_add(struct rows *rows, const struct json *object)
{
	for (size_t i = 0; i < rows->columns; i++) {
		size_t at = rows->cells.len;
		add_value(&rows->cells, lookup(object, rows->column[i]));
		buf_add(&rows->cells, "", 1);
		if (rows->cells.failed)
			return;
		const char *cell = (const char *)rows->cells.data + at;
		size_t width = width_of(cell);
		if (width > rows->width[i])
			rows->width[i] = width;
		if (cell[strspn(cell, "0123456789")])
			rows->right[i] = false;
	}
	rows->count++;
}

static void
add_spaces(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add(out, " ", 1);
}

/* The widths of the first columns: the widest text gives way. False when that is not enough. */
static bool
squeeze(size_t shown[static ROWS_COLUMNS], const struct rows *rows, size_t columns)
{
	size_t total = rows->indent;
	for (size_t i = 0; i < columns; i++) {
		shown[i] = rows->width[i];
		total += shown[i] + (i > 0 ? GAP : 0);
	}
	for (; rows->room > 0 && total > rows->room; total--) {
		size_t widest = columns;
		for (size_t i = 0; i < columns; i++)
			if (!rows->right[i] && shown[i] > LEAST && (widest == columns || shown[i] > shown[widest]))
				widest = i;
		if (widest == columns)
			return false;
		shown[widest]--;
	}
	return true;
}

/* As much of the text as there is room for; two dots stand for the rest. */
static void
add_cut(struct buf *out, const char *text, size_t width)
{
	bool whole = width_of(text) <= width;
	const char *end = text;
	for (size_t n = 0; *end && (whole || is_inner(*end) || n + 2 < width); end++)
		n += !is_inner(*end);
	buf_add(out, text, (size_t)(end - text));
	buf_add_text(out, whole ? "" : "..");
}

static void
print_cell(struct buf *out, size_t width, bool right, const char *text, bool last)
{
	size_t taken = width_of(text), room = width > taken ? width - taken : 0;
	if (right)
		add_spaces(out, room);
	add_cut(out, text, width);
	if (last)
		buf_add(out, "\n", 1);
	else
		add_spaces(out, GAP + (right ? 0 : room));
}

static void
print_heading(struct buf *out, const struct rows *rows, const size_t *shown, size_t columns)
{
	add_spaces(out, rows->indent);
	buf_add_text(out, rows->bold ? "\033[1m" : "");
	for (size_t i = 0; i < columns; i++)
		print_cell(out, shown[i], rows->right[i], rows->column[i], i + 1 == columns);
	if (rows->bold) {
		out->len -= out->failed ? 0 : 1; /* the end of the bold text belongs on its line */
		buf_add_text(out, "\033[0m\n");
	}
}

void
rows_print(struct buf *out, struct rows *rows)
{
	size_t shown[ROWS_COLUMNS], columns = rows->columns;
	while (!squeeze(shown, rows, columns) && columns > 1)
		columns--;
	if (rows->count > 0 && !rows->begun) {
		print_heading(out, rows, shown, columns);
		rows->begun = true;
	}
	const char *cell = (const char *)rows->cells.data;
	if (rows->cells.failed) {
		out->failed = true;
		rows->count = 0;
	}
	for (size_t row = 0; row < rows->count; row++) {
		add_spaces(out, rows->indent);
		for (size_t i = 0; i < rows->columns; i++, cell += strlen(cell) + 1)
			if (i < columns)
				print_cell(out, shown[i], rows->right[i], cell, i + 1 == columns);
	}
	buf_reset(&rows->cells);
	rows->count = 0;
}

/* The names of an object's members that are neither objects nor lists. */
static void
add_names(struct buf *out, const struct json *object)
{
	for (const struct json *m = json_first(object); m; m = json_next(m)) {
		if (json_kind_of(m) == JSON_OBJECT || json_kind_of(m) == JSON_ARRAY)
			continue;
		buf_add_text(out, out->len > 0 ? "," : "");
		buf_add_text(out, json_key(m));
	}
	buf_add(out, "", 1);
}

/* A list of objects as a table of its own; false, and nothing added, for any other value. */
static bool
add_list(struct buf *out, const struct rows *rows, const struct json *list)
{
	struct rows inner = {0};
	struct buf names = {0};
	if (json_kind_of(list) != JSON_ARRAY || !json_first(list) || json_kind_of(json_first(list)) != JSON_OBJECT)
		return false;
	add_names(&names, json_first(list));
	bool can = !names.failed && rows_start(&inner, (const char *)names.data, rows->bold);
	inner.indent = GAP;
	inner.room = rows->room;
	for (const struct json *j = json_first(list); can && j; j = json_next(j))
		rows_add(&inner, j);
	buf_add_text(out, can ? "\n" : "");
	rows_print(out, &inner);
	rows_free(&inner);
	buf_free(&names);
	return can;
}

void
rows_record(struct buf *out, struct rows *rows, const struct json *object)
{
	size_t longest = 0;
	for (const struct json *m = json_first(object); m; m = json_next(m))
		if (strlen(json_key(m)) > longest)
			longest = strlen(json_key(m));
	buf_add_text(out, rows->begun ? "\n" : "");
	rows->begun = true;
	for (const struct json *m = json_first(object); m; m = json_next(m)) {
		buf_add_text(out, json_key(m));
		if (add_list(out, rows, m))
			continue;
		add_spaces(out, longest + GAP - strlen(json_key(m)));
		add_value(out, m);
		buf_add(out, "\n", 1);
	}
}
