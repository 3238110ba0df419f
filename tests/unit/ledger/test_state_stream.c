/* The state as a stream: taken, and read in batches of any size. */
#include "state_world.h"

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
		state_world_put(w, i, i % 3 ? "value" : "another");
	root = state_world_apply(w);
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

	state_world_begin((void **)&other);
	for (uint32_t i = 0; i < MANY; i++)
		state_world_put(w, i, "v");
	one = state_world_apply(w);
	for (uint32_t i = 0; i < MANY; i++) {
		state_world_put(other, (uint32_t)((uint64_t)i * 7919 % MANY), "v");
		if (i % 977 == 0 || i % 13331 < 3)
			many = state_world_apply(other);
	}
	many = state_world_apply(other);
	assert_memory_equal(one.b, many.b, 32);
	state_world_end((void **)&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_snapshot_is_taken_and_read),
		story(batches_of_any_size_reach_one_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
