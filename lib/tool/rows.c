#include "tool/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "tool/output.h"

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

/* Characters, not bytes: continuation bytes of UTF-8 take no room. */
static size_t
width_of(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
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

static void
print_cell(struct buf *out, const struct rows *rows, size_t i, const char *text)
{
	size_t room = rows->width[i] - width_of(text);
	if (rows->right[i])
		add_spaces(out, room);
	buf_add_text(out, text);
	if (i + 1 == rows->columns)
		buf_add(out, "\n", 1);
	else
		add_spaces(out, 2 + (rows->right[i] ? 0 : room));
}

void
rows_print(struct buf *out, struct rows *rows)
{
	if (rows->count > 0 && !rows->begun) {
		buf_add_text(out, rows->bold ? "\033[1m" : "");
		for (size_t i = 0; i < rows->columns; i++)
			print_cell(out, rows, i, rows->column[i]);
		if (rows->bold) {
			out->len -= out->failed ? 0 : 1; /* the end of the bold text belongs on its line */
			buf_add_text(out, "\033[0m\n");
		}
		rows->begun = true;
	}
	const char *cell = (const char *)rows->cells.data;
	for (size_t row = 0; row < rows->count; row++)
		for (size_t i = 0; i < rows->columns; i++) {
			print_cell(out, rows, i, cell);
			cell += strlen(cell) + 1;
		}
	if (rows->cells.failed)
		out->failed = true;
	buf_reset(&rows->cells);
	rows->count = 0;
}

void
rows_record(struct buf *out, const struct json *object)
{
	size_t longest = 0;
	for (const struct json *m = json_first(object); m; m = json_next(m))
		if (strlen(json_key(m)) > longest)
			longest = strlen(json_key(m));
	for (const struct json *m = json_first(object); m; m = json_next(m)) {
		buf_add_text(out, json_key(m));
		add_spaces(out, longest + 2 - strlen(json_key(m)));
		add_value(out, m);
		buf_add(out, "\n", 1);
	}
	buf_add(out, "\n", 1);
}
