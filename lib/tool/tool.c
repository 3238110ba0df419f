#include "tool/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "tool/input.h"
#include "tool/options.h"
#include "tool/output.h"

enum { MESSAGE_MAX = 1024 };

int
tool_status(struct tool *t, int status)
{
	static const int worst[] = {TOOL_TROUBLE, TOOL_UNREACHABLE, TOOL_REJECTED, TOOL_LATER, TOOL_NO};
	for (size_t i = 0; i < sizeof worst / sizeof worst[0]; i++)
		if (t->status == worst[i] || status == worst[i]) {
			t->status = worst[i];
			break;
		}
	return status;
}

/* Where memory is out: what is no printable ASCII becomes a question mark. */
static void
say_plainly(const struct tool *t, const char *where, const char *text)
{
	char line[2 * MESSAGE_MAX];
	snprintf(line, sizeof line, "%s%s", where, text);
	for (char *c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	dprintf(STDERR_FILENO, "%s: %s\n", t->name, line);
}

static void
say(const struct tool *t, const char *where, const char *format, va_list args)
{
	char text[MESSAGE_MAX];
	vsnprintf(text, sizeof text, format, args);
	struct buf line = {0};
	buf_add_text(&line, t->name);
	buf_add_text(&line, ": ");
	output_escape(&line, where, strlen(where));
	output_escape(&line, text, strlen(text));
	buf_add(&line, "\n", 1);
	if (line.failed)
		say_plainly(t, where, text);
	else if (write(STDERR_FILENO, line.data, line.len) < 0)
		errno = 0;
	buf_free(&line);
}

void
tool_say(const struct tool *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(t, "", format, args);
	va_end(args);
}

static int
fail_at(struct tool *t, const struct input *in, int status, const char *format, va_list args)
{
	char where[MESSAGE_MAX] = "";
	if (in && in->name)
		snprintf(where, sizeof where, "%s: line %llu: ", in->name, (unsigned long long)in->line);
	else if (in)
		snprintf(where, sizeof where, "line %llu: ", (unsigned long long)in->line);
	say(t, where, format, args);
	return tool_status(t, status);
}

int
tool_fail(struct tool *t, int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fail_at(t, t->at, status, format, args);
	va_end(args);
	return status;
}

int
tool_fail_at(struct tool *t, const struct input *in, int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fail_at(t, in, status, format, args);
	va_end(args);
	return status;
}

void
tool_note(const struct tool *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!t->quiet)
		say(t, "", format, args);
	va_end(args);
}

void
tool_detail(const struct tool *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (t->verbose)
		say(t, "", format, args);
	va_end(args);
}

int
tool_usage(struct tool *t, const char *format, ...)
{
	char text[MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *command = t->command && t->command->name[0] ? t->command->name : "";
	return tool_fail(t, TOOL_TROUBLE, "%s (see %s%s%s --help)", text, t->name, command[0] ? " " : "", command);
}

int
tool_status_of(enum err e)
{
	switch (e) {
	case ERR_OK: return TOOL_DONE;
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_DISK_FULL:
	case ERR_MAP_FULL:
	case ERR_SCHEMA:
	case ERR_LOCKED:
	case ERR_EXISTS:
	case ERR_PERMISSION:
	case ERR_PASSPHRASE:
	case ERR_INTERNAL: return TOOL_TROUBLE;
	case ERR_UNREACHABLE: return TOOL_UNREACHABLE;
	case ERR_TIMEOUT:
	case ERR_BUSY:
	case ERR_STOPPING: return TOOL_LATER;
	default: return TOOL_NO;
	}
}

/* A descriptor that is missing would be taken by the next file opened, and a message would go into a key. */
static bool
fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* Opened for reading only: what is written to a closed stdout or stderr must fail. */
		if (open("/dev/null", O_RDONLY) != fd)
			return false;
	}
	return true;
}

enum err
tool_start(void)
{
	if (!fill_descriptors())
		return ERR_IO;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	return hash_start() ? ERR_OK : ERR_INTERNAL;
}
