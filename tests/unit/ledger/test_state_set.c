/* A lane's changes in memory, the state as a stream, and memory that ends at any allocation. */
#include "memory.h"

#include "ledger/state_set.h"

void *__real_malloc(size_t len);
void *__real_calloc(size_t n, size_t len);
void *__real_realloc(void *p, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t len);
void *__wrap_realloc(void *p, size_t len);

/* Allocations of the library until one fails; what the view in memory does for itself is not counted. */
static uint64_t allocations_left = UINT64_MAX;

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

struct world {
	struct memory memory;
	struct ledger_view view; /* the memory's, uncounted */
	struct state_set set;
};

static const struct lane whole = { .chain = 7 };

static enum err
quiet_get(void *owner, struct bytes *value, struct bytes key)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_get(owner, value, key);
	allocations_left = left;
	return e;
}

static enum err
quiet_put(void *owner, struct bytes key, struct bytes value)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_put(owner, key, value);
	allocations_left = left;
	return e;
}

static enum err
quiet_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	uint64_t left = allocations_left;
	enum err e;

	allocations_left = UINT64_MAX;
	e = memory_next(owner, key, value, from);
	allocations_left = left;
	return e;
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
	w->view = (struct ledger_view){ &w->memory, quiet_get, quiet_put, quiet_next };
	state_set_init(&w->set, &w->view, &whole, 1);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	state_set_free(&w->set);
	memory_free(&w->memory);
	free(w);
	return 0;
}

static void
account_of(uint8_t out[static 32], uint32_t number)
{
	memset(out, 0, 32);
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> 8 * i);
}

static void
put(struct world *w, uint32_t number, const char *text)
{
	uint8_t account[32];

	account_of(account, number);
	if (text)
		assert_int_equal(state_set_put(&w->set, account, (struct bytes){ (const uint8_t *)text, strlen(text) }),
		    ERR_OK);
	else
		assert_int_equal(state_set_delete(&w->set, account), ERR_OK);
}

static void
expect(struct world *w, uint32_t number, const char *text)
{
	uint8_t account[32];
	struct bytes value;
	enum err e;

	account_of(account, number);
	e = state_set_get(&w->set, &value, account);
	assert_int_equal(e, text ? ERR_OK : ERR_NOT_FOUND);
	if (text)
		assert_true(bytes_equal(value, (struct bytes){ (const uint8_t *)text, strlen(text) }));
}

static struct hash
apply(struct world *w)
{
	struct hash root;

	assert_int_equal(state_set_apply(&root, &w->set), ERR_OK);
	state_set_free(&w->set);
	state_set_init(&w->set, &w->view, &whole, 2);
	return root;
}

/* --- tests --- */

static void
a_failed_payload_leaves_nothing(void **state)
{
	struct world *w = *state;
	struct hash before, after;

	put(w, 1, "one");
	put(w, 2, "two");
	state_set_keep(&w->set);
	before = apply(w);
	put(w, 1, "changed, and longer than it was: more than sixty-four bytes, so that it needs new room");
	state_set_keep(&w->set);
	put(w, 1, "one");
	put(w, 1, "again");
	put(w, 2, NULL);
	put(w, 3, "three");
	expect(w, 1, "again");
	expect(w, 2, NULL);
	state_set_drop(&w->set);
	expect(w, 1, "changed, and longer than it was: more than sixty-four bytes, so that it needs new room");
	expect(w, 2, "two");
	expect(w, 3, NULL);
	put(w, 1, "one");
	state_set_keep(&w->set);
	state_set_drop(&w->set);
	expect(w, 1, "one");
	w->memory.puts = 0;
	after = apply(w);
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

	account_of(account, 1);
	put(w, 1, "one");
	assert_int_equal(state_get(&w->view, &value, 7, account), ERR_NOT_FOUND);
	apply(w);
	assert_int_equal(state_get(&w->view, &value, 7, account), ERR_OK);
	assert_memory_equal(value.data, "one", 3);
	assert_int_equal(state_get(&w->view, &value, 8, account), ERR_NOT_FOUND);
	expect(w, 1, "one");
	put(w, 1, NULL);
	put(w, 5, NULL);
	assert_true(hash_is_zero(&(struct hash[]){ apply(w) }[0]));
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

	account_of(account, 1);
	key = state_key(account);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, sizeof huge }), ERR_TOO_LONG);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, 0 }), ERR_TRUNCATED);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, STATE_VALUE_MAX }), ERR_OK);
	apply(w);
	assert_int_equal(state_set_get(&w->set, &value, account), ERR_OK);
	assert_int_equal(value.len, STATE_VALUE_MAX);
	other.prefix = key.b[0] & 0x80 ? 0 : 0x80000000;
	state_set_free(&w->set);
	state_set_init(&w->set, &w->view, &other, 1);
	assert_int_equal(state_set_get(&w->set, &value, account), ERR_LANE);
	assert_int_equal(state_set_put(&w->set, account, (struct bytes){ huge, 1 }), ERR_LANE);
}

/* --- the state as a stream --- */

struct stream {
	struct world *from;
	struct buf raw; /* key 32 | length u32 | value */
	size_t at;
	uint64_t pairs;
};

static enum err
write_pair(void *arg, const struct hash *key, struct bytes value)
{
	struct stream *s = arg;
	uint32_t len = (uint32_t)value.len;

	buf_add(&s->raw, key->b, sizeof key->b);
	buf_add(&s->raw, &len, sizeof len);
	buf_add(&s->raw, value.data, value.len);
	s->pairs++;
	return s->raw.failed ? ERR_NOMEM : ERR_OK;
}

static enum err
read_pair(void *arg, struct hash *key, struct bytes *value)
{
	struct stream *s = arg;
	const uint8_t *at;
	uint32_t len;

	if (s->at == s->raw.len)
		return ERR_NOT_FOUND;
	at = s->raw.data + s->at;
	memcpy(key->b, at, 32);
	memcpy(&len, at + 32, 4);
	*value = (struct bytes){ at + 36, len };
	s->at += 36 + len;
	return ERR_OK;
}

static enum err
import(struct stream *s, const struct lane *lane, const struct hash *root)
{
	struct memory other;
	enum err e;

	memory_init(&other);
	s->at = 0;
	e = state_import(&other.view, lane, root, read_pair, s);
	if (e == ERR_OK)
		assert_int_equal(state_import(&other.view, lane, root, read_pair, s), s->pairs ? ERR_EXISTS : ERR_OK);
	memory_free(&other);
	return e;
}

static void
a_snapshot_is_taken_and_read(void **state)
{
	struct world *w = *state;
	struct stream s = { .from = w };
	struct lane half = { .chain = 7, .prefix = 0x80000000, .depth = 1 };
	struct hash root, wrong;

	assert_int_equal(state_each(&w->view, &whole, write_pair, &s), ERR_OK);
	assert_int_equal(import(&s, &whole, &(struct hash){ 0 }), ERR_OK);
	for (uint32_t i = 0; i < 10000; i++)
		put(w, i, i % 3 ? "value" : "another");
	root = apply(w);
	assert_int_equal(state_each(&w->view, &whole, write_pair, &s), ERR_OK);
	assert_int_equal(s.pairs, 10000);
	assert_int_equal(import(&s, &whole, &root), ERR_OK);
	assert_int_equal(import(&s, &half, &root), ERR_LANE);
	wrong = root;
	wrong.b[31] ^= 1;
	assert_int_equal(import(&s, &whole, &wrong), ERR_HASH);
	s.raw.data[40] ^= 1;
	assert_int_equal(import(&s, &whole, &root), ERR_HASH);
	s.raw.data[0] = 0xff;
	assert_int_equal(import(&s, &whole, &root), ERR_ORDER);
	s.raw.data[34] = 0xff;
	assert_int_equal(import(&s, &whole, &root), ERR_TOO_LONG);
	buf_reset(&s.raw);
	s.pairs = 0;
	assert_int_equal(state_each(&w->view, &half, write_pair, &s), ERR_OK);
	assert_in_range(s.pairs, 4500, 5500);
	state_root(&w->view, &root, &half);
	assert_int_equal(import(&s, &half, &root), ERR_OK);
	buf_free(&s.raw);
}

/* One batch of a hundred thousand, or many of any size in any order: one root. */
static void
batches_of_any_size_reach_one_root(void **state)
{
	enum { MANY = 100000 };
	struct world *w = *state, *other;
	struct hash one, many;

	begin((void **)&other);
	for (uint32_t i = 0; i < MANY; i++)
		put(w, i, "v");
	one = apply(w);
	for (uint32_t i = 0; i < MANY; i++) {
		put(other, (uint32_t)((uint64_t)i * 7919 % MANY), "v");
		if (i % 977 == 0 || i % 13331 < 3)
			many = apply(other);
	}
	many = apply(other);
	assert_memory_equal(one.b, many.b, 32);
	end((void **)&other);
}

static enum err
work(struct world *w, struct hash *root)
{
	struct state_set set;
	static uint8_t wanted[40 * 32];
	enum err e;

	for (uint32_t i = 0; i < 40; i++)
		account_of(wanted + 32 * i, i % 30);
	state_set_init(&set, &w->view, &whole, 1);
	e = state_set_load(&set, wanted, sizeof wanted / 32);
	for (uint32_t i = 0; e == ERR_OK && i < 100; i++) {
		uint8_t account[32];
		account_of(account, i);
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
		put(w, i, "before");
	before = apply(w);
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

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_failed_payload_leaves_nothing),
		story(values_are_in_the_view_when_applied),
		story(bounds_and_lanes),
		story(a_snapshot_is_taken_and_read),
		story(batches_of_any_size_reach_one_root),
		story(memory_may_end_at_any_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
