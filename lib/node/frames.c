#include "node/frames.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 5, PAGE = 1 << 16 };

void
frames_begin(struct frames *f, int fd)
{
	*f = (struct frames){ .fd = fd };
	hash_init(&f->hash, HASH_SNAPSHOT);
}

void
frames_free(struct frames *f)
{
	buf_free(&f->held);
}

/* --- writing --- */

static enum err
flush(struct frames *f)
{
	size_t done = 0;
	while (done < f->held.len) {
		ssize_t n = write(f->fd, f->held.data + done, f->held.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
		done += (size_t)n;
	}
	buf_reset(&f->held);
	return ERR_OK;
}

static void
add(struct frames *f, uint8_t kind, struct bytes bytes)
{
	uint8_t head[HEAD] = { kind, (uint8_t)bytes.len, (uint8_t)(bytes.len >> 8), (uint8_t)(bytes.len >> 16),
		(uint8_t)(bytes.len >> 24) };
	if (kind != FRAMES_END) {
		hash_add(&f->hash, head, sizeof(head));
		hash_add(&f->hash, bytes.data, bytes.len);
	}
	buf_add(&f->held, head, sizeof(head));
	buf_add(&f->held, bytes.data, bytes.len);
	if (f->held.failed)
		f->err = ERR_NOMEM;
}

enum err
frames_put(struct frames *f, uint8_t kind, struct bytes bytes)
{
	if (f->err == ERR_OK && bytes.len > FRAMES_MOST)
		f->err = ERR_TOO_LONG;
	if (f->err == ERR_OK)
		add(f, kind, bytes);
	if (f->err == ERR_OK && f->held.len >= PAGE)
		f->err = flush(f);
	return f->err;
}

enum err
frames_end(struct frames *f)
{
	struct hash hash = hash_end(&f->hash);
	frames_put(f, FRAMES_END, (struct bytes){ hash.b, sizeof(hash.b) });
	if (f->err == ERR_OK)
		f->err = flush(f);
	return f->err;
}

/* --- reading --- */

/* Until len bytes are held, if there are so many. */
static enum err
fill(struct frames *f, size_t len)
{
	if (f->held.len - f->at >= len)
		return ERR_OK;
	if (f->at > 0)
		memmove(f->held.data, f->held.data + f->at, f->held.len - f->at);
	f->held.len -= f->at;
	f->at = 0;
	while (f->held.len < len && !f->ended) {
		uint8_t page[PAGE];
		ssize_t n = read(f->fd, page, sizeof(page));
		if (n < 0 && errno != EINTR)
			return ERR_IO;
		f->ended = n == 0;
		if (n > 0)
			buf_add(&f->held, page, (size_t)n);
		if (f->held.failed)
			return ERR_NOMEM;
	}
	return f->held.len >= len ? ERR_OK : ERR_TRUNCATED;
}

static enum err
check_end(struct frames *f, struct bytes bytes)
{
	struct hash hash = hash_end(&f->hash);
	if (bytes.len != sizeof(hash.b) || memcmp(hash.b, bytes.data, sizeof(hash.b)) != 0)
		return ERR_HASH;
	enum err e = fill(f, 1);
	return e == ERR_TRUNCATED ? ERR_OK : e == ERR_OK ? ERR_TRAILING : e;
}

static enum err
next(struct frames *f, uint8_t *kind, struct bytes *bytes)
{
	enum err e = fill(f, HEAD);
	if (e != ERR_OK)
		return e;
	const uint8_t *head = f->held.data + f->at;
	size_t len = head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16 | (size_t)head[4] << 24;
	if (len > FRAMES_MOST)
		return ERR_TOO_LONG;
	e = fill(f, HEAD + len);
	if (e != ERR_OK)
		return e;
	head = f->held.data + f->at;
	*kind = head[0];
	*bytes = (struct bytes){ head + HEAD, len };
	f->at += HEAD + len;
	if (*kind == FRAMES_END)
		return check_end(f, *bytes);
	hash_add(&f->hash, head, HEAD + len);
	return ERR_OK;
}

enum err
frames_next(struct frames *f, uint8_t *kind, struct bytes *bytes)
{
	if (f->err == ERR_OK)
		f->err = next(f, kind, bytes);
	return f->err;
}
