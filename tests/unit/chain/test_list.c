/* What a voter signs: its list, its endorsement. */
#include "world.h"

#include "chain/limits.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct list list;
	enum err e = list_unpack(&list, &arena, in);

	if (e == ERR_OK) {
		list_put(again, &list);
		*hash = hash_of(HASH_LIST, in.data, in.len);
		e = list_check(&list);
	}
	arena_free(&arena);
	return e;
}

static enum err
probe_endorsement(struct buf *again, struct hash *hash, struct bytes in)
{
	struct endorsement e;
	enum err err = endorse_unpack(&e, in);

	if (err)
		return err;
	endorse_put(again, &e);
	*hash = hash_of(HASH_ENDORSE, in.data, in.len);
	return endorse_check(&e);
}

static struct bytes
encoded(struct world *w)
{
	struct buf b = { 0 };

	list_put(&b, &w->list);
	return world_keep(w, &b);
}

static enum err
unpack(struct world *w)
{
	struct list out;

	return list_unpack(&out, &w->arena, encoded(w));
}

static void
a_list_reads_back(void **state)
{
	struct world *w = *state;
	struct list list;

	assert_int_equal(list_unpack(&list, &w->arena, encoded(w)), ERR_OK);
	assert_int_equal(list.slot, SLOT);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.entry[1].count, 2);
	assert_int_equal(list.entry[1].roots.executed, 1);
	assert_true(hash_equal(&list.entry[1].id[1], &w->list.entry[1].id[1]));
	assert_int_equal(list_check(&list), ERR_OK);
}

static void
a_damaged_list_is_refused(void **state)
{
	struct bytes raw = encoded(*state);

	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 1);
}

static void
an_empty_list_is_a_list(void **state)
{
	struct world *w = *state;

	w->list.count = 0;
	assert_int_equal(list_sign(&w->list, w->founder), ERR_OK);
	world_check_ends(probe, encoded(w));
}

static void
order_is_strict(void **state)
{
	struct world *w = *state;
	struct list_entry kept = w->list.entry[1];
	struct hash ids[2] = { kept.id[1], kept.id[0] };

	w->list.entry[1].id = ids;
	assert_int_equal(unpack(w), ERR_ORDER);
	ids[0] = ids[1];
	assert_int_equal(unpack(w), ERR_ORDER);
	w->list.entry[1] = w->list.entry[0];
	assert_int_equal(unpack(w), ERR_ORDER);
	w->list.entry[0] = kept;
	assert_int_equal(unpack(w), ERR_ORDER);
}

/* The four bytes at an offset say v. */
static enum err
count_of(struct world *w, size_t at, uint32_t v)
{
	struct bytes raw = encoded(w);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	struct list out;

	memcpy(data, raw.data, raw.len);
	for (int i = 0; i < 4; i++)
		data[at + (size_t)i] = (uint8_t)(v >> 8 * i);
	return list_unpack(&out, &w->arena, (struct bytes){ data, raw.len });
}

static void
a_lying_count_is_refused(void **state)
{
	enum { ENTRIES = OBJECT_HEAD + 8 + 32 + 32, IDS = ENTRIES + 4 + LANE_BYTES + 8 + 64 };

	assert_int_equal(count_of(*state, ENTRIES, LIMIT_LANES + 1), ERR_TOO_LONG);
	assert_int_equal(count_of(*state, ENTRIES, LIMIT_LANES), ERR_TRUNCATED);
	assert_int_equal(count_of(*state, IDS, LIMIT_SEALS + 1), ERR_TOO_LONG);
	assert_int_equal(count_of(*state, IDS, LIMIT_SEALS), ERR_TRUNCATED);
}

static void
a_damaged_endorsement_is_refused(void **state)
{
	struct world *w = *state;
	struct buf b = { 0 };
	struct bytes raw;

	endorse_put(&b, &w->endorsement);
	assert_int_equal(b.len, ENDORSEMENT_BYTES);
	raw = world_keep(w, &b);
	world_check_ends(probe_endorsement, raw);
	world_check_flips(probe_endorsement, raw, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_list_reads_back),
		WORLD_TEST(a_damaged_list_is_refused),
		WORLD_TEST(an_empty_list_is_a_list),
		WORLD_TEST(order_is_strict),
		WORLD_TEST(a_lying_count_is_refused),
		WORLD_TEST(a_damaged_endorsement_is_refused),
	};

	return cmocka_run_group_tests_name("chain/list", tests, NULL, NULL);
}
