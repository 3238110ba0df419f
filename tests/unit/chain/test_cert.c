/* Lane certificates: which seals a lane accepted, and who says so. */
#include <time.h>

#include "world.h"

#include "chain/limits.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct cert cert;
	enum err e = cert_unpack(&cert, &arena, in);

	if (e == ERR_OK) {
		cert_put(again, &cert);
		e = cert_hash(hash, &cert.core);
	}
	if (e == ERR_OK)
		e = cert_check(&cert);
	arena_free(&arena);
	return e;
}

static struct bytes
encoded(struct world *w)
{
	struct buf b = { 0 };

	cert_put(&b, &w->cert[0]);
	return world_keep(w, &b);
}

static enum err
unpack(struct world *w)
{
	struct cert out;

	return cert_unpack(&out, &w->arena, encoded(w));
}

static enum err
blocks(struct world *w)
{
	struct block *block;
	struct hash *hash;

	return cert_blocks(&block, &hash, &w->arena, &w->cert[0], LANE_ONE_LID, &w->tip_one);
}

static void
it_reads_back(void **state)
{
	struct world *w = *state;
	struct cert cert;

	assert_int_equal(cert_unpack(&cert, &w->arena, encoded(w)), ERR_OK);
	assert_int_equal(cert.core.blocks, 2);
	assert_int_equal(cert.core.payloads, 3);
	assert_int_equal(cert.core.tip_lid, LANE_ONE_LID + 2);
	assert_int_equal(cert.lists, 1);
	assert_true(cert.list[0].same_roots);
	assert_int_equal(cert.list[0].accepts[0], 3);
	assert_true(hash_equal(&cert.list[0].roots.state, &cert.core.roots.state));
}

static void
damage_is_refused(void **state)
{
	struct bytes raw = encoded(*state);

	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 1);
}

static void
its_blocks_follow_the_tip(void **state)
{
	struct world *w = *state;
	struct block *block;
	struct hash *hash;

	assert_int_equal(cert_blocks(&block, &hash, &w->arena, &w->cert[0], LANE_ONE_LID, &w->tip_one), ERR_OK);
	assert_int_equal(block[0].lid, LANE_ONE_LID + 1);
	assert_true(hash_equal(&block[0].prev, &w->tip_one));
	assert_true(hash_equal(&block[1].prev, &hash[0]));
	assert_true(hash_equal(&hash[1], &w->cert[0].core.tip));
}

static void
what_the_core_says_wrongly_is_named(void **state)
{
	struct world *w = *state;
	struct cert_core kept = w->cert[0].core, *core = &w->cert[0].core;

	core->payloads++;
	assert_int_equal(blocks(w), ERR_COUNT);
	*core = kept;
	core->bytes--;
	assert_int_equal(blocks(w), ERR_COUNT);
	*core = kept;
	core->tip.b[0] ^= 1;
	assert_int_equal(blocks(w), ERR_LINK);
	*core = kept;
	core->tip_lid++;
	assert_int_equal(blocks(w), ERR_LINK);
	*core = kept;
	core->blocks_root.b[0] ^= 1;
	assert_int_equal(blocks(w), ERR_MERKLE);
	*core = kept;
	core->lane.chain++;
	assert_int_equal(blocks(w), ERR_LANE);
	*core = kept;
	core->slot++;
	assert_int_equal(blocks(w), ERR_SLOT);
	*core = kept;
	core->network.b[0] ^= 1;
	assert_int_equal(blocks(w), ERR_NETWORK);
}

static void
heads_out_of_order_are_refused(void **state)
{
	struct world *w = *state;
	struct seal_head *head = w->cert[0].head, first = head[0];

	head[0] = head[1];
	head[1] = first;
	assert_int_equal(blocks(w), ERR_ORDER);
	assert_int_equal(cert_check(&w->cert[0]), ERR_ORDER);
	head[0] = head[1];
	assert_int_equal(blocks(w), ERR_ORDER);
}

static void
a_tip_of_another_lane_is_refused(void **state)
{
	struct world *w = *state;
	struct block *block;
	struct hash *hash;

	assert_int_equal(cert_blocks(&block, &hash, &w->arena, &w->cert[0], LANE_ONE_LID - 1, &w->tip_one), ERR_LINK);
	assert_int_equal(cert_blocks(&block, &hash, &w->arena, &w->cert[0], UINT64_MAX, &w->tip_one), ERR_LINK);
	assert_int_equal(cert_blocks(&block, &hash, &w->arena, &w->cert[0], LANE_ONE_LID, &w->parent), ERR_MERKLE);
}

static void
a_certificate_may_have_roots_only(void **state)
{
	struct world *w = *state;
	struct cert_core core = { .network = w->network, .slot = SLOT, .tip_lid = LANE_ONE_LID, .tip = w->tip_one,
		.roots = w->list.entry[0].roots };

	w->cert[0] = (struct cert){ .core = core, .lists = 1, .list = w->cert[0].list };
	assert_int_equal(world_cut(w, w->cert[0].list, &w->cert[0], 0), ERR_OK);
	assert_int_equal(blocks(w), ERR_OK);
	world_check_ends(probe, encoded(w));
}

/* The founder names a seal that was not accepted, leaves one out, and is behind with its execution. */
static void
a_list_that_differs_travels_in_full(void **state)
{
	struct world *w = *state;
	struct cert_list *list = w->cert[0].list;
	struct list_entry *entry = &w->list.entry[1];
	struct hash ids[2] = { entry->id[0], { .b = { 0xff, 0xff, 0xff } } };

	entry->id = ids;
	entry->roots = world_roots("behind");
	assert_int_equal(list_sign(&w->list, w->founder), ERR_OK);
	assert_int_equal(world_cut(w, list, &w->cert[0], 1), ERR_OK);
	assert_false(list->same_roots);
	assert_true(list->same_parent);
	assert_int_equal(list->accepts[0], 1);
	assert_int_equal(list->others, 1);
	struct bytes raw = encoded(w);
	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 3);
}

static void
a_list_of_another_lane_or_slot_is_not_cut(void **state)
{
	struct world *w = *state;
	struct cert_list out;

	assert_int_equal(world_cut(w, &out, &w->cert[0], 2), ERR_LANE);
	assert_int_equal(world_cut(w, &out, &w->cert[0], 3), ERR_RANGE);
	w->list.slot++;
	assert_int_equal(world_cut(w, &out, &w->cert[0], 1), ERR_SLOT);
}

/* The founder stands on another branch: its word on seals counts, its roots are those of that branch. */
static void
a_list_of_another_parent_says_so(void **state)
{
	struct world *w = *state;
	struct cert_list *list = w->cert[0].list;

	w->list.parent.b[0] ^= 1;
	assert_int_equal(list_sign(&w->list, w->founder), ERR_OK);
	assert_int_equal(world_cut(w, list, &w->cert[0], 1), ERR_OK);
	assert_true(list->same_roots && !list->same_parent);
	assert_int_equal(list->accepts[0], 3);
	struct bytes raw = encoded(w);
	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 3);
	list->same_parent = true;
	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_SIGNATURE);
	list->parent = w->cert[0].parent;
	list->same_parent = false;
	assert_int_equal(unpack(w), ERR_NOT_CANONICAL);
}

static void
seals_of_another_parent_are_refused(void **state)
{
	struct world *w = *state;

	w->cert[0].parent.b[0] ^= 1;
	assert_int_equal(cert_check(&w->cert[0]), ERR_PARENT);
}

/* A certificate's part costs the length of its path, not of the list. */
static void
a_list_of_many_lanes_is_cut_in_little_time(void **state)
{
	enum { LANES = 20000 };
	struct world *w = *state;
	struct list_tree tree;
	clock_t begin = clock();

	w->list.entry = arena_alloc(&w->arena, LANES, sizeof *w->list.entry);
	w->list.count = LANES;
	for (uint32_t i = 0; i < LANES; i++)
		w->list.entry[i] = (struct list_entry){ .lane.chain = i };
	assert_int_equal(list_sign(&w->list, w->founder), ERR_OK);
	assert_int_equal(list_tree(&tree, &w->arena, &w->list), ERR_OK);
	for (uint32_t i = 0; i < LANES; i++) {
		struct cert cert = { .core = { .network = w->network, .lane.chain = i, .slot = SLOT } };
		struct cert_list part;
		assert_int_equal(cert_list_from(&part, &w->arena, &cert, &tree, i), ERR_OK);
		if (i % 1000 == 0)
			assert_int_equal(cert_list_check(&cert, &part), ERR_OK);
	}
	assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
}

static void
roots_are_written_once_only(void **state)
{
	struct world *w = *state;

	w->cert[0].list[0].same_roots = false;
	assert_int_equal(unpack(w), ERR_NOT_CANONICAL);
}

static void
unknown_bits_are_refused(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	struct cert_list *list = w->cert[0].list;
	size_t flags = raw.len - 4 - 1 - 1;
	struct cert out;

	memcpy(data, raw.data, raw.len);
	assert_int_equal(data[flags], 3);
	data[flags] = 7;
	assert_int_equal(cert_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_NOT_CANONICAL);
	list->accepts = (const uint8_t[]){ 7 };
	assert_int_equal(unpack(w), ERR_NOT_CANONICAL);
}

/* One set of ids has one form: a block of the certificate is a bit, never another id. */
static void
an_id_is_written_once_only(void **state)
{
	struct world *w = *state;
	struct cert_list *list = w->cert[0].list;

	list->others = 1;
	list->other = w->list.entry[1].id;
	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_ORDER);
	list->accepts = (const uint8_t[]){ 2 };
	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_ORDER);
}

static void
order_is_strict(void **state)
{
	struct world *w = *state;
	struct cert_list *list = w->cert[0].list, twice[2] = { list[0], list[0] };
	struct hash ids[2] = { { .b = { 9 } }, { .b = { 9 } } };
	struct cert_target targets[2] = { { .chain = 5 }, { .chain = 5 } };

	w->cert[0].list = twice;
	w->cert[0].lists = 2;
	assert_int_equal(unpack(w), ERR_ORDER);
	w->cert[0].lists = 1;
	twice[0].others = 2;
	twice[0].other = ids;
	assert_int_equal(unpack(w), ERR_ORDER);
	twice[0].others = 0;
	w->cert[0].core.targets = 2;
	w->cert[0].core.target = targets;
	assert_int_equal(unpack(w), ERR_ORDER);
	targets[1].chain++;
	assert_int_equal(unpack(w), ERR_OK);
	assert_int_equal(cert_check(&w->cert[0]), ERR_COUNT);
}

static void
another_voters_name_is_refused(void **state)
{
	struct world *w = *state;
	struct cert_list *list = w->cert[0].list;

	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_OK);
	list->voter = *sign_key_public(w->bob);
	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_SIGNATURE);
	list->voter = *sign_key_public(w->founder);
	list->path.len--;
	assert_int_equal(cert_list_check(&w->cert[0], list), ERR_MERKLE);
}

static enum err
count_of(struct world *w, size_t at, uint32_t v)
{
	struct bytes raw = encoded(w);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	struct cert out;

	memcpy(data, raw.data, raw.len);
	for (int i = 0; i < 4; i++)
		data[at + (size_t)i] = (uint8_t)(v >> 8 * i);
	return cert_unpack(&out, &w->arena, (struct bytes){ data, raw.len });
}

static void
a_lying_count_is_refused(void **state)
{
	enum { BLOCKS = OBJECT_HEAD + LANE_BYTES + 8, TARGETS = 191, LISTS = 195 + 2 * SEAL_HEAD + 32,
		PATH = LISTS + 4 + 96 };

	assert_int_equal(count_of(*state, BLOCKS, LIMIT_SEALS + 1), ERR_TOO_LONG);
	assert_int_equal(count_of(*state, BLOCKS, LIMIT_SEALS), ERR_TRUNCATED);
	assert_int_equal(count_of(*state, TARGETS, LIMIT_TARGETS + 1), ERR_TOO_LONG);
	assert_int_equal(count_of(*state, TARGETS, LIMIT_TARGETS), ERR_TRUNCATED);
	assert_int_equal(count_of(*state, LISTS, LIMIT_VOTERS + 1), ERR_TOO_LONG);
	assert_int_equal(count_of(*state, LISTS, LIMIT_VOTERS), ERR_TRUNCATED);
	assert_int_equal(count_of(*state, PATH, 3), ERR_RANGE);
	assert_int_equal(count_of(*state, PATH + 8, MERKLE_DEPTH + 1), ERR_TOO_LONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(it_reads_back),
		WORLD_TEST(damage_is_refused),
		WORLD_TEST(its_blocks_follow_the_tip),
		WORLD_TEST(what_the_core_says_wrongly_is_named),
		WORLD_TEST(heads_out_of_order_are_refused),
		WORLD_TEST(a_tip_of_another_lane_is_refused),
		WORLD_TEST(a_certificate_may_have_roots_only),
		WORLD_TEST(a_list_that_differs_travels_in_full),
		WORLD_TEST(a_list_of_another_lane_or_slot_is_not_cut),
		WORLD_TEST(a_list_of_another_parent_says_so),
		WORLD_TEST(seals_of_another_parent_are_refused),
		WORLD_TEST(a_list_of_many_lanes_is_cut_in_little_time),
		WORLD_TEST(roots_are_written_once_only),
		WORLD_TEST(unknown_bits_are_refused),
		WORLD_TEST(an_id_is_written_once_only),
		WORLD_TEST(order_is_strict),
		WORLD_TEST(another_voters_name_is_refused),
		WORLD_TEST(a_lying_count_is_refused),
	};

	return cmocka_run_group_tests_name("chain/cert", tests, NULL, NULL);
}
