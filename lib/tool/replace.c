#include "tool/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static enum err
fill(const char *path, enum err (*write_all)(void *arg, int fd), void *arg)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_IO;
	enum err e = write_all(arg, fd);
	if (!e && fsync(fd) < 0)
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
	if (asprintf(&temporary, "%s.tmp", path) < 0)
		return ERR_NOMEM;
	enum err e = fill(temporary, write_all, arg);
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
