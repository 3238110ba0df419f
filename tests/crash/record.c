#include "record.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 1024 };

static struct record *current; /* NULL: nothing is noted */
static const char *watched_dir;
static struct {
	bool watched, through, directory; /* through: opened with O_DSYNC */
} opened[FDS];

static bool
is_watched(int fd)
{
	return current && fd >= 0 && fd < FDS && opened[fd].watched;
}

static bool
is_data(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && strcmp(slash, "/data.mdb") == 0;
}

static void
note(struct record_event event)
{
	struct record *r = current;

	if (r->count == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 1024;
		struct record_event *bigger = realloc(r->event, cap * sizeof(*bigger));

		if (!bigger) {
			r->failed = true;
			return;
		}
		r->event = bigger;
		r->cap = cap;
	}
	r->event[r->count++] = event;
}

static void
note_write(int fd, uint64_t offset, const void *data, size_t len)
{
	struct record_event event = {.kind = RECORD_WRITE, .offset = offset, .at = current->bytes.len, .len = len};

	event.through = opened[fd].through;
	buf_add(&current->bytes, data, len);
	current->failed |= current->bytes.failed;
	note(event);
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;
	int fd;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags & ~O_DSYNC, mode);
	if (fd < 0 || fd >= FDS)
		return fd;
	opened[fd].watched = is_data(path);
	opened[fd].through = (flags & O_DSYNC) != 0;
	opened[fd].directory = (flags & O_DIRECTORY) != 0;
	if (is_watched(fd) && !current->made_as[0])
		snprintf(current->made_as, sizeof(current->made_as), "%s", path + strlen(watched_dir) + 1);
	return fd;
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	ssize_t n = syscall(SYS_pwrite64, fd, data, len, offset);

	if (n > 0 && is_watched(fd))
		note_write(fd, (uint64_t)offset, data, (size_t)n);
	return n;
}

ssize_t
writev(int fd, const struct iovec *part, int parts)
{
	bool noted = is_watched(fd);
	off_t offset = noted ? lseek(fd, 0, SEEK_CUR) : 0;
	ssize_t n = syscall(SYS_writev, fd, part, parts);
	size_t left = n > 0 ? (size_t)n : 0;

	/* one event a part: pages that are written together need not reach the disk together */
	for (int i = 0; noted && left > 0; i++) {
		size_t len = part[i].iov_len < left ? part[i].iov_len : left;

		note_write(fd, (uint64_t)offset, part[i].iov_base, len);
		offset += (off_t)len;
		left -= len;
	}
	return n;
}

int
fdatasync(int fd)
{
	if (is_watched(fd))
		note((struct record_event){.kind = RECORD_SYNC});
	return 0;
}

int
fsync(int fd)
{
	if (current && fd >= 0 && fd < FDS && opened[fd].directory)
		note((struct record_event){.kind = RECORD_DIR_SYNC});
	return fdatasync(fd);
}

int
rename(const char *from, const char *to)
{
	int rc = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);

	if (rc == 0 && current && is_data(from))
		note((struct record_event){.kind = RECORD_RENAME});
	return rc;
}

void
record_start(struct record *r, const char *dir)
{
	current = r;
	watched_dir = dir;
}

void
record_ack(void)
{
	note((struct record_event){.kind = RECORD_ACK});
}

void
record_stop(void)
{
	current = NULL;
}

void
record_free(struct record *r)
{
	free(r->event);
	buf_free(&r->bytes);
	*r = (struct record){0};
}

size_t
record_extent(const struct record *r)
{
	size_t extent = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->event[i].kind == RECORD_WRITE && r->event[i].offset + r->event[i].len > extent)
			extent = r->event[i].offset + r->event[i].len;
	return extent;
}
