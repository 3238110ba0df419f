/*
 * fresh: a directory that is there whole or not at all. It is made beside the place where it is to be, as DIR.import, and
 * takes its name in the end. Who makes it holds a lock on that.
 */
#ifndef NODE_FRESH_H
#define NODE_FRESH_H

#include <limits.h>

#include "base/err.h"

struct fresh {
	char dir[PATH_MAX], made[PATH_MAX];
	int fd; /* of made */
};

/*
 * made is there and empty: what one that was killed left is cleared. ERR_EXISTS: dir is there and not empty. ERR_LOCKED:
 * another one makes it just now. ERR_IO with errno. Then nothing is to be ended or cleared.
 */
enum err fresh_begin(struct fresh *f, const char *dir);

/* Synced, under its name. ERR_EXISTS, ERR_IO with errno; then it is cleared. */
enum err fresh_end(struct fresh *f);

/* A store's files in it, and the directory. */
void fresh_clear(struct fresh *f);

#endif
