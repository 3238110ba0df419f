/* replace: a file that is there whole, old or new, whatever happens meanwhile. */
#ifndef TOOL_REPLACE_H
#define TOOL_REPLACE_H

#include "base/bytes.h"
#include "base/err.h"

/*
 * write fills PATH.tmp (mode 0600), which is synced, takes PATH's name, and its directory is synced. After an error
 * PATH is as it was and PATH.tmp is gone. A device or pipe is written to instead. write's error, or ERR_IO with errno,
 * ERR_NOMEM.
 */
enum err replace_file(const char *path, enum err (*write)(void *arg, int fd), void *arg);

/* All of it. ERR_IO with errno. */
enum err replace_write(int fd, struct bytes data);

#endif
