#include "tool/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tool/output.h"

enum { CHUNK = 65536 };

int
input_open(struct input *in, struct tool *t, const char *path)
{
	*in = (struct input){.fd = STDIN_FILENO};
	if (!path || strcmp(path, "-") == 0)
		return TOOL_DONE;
	in->name = path;
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd >= 0)
		return TOOL_DONE;
	in->end = true;
	return tool_fail(t, TOOL_TROUBLE, "cannot open %s: %s", path, strerror(errno));
}

void
input_close(struct input *in)
{
	if (in->fd > STDERR_FILENO)
		close(in->fd);
	buf_free(&in->held);
	in->fd = -1;
	in->end = true;
}

static bool
readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 0) > 0;
}

/* What was handed out moves away, so that the buffer holds a line and a chunk at most. */
static void
compact(struct input *in)
{
	if (in->at == 0)
		return;
	memmove(in->held.data, in->held.data + in->at, in->held.len - in->at);
	in->held.len -= in->at;
	in->at = 0;
}

static bool
fill(struct input *in, struct tool *t)
{
	if (in->end)
		return false;
	if (!readable(in->fd))
		output_flush(t);
	compact(in);
	size_t before = in->held.len;
	uint8_t *room = buf_extend(&in->held, CHUNK);
	if (!room) {
		in->end = in->failed = true;
		tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
		return false;
	}
	ssize_t n;
	do
		n = read(in->fd, room, CHUNK);
	while (n < 0 && errno == EINTR);
	in->held.len = before + (n > 0 ? (size_t)n : 0);
	if (n < 0)
		tool_fail(t, TOOL_TROUBLE, "cannot read %s: %s", in->name ? in->name : "stdin", strerror(errno));
	in->failed = n < 0;
	in->end = n <= 0;
	return n > 0;
}

/* Passes over the rest of a line that is too long, keeping none of it. */
static void
skip_line(struct input *in, struct tool *t)
{
	for (;;) {
		uint8_t *newline = memchr(in->held.data + in->at, '\n', in->held.len - in->at);
		if (newline) {
			in->at = (size_t)(newline - in->held.data) + 1;
			return;
		}
		in->at = in->held.len;
		if (!fill(in, t))
			return;
	}
}

bool
input_next(struct input *in, struct bytes *line, struct tool *t)
{
	size_t seen = in->at;
	for (;;) {
		uint8_t *newline = seen < in->held.len ? memchr(in->held.data + seen, '\n', in->held.len - seen) : NULL;
		size_t len = newline ? (size_t)(newline - in->held.data) - in->at : in->held.len - in->at;
		if (len > INPUT_LINE) {
			in->line++;
			tool_fail_at(t, in, TOOL_NO, "line is longer than %d bytes", INPUT_LINE);
			skip_line(in, t);
			seen = in->at;
			continue;
		}
		if (newline || (in->end && len > 0)) {
			*line = (struct bytes){in->held.data + in->at, len};
			in->at += len + (newline ? 1 : 0);
			in->line++;
			return true;
		}
		if (in->end)
			return false;
		fill(in, t);
		seen = len;
	}
}

bool
input_ready(struct input *in)
{
	size_t left = in->held.len - in->at;
	if (in->end || (left && memchr(in->held.data + in->at, '\n', left)))
		return true;
	return readable(in->fd);
}

int
input_all(struct input *in, struct buf *out, struct tool *t, size_t most)
{
	do {
		size_t left = in->held.len - in->at;
		if (left > most - out->len)
			return tool_fail(t, TOOL_TROUBLE, "%s is longer than %zu bytes",
			    in->name ? in->name : "stdin", most);
		if (left)
			buf_add(out, in->held.data + in->at, left);
		in->at = in->held.len;
	} while (fill(in, t));
	if (in->failed)
		return TOOL_TROUBLE;
	return out->failed ? tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM)) : TOOL_DONE;
}

void
operands_start(struct operands *o)
{
	*o = (struct operands){.in = {.fd = STDIN_FILENO}};
}

static const char *
next_line(struct operands *o, struct tool *t)
{
	struct bytes line;
	while (input_next(&o->in, &line, t)) {
		if (line.len == 0)
			continue;
		if (memchr(line.data, 0, line.len)) {
			tool_fail_at(t, &o->in, TOOL_NO, "line holds a NUL byte");
			continue;
		}
		buf_reset(&o->text);
		buf_add(&o->text, line.data, line.len);
		buf_add(&o->text, "", 1);
		if (!o->text.failed)
			return (const char *)o->text.data;
		tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
		return NULL;
	}
	return NULL;
}

static const char *
next_operand(struct operands *o, struct tool *t)
{
	const char *text;
	for (;;) {
		if (o->lines || t->argc == 0) {
			o->lines = true;
			if ((text = next_line(o, t)))
				return text;
			o->lines = false;
			if (t->argc == 0)
				return NULL;
		}
		if (o->at >= t->argc)
			return NULL;
		text = t->argv[o->at++];
		if (strcmp(text, "-") != 0)
			return text;
		o->lines = true;
	}
}

const char *
operands_next(struct operands *o, struct tool *t)
{
	t->at = NULL;
	const char *text = next_operand(o, t);
	t->at = text && o->lines ? &o->in : NULL;
	return text;
}

void
operands_end(struct operands *o, struct tool *t)
{
	t->at = NULL;
	input_close(&o->in);
	buf_free(&o->text);
}

int
operands_each(struct tool *t, int (*one)(struct tool *, const char *))
{
	struct operands o;
	const char *text;
	int status = TOOL_DONE;
	operands_start(&o);
	/* Without a node the rest of the batch can have no other end. */
	while (status != TOOL_UNREACHABLE && (text = operands_next(&o, t)))
		status = tool_status(t, one(t, text));
	operands_end(&o, t);
	return TOOL_DONE;
}
