/* vector: a golden vector in hex, 32 bytes a line: what a file has is what is made now. */
#ifndef TESTS_LEDGER_VECTOR_H
#define TESTS_LEDGER_VECTOR_H

#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"

static inline void
vector_hex(struct buf *out, struct bytes in)
{
	for (size_t at = 0; at < in.len; at += 32) {
		hex_add(out, in.data + at, in.len - at < 32 ? in.len - at : 32);
		buf_add_text(out, "\n");
	}
}

/* A hash, an empty line, the proof. */
static inline struct buf
vector_text(const struct hash *hash, const struct buf *proof)
{
	struct buf text = { 0 };

	vector_hex(&text, (struct bytes){ hash->b, sizeof hash->b });
	buf_add_text(&text, "\n");
	vector_hex(&text, bytes_of(proof));
	assert_false(text.failed);
	return text;
}

static inline void
vector_stands(const char *path, const struct buf *want)
{
	char *have = calloc(1, want->len + 2);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(have, 1, want->len + 1, f), want->len);
	assert_memory_equal(have, want->data, want->len);
	fclose(f);
	free(have);
}

/* 0, or 1: it cannot be written. */
static inline int
vector_write(const char *path, const struct buf *content)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return 1;
	fwrite(content->data, 1, content->len, f);
	return fclose(f) != 0;
}

#endif
