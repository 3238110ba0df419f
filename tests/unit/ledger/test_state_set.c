/* A lane's changes in memory, and memory that ends at any allocation. */
#include "state_world.h"

void *__real_malloc(size_t len);
void *__real_calloc(size_t n, size_t len);
void *__real_realloc(void *p, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t len);
void *__wrap_realloc(void *p, size_t len);

static bool
fails(void)
{
	return allocations_left != UINT64_MAX && allocations_left-- == 0;
}

void *
__wrap_malloc(size_t len)
{
	return fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t n, size_t len)
{
	return fails() ? NULL : __real_calloc(n, len);
}

void *
__wrap_realloc(void *p, size_t len)
{
	return fails() ? NULL : __real_realloc(p, len);
}

static void
expect(struct world *w, uint32_t number, const char *text)
{
	uint8_t account[32];
	struct bytes value;
	enum err e;

	state_world_account_of(account, number);
	e = state_set_get(&w->set, &value, account);
	assert_int_equal(e, text ? ERR_OK : ERR_NOT_FOUND);
	if (text)
		assert_true(bytes_equal(value, (struct bytes){ (const uint8_t *)text, strlen(text) }));
}

/* --- tests --- */

static void
a_failed_payload_leaves_nothing(void **state)
{
	struct world *w = *state;
	struct hash before, after;

	state_world_put(w, 1, "one");
	state_world_put(w, 2, "two");
	state_set_keep(&w->set);
	before = state_world_apply(w);
	state_world_put(w, 1, "changed, and longer than it was: more than sixty-four bytes, so that it needs new room");
	state_set_keep(&w->set);
	state_world_put(w, 1, "one");
	state_world_put(w, 1, "again");
	state_world_put(w, 2, NULL);
	state_world_put(w, 3, "three");
	expect(w, 1, "again");
	expect(w, 2, NULL);
	state_set_drop(&w->set);
	expect(w, 1, "changed, and longer than it was: more than sixty-four bytes, so that it needs new room");
	expect(w, 2, "two");
	expect(w, 3, NULL);
	state_world_put(w, 1, "one");
	state_set_keep(&w->set);
	state_set_drop(&w->set);
	expect(w, 1, "one");
	w->memory.puts = 0;
	after = state_world_apply(w);
	assert_memory_equal(before.b, after.b, 32);
	/* what is as it was is not written */
	assert_int_equal(w->memory.puts, 0);
}

static void
values_are_in_the_view_when_applied(void **state)
{
	struct world *w = *state;
	struct bytes value;
	uint8_t account[32];

	state_world_account_of(account, 1);
	state_world_put(w, 1, "one");
	assert_int_equal(state_get(&w->view, &value, 7, account), ERR_NOT_FOUND);
	state_world_apply(w);
	assert_int_equal(state_get(&w->view, &value, 7, account), ERR_OK);
	assert_memory_equal(value.data, "one", 3);
	assert_int_equal(state_get(&w->view, &value, 8, account), ERR_NOT_FOUND);
	expect(w, 1, "one");
	state_world_put(w, 1, NULL);
	state_world_put(w, 5, NULL);
	assert_true(hash_is_zero(&(struct hash[]){ state_world_apply(w) }[0]));
	assert_int_equal(w->memory.now.count, 0);
}

static void
bounds_and_lanes(void **state)
{
	struct world *w = *state;
	static uint8_t huge[STATE_VALUE_MAX + 1];
	uint8_t account[32];
	struct hash key;
	struct lane other = { .chain = 7, .depth = 1 };
	struct bytes value;

	state_world_account_of(account, 1);
	key = state_key(account);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, sizeof huge }), ERR_TOO_LONG);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, 0 }), ERR_TRUNCATED);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, STATE_VALUE_MAX }), ERR_OK);
	state_world_apply(w);
	assert_int_equal(state_set_get(&w->set, &value, account), ERR_OK);
	assert_int_equal(value.len, STATE_VALUE_MAX);
	other.prefix = key.b[0] & 0x80 ? 0 : 0x80000000;
	state_set_free(&w->set);
	state_set_init(&w->set, &w->view, &other, 1);
	assert_int_equal(state_set_get(&w->set, &value, account), ERR_LANE);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, 1 }), ERR_LANE);
}

/* --- the state as a stream --- */

static enum err
work(struct world *w, struct hash *root)
{
	struct state_set set;
	static uint8_t wanted[40 * 32];
	enum err e;

	for (uint32_t i = 0; i < 40; i++)
		state_world_account_of(wanted + 32 * i, i % 30);
	state_set_init(&set, &w->view, &whole, 1);
	e = state_set_load(&set, wanted, sizeof wanted / 32);
	for (uint32_t i = 0; e == ERR_OK && i < 100; i++) {
		uint8_t account[32];
		state_world_account_of(account, i);
		e = i % 7 ? state_set_put(&set, account, (struct bytes){ account, 32 }) : state_set_delete(&set, account);
	}
	if (e == ERR_OK)
		e = state_set_apply(root, &set);
	state_set_free(&set);
	return e;
}

static void
memory_may_end_at_any_allocation(void **state)
{
	struct world *w = *state;
	struct hash before, after, root;
	uint64_t left = 0;
	enum err e = ERR_NOMEM;

	for (uint32_t i = 0; i < 200; i += 2)
		state_world_put(w, i, "before");
	before = state_world_apply(w);
	for (; e == ERR_NOMEM; left++) {
		memory_note(&w->memory);
		allocations_left = left;
		e = work(w, &root);
		allocations_left = UINT64_MAX;
		memory_take_back(&w->memory);
		assert_int_equal(state_root(&w->view, &after, &whole), ERR_OK);
		assert_memory_equal(before.b, after.b, 32);
	}
	assert_int_equal(e, ERR_OK);
	assert_in_range(left, 10, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_failed_payload_leaves_nothing),
		story(values_are_in_the_view_when_applied),
		story(bounds_and_lanes),
		story(memory_may_end_at_any_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
