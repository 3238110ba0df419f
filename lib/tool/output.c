#include "tool/output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tool/options.h"
#include "tool/rows.h"

/* Enough to write at once; a table keeps so many rows to find its widths. */
enum { HELD_BYTES = 65536, HELD_ROWS = 200 };

enum form { FORM_JSON, FORM_FIELDS, FORM_TABLE, FORM_RECORD };

struct output {
	enum form form;
	struct buf held, object;
	struct json_writer writer;
	struct rows rows;
};

/* The one place where a tool ends below main: nobody reads on, or nothing can be written. */
static _Noreturn void
end(struct tool *t, int error)
{
	if (error != EPIPE)
		tool_fail(t, TOOL_TROUBLE, "cannot write: %s", strerror(error));
	_exit(t->status);
}

static bool
on_terminal(const struct tool *t)
{
	return (t->command->common & OPTIONS_TABLE) && isatty(STDOUT_FILENO);
}

static enum form
form_of(const struct tool *t)
{
	bool table = t->format ? strcmp(t->format, "table") == 0 : on_terminal(t) && !t->fields;
	if (t->fields)
		return table ? FORM_TABLE : FORM_FIELDS;
	if (!table)
		return FORM_JSON;
	return t->command->columns ? FORM_TABLE : FORM_RECORD;
}

/* 0: no terminal, or one that does not say. */
static size_t
terminal_width(void)
{
	struct winsize size;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static struct output *
output_of(struct tool *t)
{
	if (t->output)
		return t->output;
	struct output *o = t->output = calloc(1, sizeof *o);
	if (!o)
		end(t, ENOMEM);
	o->form = t->command ? form_of(t) : FORM_JSON;
	const char *no_color = getenv("NO_COLOR");
	bool bold = isatty(STDOUT_FILENO) && !(no_color && no_color[0]);
	const char *list = t->fields ? t->fields : t->command ? t->command->columns : NULL;
	if ((o->form == FORM_FIELDS || o->form == FORM_TABLE) && !rows_start(&o->rows, list, bold)) {
		tool_fail(t, TOOL_TROUBLE, "option --fields: '%s' is no list of names", list);
		_exit(t->status);
	}
	o->rows.bold = bold;
	o->rows.room = terminal_width();
	return o;
}

static void
write_out(struct tool *t, struct buf *b)
{
	if (b->failed)
		end(t, ENOMEM);
	for (size_t at = 0; at < b->len;) {
		ssize_t n = write(STDOUT_FILENO, b->data + at, b->len - at);
		if (n < 0 && errno != EINTR)
			end(t, errno);
		at += n > 0 ? (size_t)n : 0;
	}
	buf_reset(b);
}

static void
add_object(struct tool *t, struct output *o, const struct json *object)
{
	switch (o->form) {
	case FORM_JSON: break;
	case FORM_FIELDS: rows_fields(&o->held, &o->rows, object); break;
	case FORM_RECORD: rows_record(&o->held, &o->rows, object); break;
	case FORM_TABLE:
		rows_add(&o->rows, object);
		if (o->rows.count == HELD_ROWS)
			output_flush(t);
		break;
	}
}

static void
write_when_enough(struct tool *t, struct output *o)
{
	if (o->held.failed || o->held.len >= HELD_BYTES)
		write_out(t, &o->held);
}

void
output_result(struct tool *t, struct bytes text)
{
	struct output *o = output_of(t);
	if (o->form == FORM_JSON) {
		buf_add(&o->held, text.data, text.len);
		buf_add(&o->held, "\n", 1);
	} else {
		struct json *object;
		enum err e = json_parse(&object, NULL, text);
		if (e)
			tool_fail(t, TOOL_TROUBLE, "cannot format a result: %s", err_text(e));
		else
			add_object(t, o, object);
		if (!e)
			json_free(object);
	}
	write_when_enough(t, o);
}

void
output_value(struct tool *t, const struct json *object)
{
	struct output *o = output_of(t);
	if (o->form == FORM_JSON) {
		struct json_writer w = json_writer(&o->held);
		json_put_value(&w, object);
		buf_add(&o->held, "\n", 1);
	} else {
		add_object(t, o, object);
	}
	write_when_enough(t, o);
}

struct json_writer *
output_begin(struct tool *t)
{
	struct output *o = output_of(t);
	buf_reset(&o->object);
	o->writer = json_writer(&o->object);
	json_put_object(&o->writer);
	return &o->writer;
}

void
output_end(struct tool *t)
{
	struct output *o = output_of(t);
	json_end_object(&o->writer);
	if (o->object.failed)
		end(t, ENOMEM);
	output_result(t, bytes_of(&o->object));
}

void
output_raw(struct tool *t, struct bytes data)
{
	struct output *o = output_of(t);
	buf_add(&o->held, data.data, data.len);
	write_when_enough(t, o);
}

void
output_flush(struct tool *t)
{
	struct output *o = t->output;
	if (!o)
		return;
	if (o->form == FORM_TABLE)
		rows_print(&o->held, &o->rows);
	write_out(t, &o->held);
}

void
output_watch(struct tool *t)
{
	struct pollfd out = {.fd = STDOUT_FILENO};
	if (poll(&out, 1, 0) == 1 && out.revents & (POLLERR | POLLHUP))
		end(t, EPIPE);
}

void
output_close(struct tool *t)
{
	output_flush(t);
	if (t->output) {
		rows_free(&t->output->rows);
		buf_free(&t->output->held);
		buf_free(&t->output->object);
		free(t->output);
		t->output = NULL;
		/* A full disk of the network may show only here. */
		if (close(STDOUT_FILENO) < 0)
			end(t, errno);
	}
}

/* The length of one character of printable UTF-8, 0 for anything else. */
static size_t
printable(const unsigned char *c, size_t len)
{
	size_t n = c[0] < 0x80 ? 1 : c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : c[0] >= 0xc2 ? 2 : 0;
	if (n == 0 || n > len || c[0] > 0xf4 || (n == 1 && (c[0] < 0x20 || c[0] == 0x7f)))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	bool c1_control = c[0] == 0xc2 && c[1] < 0xa0;
	return c1_control ? 0 : n;
}

void
output_escape(struct buf *out, const char *text, size_t len)
{
	char escaped[8];
	for (size_t i = 0; i < len;) {
		size_t n = printable((const unsigned char *)text + i, len - i);
		if (n) {
			buf_add(out, text + i, n);
			i += n;
			continue;
		}
		snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned char)text[i++]);
		buf_add_text(out, escaped);
	}
}
