#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "store/store_impl.h"

/* The first line is the pid; the second is there once a store was. */
enum { PID_LINE = 11 };

/* A node that is killed while it starts a program leaves its lock to that program, until this execs. */
enum { TRIES = 50, PAUSE_NS = 10000000 };

static const char mark[] = "store\n";

static enum err
lock(int fd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	for (int i = 1; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK)
			return store_error(errno);
		if (i == TRIES)
			return ERR_LOCKED;
		nanosleep(&pause, NULL);
	}
	return ERR_OK;
}

enum err
lock_take(struct store *s, const char *dir)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/lock", dir);

	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_TOO_LONG;
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return store_error(errno);
	enum err e = lock(s->lock_fd);
	if (e == ERR_OK)
		dprintf(s->lock_fd, "%-*ld\n", PID_LINE - 1, (long)getpid());
	return e;
}

bool
lock_marked(const struct store *s)
{
	char found[sizeof(mark) - 1];

	return pread(s->lock_fd, found, sizeof(found), PID_LINE) == (ssize_t)sizeof(found) &&
	    memcmp(found, mark, sizeof(found)) == 0;
}

enum err
lock_mark(const struct store *s)
{
	if (lock_marked(s))
		return ERR_OK;
	if (pwrite(s->lock_fd, mark, sizeof(mark) - 1, PID_LINE) < 0 || fsync(s->lock_fd) < 0)
		return store_error(errno);
	return ERR_OK;
}
