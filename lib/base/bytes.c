#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_LEAST = 256 };

static bool
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap < CAP_LEAST ? CAP_LEAST : b->cap;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	uint8_t *data = realloc(b->data, cap);
	if (!data)
		return false;
	b->data = data;
	b->cap = cap;
	return true;
}

uint8_t *
buf_extend(struct buf *b, size_t len)
{
	if (b->failed)
		return NULL;
	if ((!b->data || len > b->cap - b->len) && (len > SIZE_MAX - b->len || !grow(b, b->len + len))) {
		b->failed = true;
		return NULL;
	}
	uint8_t *at = b->data + b->len;
	b->len += len;
	return at;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	uint8_t *at = buf_extend(b, len);
	if (at)
		memcpy(at, data, len);
}

void
buf_add_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void
buf_free(struct buf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct buf){0};
}

struct bytes
bytes_of(const struct buf *b)
{
	return (struct bytes){b->data, b->len};
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
