/*
 * fresh: a directory that is there whole or not at all. It is made beside the place where it is to be, as DIR.import, and
 * takes its name in the end.
 */
#ifndef NODE_FRESH_H
#define NODE_FRESH_H

#include <limits.h>

#include "base/err.h"

struct fresh {
	char dir[PATH_MAX], made[PATH_MAX];
};

/* Nothing is made yet; what another one left there is cleared. ERR_EXISTS: dir is there and not empty. ERR_IO with errno. */
enum err fresh_begin(struct fresh *f, const char *dir);

/* Synced, under its name. ERR_EXISTS, ERR_IO with errno; then it is cleared. */
enum err fresh_end(struct fresh *f);

/* A store's files in it, and the directory. */
void fresh_clear(const struct fresh *f);

#endif
