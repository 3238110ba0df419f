/* memory: a ledger view in memory that can take back what was put, and fail. */
#ifndef TESTS_LEDGER_MEMORY_H
#define TESTS_LEDGER_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sorted.h"
#include "ledger/ledger.h"

struct memory {
	struct ledger_view view;
	struct sorted now, before; /* of struct buf; before: empty where there was nothing */
	bool notes;
	uint64_t puts, puts_left; /* puts_left: until the view fails */
	uint8_t *lent;            /* overwritten by the next call: who borrows longer notices */
	size_t lent_len;
};

static inline struct buf *
memory_copy(struct bytes value)
{
	struct buf *b = calloc(1, sizeof *b);

	assert_non_null(b);
	buf_add(b, value.data, value.len);
	assert_false(b->failed);
	return b;
}

static inline void
memory_drop(struct buf *b)
{
	if (b)
		buf_free(b);
	free(b);
}

static inline uint8_t *
memory_room(struct memory *m, size_t len)
{
	if (m->lent)
		memset(m->lent, 0xdd, m->lent_len);
	free(m->lent);
	m->lent = malloc(len + 1);
	m->lent_len = len;
	assert_non_null(m->lent);
	return m->lent;
}

static inline enum err
memory_get(void *owner, struct bytes *value, struct bytes key)
{
	struct memory *m = owner;
	const struct buf *b = sorted_get(&m->now, key);

	assert_true(key.len <= LEDGER_KEY_MAX);
	if (!b)
		return ERR_NOT_FOUND;
	*value = (struct bytes){ memory_room(m, b->len), b->len };
	memcpy(m->lent, b->data, b->len);
	return ERR_OK;
}

static inline enum err
memory_put(void *owner, struct bytes key, struct bytes value)
{
	struct memory *m = owner;
	struct buf *old = sorted_get(&m->now, key);

	assert_true(key.len <= LEDGER_KEY_MAX);
	if (m->puts_left-- == 0)
		return ERR_MAP_FULL;
	m->puts++;
	if (m->notes && !sorted_get(&m->before, key))
		assert_int_equal(sorted_put(&m->before, key, memory_copy(old ? bytes_of(old) : (struct bytes){ 0 })),
		    ERR_OK);
	if (value.len)
		assert_int_equal(sorted_put(&m->now, key, memory_copy(value)), ERR_OK);
	else
		sorted_remove(&m->now, key);
	memory_drop(old);
	return ERR_OK;
}

static inline enum err
memory_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct memory *m = owner;
	struct bytes found;
	const struct buf *b = sorted_next(&m->now, &found, from);

	if (!b)
		return ERR_NOT_FOUND;
	memory_room(m, found.len + b->len);
	memcpy(m->lent, found.data, found.len);
	memcpy(m->lent + found.len, b->data, b->len);
	*key = (struct bytes){ m->lent, found.len };
	*value = (struct bytes){ m->lent + found.len, b->len };
	return ERR_OK;
}

static inline void
memory_init(struct memory *m)
{
	*m = (struct memory){ .puts_left = UINT64_MAX };
	sorted_init(&m->now, 1);
	sorted_init(&m->before, 2);
	m->view = (struct ledger_view){ m, memory_get, memory_put, memory_next };
}

static inline void
memory_empty(struct sorted *s)
{
	struct bytes key;

	for (struct buf *b; (b = sorted_next(s, &key, (struct bytes){ 0 })); memory_drop(b))
		sorted_remove(s, key);
}

static inline void
memory_free(struct memory *m)
{
	memory_empty(&m->now);
	memory_empty(&m->before);
	free(m->lent);
	m->lent = NULL;
}

/* From here on what is put can be taken back. */
static inline void
memory_note(struct memory *m)
{
	memory_empty(&m->before);
	m->notes = true;
}

static inline void
memory_take_back(struct memory *m)
{
	struct bytes key;

	m->notes = false;
	for (struct buf *b; (b = sorted_next(&m->before, &key, (struct bytes){ 0 })); memory_drop(b)) {
		memory_put(m, key, bytes_of(b));
		sorted_remove(&m->before, key);
	}
}

#endif
