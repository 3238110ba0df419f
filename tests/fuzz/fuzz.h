/* fuzz: what the targets share. A target decodes; what it accepts must be encoded to the same bytes again. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return hash_start() ? 0 : 1;
}

static inline void
fuzz_must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* Frees again. */
static inline void
fuzz_must_equal(struct buf *again, const uint8_t *data, size_t len)
{
	fuzz_must(!again->failed && bytes_equal(bytes_of(again), (struct bytes){ data, len }));
	buf_free(again);
}

/* The input as text, to be freed; NULL when a zero byte is inside. */
static inline char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = memchr(data, 0, len) ? NULL : malloc(len + 1);

	if (text == NULL)
		return NULL;
	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

#endif
