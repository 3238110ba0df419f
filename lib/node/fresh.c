#include "node/fresh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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
	if (e == ERR_OK)
		fresh_clear(f);
	return e;
}

void
fresh_clear(const struct fresh *f)
{
	static const char *const files[] = { "new/data.mdb", "new/lock.mdb", "data.mdb", "lock.mdb", "lock" };
	int fd = open(f->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(fd, files[i], 0);
	unlinkat(fd, "new", AT_REMOVEDIR);
	close(fd);
	rmdir(f->made);
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
	if (e == ERR_OK)
		return sync_parent(f->dir);
	int why = errno;
	fresh_clear(f);
	errno = why;
	return e;
}
