#include "tool/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
replace_write(int fd, struct bytes data)
{
	for (size_t at = 0; at < data.len;) {
		ssize_t n = write(fd, data.data + at, data.len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		at += (size_t)n;
	}
	return ERR_OK;
}

static enum err
sync_directory(const char *path)
{
	char *dir = strdup(path);
	if (!dir)
		return ERR_NOMEM;
	char *slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return ERR_IO;
	enum err e = fsync(fd) < 0 ? ERR_IO : ERR_OK;
	close(fd);
	return e;
}

/* A device or a pipe: nothing that another file could take the place of. */
static bool
is_stream(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static enum err
fill(const char *path, int flags, enum err (*write_all)(void *arg, int fd), void *arg)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return ERR_IO;
	enum err e = write_all(arg, fd);
	/* EINVAL: what cannot be synced, a pipe. */
	if (!e && fsync(fd) < 0 && errno != EINVAL)
		e = ERR_IO;
	int why = errno;
	if (close(fd) < 0 && !e)
		return ERR_IO;
	errno = why;
	return e;
}

enum err
replace_file(const char *path, enum err (*write_all)(void *arg, int fd), void *arg)
{
	char *temporary;
	if (is_stream(path))
		return fill(path, 0, write_all, arg);
	if (asprintf(&temporary, "%s.tmp", path) < 0)
		return ERR_NOMEM;
	enum err e = fill(temporary, O_CREAT | O_TRUNC | O_NOFOLLOW, write_all, arg);
	if (!e && rename(temporary, path) < 0)
		e = ERR_IO;
	if (!e)
		e = sync_directory(path);
	else {
		int why = errno;
		unlink(temporary);
		errno = why;
	}
	free(temporary);
	return e;
}
