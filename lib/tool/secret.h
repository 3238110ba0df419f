/* secret: a passphrase in locked memory (sodium_malloc), from a file or from the terminal. */
#ifndef TOOL_SECRET_H
#define TOOL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct secret {
	char *text; /* NUL-terminated */
	size_t len;
};

enum { SECRET_MAX = 1023 };

/* The first line of a file ("-" is stdin); ERR_IO with errno, ERR_TOO_LONG, ERR_NOMEM. */
enum err secret_read(struct secret *out, const char *path);

/* Asks on the terminal without echo, twice when again is set. ERR_PERMISSION: stdin is no terminal; ERR_PASSPHRASE. */
enum err secret_ask(struct secret *out, const char *prompt, bool again);
void secret_free(struct secret *s);

#endif
