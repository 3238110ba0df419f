#include "node/fresh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Not there, or empty. */
static enum err
check_free(const char *path)
{
	unsigned entries = 0;
	DIR *d = opendir(path);
	if (d == NULL)
		return errno == ENOENT ? ERR_OK : errno == ENOTDIR ? ERR_EXISTS : ERR_IO;
	while (readdir(d) != NULL)
		entries++;
	closedir(d);
	/* "." and ".." */
	return entries <= 2 ? ERR_OK : ERR_EXISTS;
}

static void
clear(int fd)
{
	static const char *const files[] = { "new/data.mdb", "new/lock.mdb", "data.mdb", "lock.mdb", "lock" };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(fd, files[i], 0);
	unlinkat(fd, "new", AT_REMOVEDIR);
}

/* One that was renamed or removed before the lock was had is no longer the one of this name. */
static enum err
lock(int fd, const char *path)
{
	struct stat mine, named;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? ERR_LOCKED : ERR_IO;
	if (fstat(fd, &mine) < 0)
		return ERR_IO;
	bool same = stat(path, &named) == 0 && mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
	return same ? ERR_OK : ERR_LOCKED;
}

/* Its directory, locked and empty. */
static enum err
make(struct fresh *f)
{
	if (mkdir(f->made, 0700) < 0 && errno != EEXIST)
		return ERR_IO;
	f->fd = open(f->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0)
		return ERR_IO;
	enum err e = lock(f->fd, f->made);
	if (e == ERR_OK) {
		clear(f->fd);
		return ERR_OK;
	}
	int why = errno;
	close(f->fd);
	errno = why;
	return e;
}

enum err
fresh_begin(struct fresh *f, const char *dir)
{
	size_t len = strlen(dir);
	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (len + sizeof(".import") > sizeof(f->made))
		return ERR_TOO_LONG;
	snprintf(f->dir, sizeof(f->dir), "%.*s", (int)len, dir);
	snprintf(f->made, sizeof(f->made), "%.*s.import", (int)len, dir);
	enum err e = check_free(f->dir);
	return e == ERR_OK ? make(f) : e;
}

void
fresh_clear(struct fresh *f)
{
	clear(f->fd);
	rmdir(f->made);
	close(f->fd);
}

static enum err
sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = fd < 0 || fsync(fd) < 0 ? ERR_IO : ERR_OK;
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err
sync_parent(const char *dir)
{
	char path[PATH_MAX] = ".";
	const char *slash = strrchr(dir, '/');
	if (slash != NULL)
		snprintf(path, sizeof(path), "%.*s", slash == dir ? 1 : (int)(slash - dir), dir);
	return sync_dir(path);
}

enum err
fresh_end(struct fresh *f)
{
	enum err e = sync_dir(f->made);
	/* Takes the place of an empty directory, and of no other. */
	if (e == ERR_OK && rename(f->made, f->dir) < 0)
		e = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? ERR_EXISTS : ERR_IO;
	if (e == ERR_OK) {
		close(f->fd);
		return sync_parent(f->dir);
	}
	int why = errno;
	fresh_clear(f);
	errno = why;
	return e;
}
