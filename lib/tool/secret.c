#include "tool/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

void
secret_free(struct secret *s)
{
	sodium_free(s->text);
	*s = (struct secret){0};
}

static enum err
read_line(struct secret *out, int fd)
{
	if (!(out->text = sodium_malloc(SECRET_MAX + 1)))
		return ERR_NOMEM;
	enum err e = ERR_OK;
	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			e = ERR_IO;
		if (n <= 0 || c == '\n')
			break;
		if (out->len == SECRET_MAX) {
			e = ERR_TOO_LONG;
			break;
		}
		out->text[out->len++] = c;
	}
	out->text[out->len] = '\0';
	if (e)
		secret_free(out);
	return e;
}

enum err
secret_read(struct secret *out, const char *path)
{
	*out = (struct secret){0};
	if (strcmp(path, "-") == 0)
		return read_line(out, STDIN_FILENO);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	enum err e = read_line(out, fd);
	int error = errno;
	close(fd);
	errno = error;
	return e;
}

static enum err
ask_once(struct secret *out, const char *prompt, const char *suffix)
{
	struct termios as_it_was, silent;
	*out = (struct secret){0};
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return ERR_PERMISSION;
	if (tcgetattr(fd, &as_it_was)) {
		close(fd);
		return ERR_PERMISSION;
	}
	silent = as_it_was;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL;
	tcsetattr(fd, TCSAFLUSH, &silent);
	dprintf(fd, "passphrase of %s%s: ", prompt, suffix);
	enum err e = read_line(out, fd);
	tcsetattr(fd, TCSAFLUSH, &as_it_was);
	close(fd);
	return e;
}

enum err
secret_ask(struct secret *out, const char *prompt, bool again)
{
	struct secret second;
	if (!isatty(STDIN_FILENO))
		return ERR_PERMISSION;
	enum err e = ask_once(out, prompt, "");
	if (e || !again)
		return e;
	e = ask_once(&second, prompt, ", again");
	if (!e && (second.len != out->len || sodium_memcmp(second.text, out->text, out->len) != 0))
		e = ERR_PASSPHRASE;
	secret_free(&second);
	if (e)
		secret_free(out);
	return e;
}
