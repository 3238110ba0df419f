/*
 * bytes: borrowed byte ranges, and a growable buffer that owns its memory.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A range that somebody else owns. Whoever hands it out says how long it lives. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/*
 * A growable buffer. Zero-initialise it; buf_free releases it. Running out of memory is sticky: every later call does
 * nothing, and `failed` is checked once at the end (ERR_NOMEM).
 */
struct buf {
	uint8_t *data;
	size_t len, cap;
	bool failed;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_text(struct buf *b, const char *text);

/* Room for len more bytes, uninitialised, already counted in b->len; NULL when memory ran out. */
uint8_t *buf_extend(struct buf *b, size_t len);

/* Empties the buffer, keeps its memory, forgets a failure. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

struct bytes bytes_of(const struct buf *b);
bool bytes_equal(struct bytes a, struct bytes b);

#endif
