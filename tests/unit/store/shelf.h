/* shelf: a store in a directory of its own, for the tests of this layer. LMDB wants one environment a process. */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

struct shelf {
	char dir[64], sub[80]; /* sub: a name in dir where nothing is yet */
	struct store *store;   /* NULL: not open */
	struct store_txn *txn;
	struct arena arena;
};

#define OK(call) assert_int_equal(call, ERR_OK)

static inline void
shelf_open(struct shelf *s, enum store_mode mode)
{
	OK(store_open(&s->store, s->dir, mode));
}

static inline void
shelf_close(struct shelf *s)
{
	store_close(s->store);
	s->store = NULL;
}

static inline void
shelf_read(struct shelf *s)
{
	OK(store_begin_read(&s->txn, s->store));
}

static inline void
shelf_write(struct shelf *s)
{
	OK(store_begin_write(&s->txn, s->store));
}

static inline void
shelf_commit(struct shelf *s)
{
	struct store_txn *t = s->txn;

	s->txn = NULL;
	OK(store_commit(t));
}

/* Commits, closes, opens for writing and begins to read: only what is on disk is left. */
static inline void
shelf_reopen(struct shelf *s)
{
	shelf_commit(s);
	shelf_close(s);
	shelf_open(s, STORE_WRITE);
	shelf_read(s);
}

/* An empty directory; the store is not open. */
static inline int
shelf_empty(void **state)
{
	struct shelf *s = calloc(1, sizeof(*s));

	if (!s || !hash_start())
		return -1;
	strcpy(s->dir, "/tmp/para-store-XXXXXX");
	if (!mkdtemp(s->dir))
		return -1;
	snprintf(s->sub, sizeof(s->sub), "%s/sub", s->dir);
	*state = s;
	return 0;
}

/* A new store, open. */
static inline int
shelf_new(void **state)
{
	if (shelf_empty(state))
		return -1;
	return store_open(&((struct shelf *)*state)->store, ((struct shelf *)*state)->dir, STORE_CREATE) ? -1 : 0;
}

static inline int
shelf_free(void **state)
{
	struct shelf *s = *state;
	char command[128];

	store_abort(s->txn);
	store_close(s->store);
	arena_free(&s->arena);
	snprintf(command, sizeof(command), "rm -rf %s", s->dir);
	free(s);
	return system(command) == 0 ? 0 : -1;
}

/* In a child: the process ends at the first thing that is not so, with the line as its word. */
#define MUST(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			_exit(1); \
		} \
	} while (0)

/* The child ended by itself and well. */
static inline void
shelf_wait(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("child ended with status %#x", status);
}

static inline struct hash
some_hash(uint64_t n)
{
	return hash_of(HASH_LEAF, &n, sizeof(n));
}

/* A signed payload with a body of len bytes; the text is in the arena. */
static inline struct bytes
some_payload(struct arena *arena, struct hash *id, uint64_t seq, size_t len)
{
	static const uint8_t seed[32] = {7};
	struct sign_key *key = sign_key_new(seed);
	uint8_t *body = arena_alloc(arena, len + 1, 1), *copy;
	struct payload p = {.chain = 1, .seq = seq, .body = {body, len}};
	struct buf b = {0};
	struct bytes raw;

	if (payload_sign(&p, id, key))
		_exit(1);
	payload_put(&b, &p);
	copy = arena_alloc(arena, b.len, 1);
	memcpy(copy, b.data, b.len);
	raw = (struct bytes){copy, b.len};
	buf_free(&b);
	sign_key_free(key);
	return raw;
}

/* A block of n payloads at a place. */
static inline struct kept_block
some_block(struct lane lane, uint64_t lid, const uint64_t *row, uint32_t n)
{
	struct kept_block kept = {.row = row};

	kept.block.lid = lid;
	kept.block.prev = lid == 1 ? (struct hash){{0}} : some_hash(lid - 1);
	kept.block.head.core.lane = lane;
	kept.block.head.core.slot = 5;
	kept.block.head.core.difficulty = 256;
	kept.block.head.core.payloads = n;
	kept.block.head.core.bytes = 200 * n;
	kept.hash = block_hash(&kept.block);
	return kept;
}

#endif
