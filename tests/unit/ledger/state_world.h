/* state_world: the state of a lane over a view in memory. */
#ifndef TESTS_LEDGER_STATE_WORLD_H
#define TESTS_LEDGER_STATE_WORLD_H

#include "memory.h"

#include "ledger/state_set.h"

/* Allocations of the library until one fails; what the view in memory does for itself is not counted. */
static uint64_t allocations_left = UINT64_MAX;

struct world {
	struct memory memory;
	struct ledger_view view; /* the memory's, uncounted */
	struct state_set set;
};

static const struct lane whole = { .chain = 7 };

static inline enum err
state_world_quiet_get(void *owner, struct bytes *value, struct bytes key)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_get(owner, value, key);
	allocations_left = left;
	return e;
}

static inline enum err
state_world_quiet_put(void *owner, struct bytes key, struct bytes value)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_put(owner, key, value);
	allocations_left = left;
	return e;
}

static inline enum err
state_world_quiet_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_next(owner, key, value, from);
	allocations_left = left;
	return e;
}

static inline int
state_world_begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	w->view = (struct ledger_view){ &w->memory, state_world_quiet_get, state_world_quiet_put, state_world_quiet_next };
	state_set_init(&w->set, &w->view, &whole, 1);
	*state = w;
	return 0;
}

static inline int
state_world_end(void **state)
{
	struct world *w = *state;

	state_set_free(&w->set);
	memory_free(&w->memory);
	free(w);
	return 0;
}

static inline void
state_world_account_of(uint8_t out[static 32], uint32_t number)
{
	memset(out, 0, 32);
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> 8 * i);
}

static inline void
state_world_put(struct world *w, uint32_t number, const char *text)
{
	uint8_t account[32];

	state_world_account_of(account, number);
	if (text)
		assert_int_equal(state_set_put(&w->set, account, (struct bytes){ (const uint8_t *)text, strlen(text) }),
		    ERR_OK);
	else
		assert_int_equal(state_set_delete(&w->set, account), ERR_OK);
}

static inline struct hash
state_world_apply(struct world *w)
{
	struct hash root;

	assert_int_equal(state_set_apply(&root, &w->set), ERR_OK);
	state_set_free(&w->set);
	state_set_init(&w->set, &w->view, &whole, 2);
	return root;
}

/* --- the state as a stream --- */

#define story(name) cmocka_unit_test_setup_teardown(name, state_world_begin, state_world_end)

#endif
