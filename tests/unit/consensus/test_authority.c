/* A lane with the rule bft among others, in a network of many. */
#include "crowd.h"

#include "consensus/core.h"

/* The members of these bits are the chain's authorities from where execution of hid is committed on. */
static void
authorise(struct crowd *w, uint64_t hid, uint32_t bits)
{
	struct authority_set *set = &w->set[w->sets++];

	*set = (struct authority_set){ .chain = 1, .hid = hid };
	/* The genesis has the members' keys in their order. */
	for (uint32_t i = 0; i < w->members; i++) {
		for (uint32_t k = 0; k < w->members; k++) {
			const struct pubkey *key = sign_key_public(w->member[k].key);
			if (bits >> k & 1 && memcmp(key, &w->genesis.founder[i], sizeof *key) == 0)
				set->keys.key[set->keys.count++] = *key;
		}
	}
	w->rule.kind = RULE_BFT;
}

static void
open_crowd(struct crowd *w, uint32_t members, uint64_t seed, uint32_t bits)
{
	crowd_begin(w, members, seed);
	authorise(w, 0, bits);
}

static void
start_all(struct crowd *w)
{
	for (uint32_t i = 0; i < w->members; i++)
		crowd_start(w, i, 0);
}

/* A payload of chain 1 a slot, to the members of these bits in turn, until the slot; nobody passes payloads on here. */
static void
load(struct crowd *w, uint64_t slot, uint32_t bits, uint64_t *seq)
{
	uint32_t who[MEMBERS], n = 0;

	for (uint32_t i = 0; i < w->members; i++) {
		if (bits >> i & 1)
			who[n++] = i;
	}
	for (uint64_t s = (w->now_ms - GENESIS_MS) / PERIOD + 1; s <= slot; s++) {
		crowd_to(w, s);
		crowd_pay(w, who[*seq % n], 1, *seq + 1);
		++*seq;
	}
}

/* Who sealed chain 1 in the blocks from hid on, as bits of members. */
static uint32_t
sealers(const struct crowd *w, const struct member *m, uint64_t hid)
{
	uint32_t bits = 0;

	for (; hid <= m->tip; hid++) {
		for (uint32_t i = 0; i < m->chain[hid].blocks; i++) {
			const struct seal_core *core = &m->chain[hid].block[i].block.head.core;
			for (uint32_t k = 0; core->lane.chain == 1 && k < w->members; k++)
				bits |= (uint32_t)(memcmp(&core->signer, sign_key_public(w->member[k].key), sizeof core->signer) == 0)
				    << k;
		}
	}
	return bits;
}

static void
authorities_alone_seal_and_everybody_agrees(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	open_crowd(&w, 5, 3, 0x7);
	/* One does not even follow the chain. */
	w.member[4].unfollowed = 2;
	start_all(&w);
	load(&w, 16, 0x7, &seq);
	crowd_to(&w, 26);
	crowd_same_tips(&w);
	assert_int_equal(crowd_executed_seq(&w, 0, 1), seq);
	assert_int_equal(crowd_executed_seq(&w, 3, 1), seq);
	assert_true(w.member[0].final + 1 >= w.member[0].tip);
	assert_int_equal(sealers(&w, &w.member[0], 1) & ~0x7u, 0);
	assert_int_not_equal(sealers(&w, &w.member[0], 1), 0);
	crowd_end(&w);
}

/* Two of three are not more than two thirds: that lane stands, the others do not notice. */
static void
without_its_quorum_the_lane_stands_alone(void **state)
{
	struct crowd w;

	(void)state;
	open_crowd(&w, 4, 4, 0x7);
	start_all(&w);
	crowd_to(&w, 3);
	crowd_kill(&w, 2);
	for (uint64_t slot = 4; slot < 14; slot++) {
		crowd_to(&w, slot);
		crowd_pay(&w, 0, 1, slot - 3);
		crowd_pay(&w, 1, 0, slot - 3);
	}
	crowd_to(&w, 20);
	crowd_same_tips(&w);
	assert_int_equal(crowd_executed_seq(&w, 0, 0), 10);
	assert_int_equal(crowd_executed_seq(&w, 0, 1), 0);
	assert_int_equal(sealers(&w, &w.member[0], 1), 0);
	crowd_end(&w);
}

/* One of the founders is none any more: its key decides in the lane without any vote. */
static void
an_authority_without_a_vote_is_heard(void **state)
{
	struct crowd w;
	struct pubkey *founder;
	uint64_t seq = 0;
	uint32_t n = 0;

	(void)state;
	open_crowd(&w, 5, 5, 0x17);
	founder = arena_alloc(&w.arena, 5, sizeof *founder);
	for (uint32_t i = 0; i < 5; i++) {
		if (memcmp(&w.genesis.founder[i], sign_key_public(w.member[4].key), sizeof *founder) != 0)
			founder[n++] = w.genesis.founder[i];
	}
	w.genesis.founder = founder;
	w.genesis.founders = 4;
	assert_int_equal(genesis_hash(&w.genesis_hash, &w.genesis), ERR_OK);
	start_all(&w);
	w.member[4].mining = false;
	crowd_to(&w, 3);
	/* Of members 0, 1, 2 and 4 three are needed. */
	crowd_kill(&w, 0);
	load(&w, 14, 0x6, &seq);
	crowd_to(&w, 24);
	crowd_same_tips(&w);
	assert_int_equal(crowd_executed_seq(&w, 1, 1), seq);
	crowd_end(&w);
}

static void
new_authorities_are_in_force_when_chain_0_has_committed_them(void **state)
{
	struct crowd w;
	uint64_t seq = 0, committed = 0, hid = 0;

	(void)state;
	open_crowd(&w, 4, 6, 0xf);
	authorise(&w, 4, 0x1);
	start_all(&w);
	load(&w, 4, 0xe, &seq);
	load(&w, 20, 0x1, &seq);
	crowd_to(&w, 30);
	crowd_same_tips(&w);
	assert_int_equal(crowd_executed_seq(&w, 0, 1), seq);
	/* The first block after whose parent chain 0 has committed HID 4. */
	for (hid = 1; committed < 4; hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		assert_int_equal(hyper_unpack(&h, &arena, w.member[0].chain[hid].raw), ERR_OK);
		if (h.cert[0].core.lane.chain == 0)
			committed = h.cert[0].core.roots.executed;
		arena_free(&arena);
	}
	assert_int_equal(sealers(&w, &w.member[0], hid), 0x1);
	assert_int_not_equal(sealers(&w, &w.member[0], 1), 0x1);
	crowd_end(&w);
}

/* --- what is heard of who is an authority alone --- */

/* One member's core within slot 3, as if it held one seal of chain 1. */
static struct consensus *
open_alone(struct crowd *w)
{
	struct consensus *c;

	open_crowd(w, 4, 7, 0xf);
	start_all(w);
	crowd_to(w, 3);
	c = w->member[0].core;
	lanes_find(&c->lanes, 1)->seals = 1;
	return c;
}

/* A key that is named an authority of chain 1, by a generation of its own. */
static struct sign_key *
name_authority(struct consensus *c, uint8_t i)
{
	struct sign_key *key = sign_key_new((uint8_t[32]){ 200, i });
	struct authority_set set = { .chain = 1, .hid = UINT32_MAX + (uint64_t)i, .keys = { 1, { *sign_key_public(key) } } };

	assert_int_equal(lanes_add_set(&c->lanes, &set), ERR_OK);
	return key;
}

/* Is its list of this slot, with these entries, heard, and once? */
static bool
is_heard(struct consensus *c, const struct sign_key *key, struct list_entry *entry, uint32_t count)
{
	struct list list = { .network = c->network, .slot = c->round.slot, .count = count, .entry = entry };
	uint32_t before = c->round.lists;

	assert_int_equal(list_sign(&list, key), ERR_OK);
	for (int k = 0; k < 2; k++)
		assert_int_equal(hear_list(c, &list), ERR_OK);
	assert_true(c->round.lists <= before + 1);
	return c->round.lists > before;
}

/* Of many keys, each named by a generation of its own, how many are heard; they are all named before any speaks. */
static uint32_t
heard_of(struct consensus *c, uint8_t keys, uint32_t ids)
{
	struct hash id[4] = { { { 1 } }, { { 2 } }, { { 3 } }, { { 4 } } };
	struct list_entry entry = { .lane = { .chain = 1 }, .count = ids, .id = id };
	struct sign_key *key[UINT8_MAX];
	uint32_t n = 0;

	for (uint8_t i = 0; i < keys; i++)
		key[i] = name_authority(c, i);
	for (uint8_t i = 0; i < keys; i++) {
		n += is_heard(c, key[i], &entry, 1);
		sign_key_free(key[i]);
	}
	return n;
}

/* Keys of chains that anybody registers cannot fill the block with words. */
static void
of_authorities_alone_no_more_is_heard_than_a_part_of_a_block(void **state)
{
	struct crowd w;
	struct consensus *c = open_alone(&w);

	(void)state;
	/* Room for two of one entry each. */
	c->hyper_bytes = 8 * 2500;
	assert_int_equal(heard_of(c, 8, 0), 2);
	assert_int_equal(c->round.cheap, 2 * 1024);
	/* Who holds a vote is heard all the same, and the next slot is another. */
	crowd_to(&w, 4);
	assert_int_equal(c->round.cheap, 0);
	assert_int_equal(lanes_find(&c->lanes, 1)->cheap, 0);
	crowd_to(&w, 5);
	crowd_same_tips(&w);
	crowd_end(&w);
}

/* Without a seal, which costs work, nothing is said of a lane: chains by the hundred leave the others their room. */
static void
of_a_lane_without_a_seal_an_authority_alone_is_not_heard(void **state)
{
	struct crowd w;
	struct consensus *c = open_alone(&w);
	struct lane_entry *lane = lanes_find(&c->lanes, 1);
	struct list_entry entry = { .lane = { .chain = 1 } };
	struct sign_key *key = name_authority(c, 0);

	(void)state;
	lane->seals = 0;
	assert_false(is_heard(c, key, &entry, 1));
	lane->seals = 1;
	assert_true(is_heard(c, key, &entry, 1));
	sign_key_free(key);
	/* One that says nothing at all would be kept and passed on for nothing. */
	key = name_authority(c, 1);
	assert_false(is_heard(c, key, NULL, 0));
	sign_key_free(key);
	crowd_end(&w);
}

/* Its registrar names new authorities as it likes: that costs the chain its own room, not the others theirs. */
static void
a_lane_has_room_for_one_set_of_authorities_however_many_are_named(void **state)
{
	struct crowd w;
	struct consensus *c = open_alone(&w);

	(void)state;
	assert_int_equal(heard_of(c, 100, 2), LIMIT_AUTHORITIES);
	assert_int_equal(lanes_find(&c->lanes, 1)->cheap, LIMIT_AUTHORITIES * (1024 + 2 * 32));
	crowd_end(&w);
}

/* One bad authority of a lane leaves its fellows their room. */
static void
an_authority_alone_names_twice_as_many_as_there_are_at_most(void **state)
{
	struct crowd w;
	struct consensus *c = open_alone(&w);

	(void)state;
	assert_int_equal(heard_of(c, 3, 3), 0);
	lanes_find(&c->lanes, 1)->seals = 2;
	assert_int_equal(heard_of(c, 3, 3), 3);
	crowd_end(&w);
}

/* Of other lanes it has nothing to say: its word there would cost nothing, and stand in their certificates. */
static void
an_authority_alone_is_heard_of_its_own_lanes(void **state)
{
	struct crowd w;
	struct consensus *c = open_alone(&w);
	struct list_entry entry[2] = { { .lane = { .chain = 0 } }, { .lane = { .chain = 1 } } };
	struct sign_key *key = name_authority(c, 0);

	(void)state;
	lanes_find(&c->lanes, 0)->seals = 1;
	assert_false(is_heard(c, key, entry, 2));
	assert_true(is_heard(c, key, entry + 1, 1));
	sign_key_free(key);
	crowd_end(&w);
}

/* --- the sets of one lane --- */

static void
sets_come_go_and_are_found_by_what_is_committed(void **state)
{
	struct lanes l = { 0 };
	struct chain_info info[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
	struct authority_set set = { .chain = 1 }, first;
	struct lane_entry *lane;

	(void)state;
	assert_int_equal(lanes_add(&l, &info[0]), ERR_OK);
	assert_int_equal(lanes_add(&l, &info[1]), ERR_OK);
	assert_int_equal(lanes_add(&l, &info[2]), ERR_OK);
	lane = lanes_find(&l, 1);
	for (uint64_t hid = 5; hid <= 25; hid += 10) {
		set.hid = hid;
		set.keys.count++;
		memset(&set.keys.key[set.keys.count - 1], set.keys.count, 32);
		assert_int_equal(lanes_add_set(&l, &set), ERR_OK);
	}
	assert_int_equal(lanes_authorities(lane, 4)->count, 0);
	assert_int_equal(lanes_authorities(lane, 5)->count, 1);
	assert_int_equal(lanes_authorities(lane, 24)->count, 2);
	assert_int_equal(lanes_authorities(lane, UINT64_MAX)->count, 3);
	assert_true(lanes_has_authority(&l, &set.keys.key[2]));
	/* Who is none any more where that is committed has no seat there, whether or not a later set has come. */
	first = (struct authority_set){ .chain = 2, .hid = 5, .keys = { 1, { { { 9 } } } } };
	assert_int_equal(lanes_add_set(&l, &first), ERR_OK);
	first.hid = 8;
	first.keys.key[0].b[0] = 8;
	assert_int_equal(lanes_add_set(&l, &first), ERR_OK);
	first.keys.key[0].b[0] = 9;
	assert_true(lanes_has_seat(lanes_find(&l, 2), &first.keys.key[0], 7));
	assert_false(lanes_has_seat(lanes_find(&l, 2), &first.keys.key[0], 8));
	/* Another branch has brought another one. */
	lanes_drop_sets(lane, 15);
	assert_int_equal(lanes_authorities(lane, UINT64_MAX)->count, 1);
	set.hid = 17;
	assert_int_equal(lanes_add_set(&l, &set), ERR_OK);
	/* What the base has left behind goes. */
	l.item[0]->base.committed.executed = 17;
	set.hid = 30;
	assert_int_equal(lanes_add_set(&l, &set), ERR_OK);
	assert_int_equal(lane->sets, 2);
	assert_int_equal(lanes_authorities(lane, 17)->count, 3);
	lanes_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorities_alone_seal_and_everybody_agrees),
		cmocka_unit_test(without_its_quorum_the_lane_stands_alone),
		cmocka_unit_test(an_authority_without_a_vote_is_heard),
		cmocka_unit_test(new_authorities_are_in_force_when_chain_0_has_committed_them),
		cmocka_unit_test(of_authorities_alone_no_more_is_heard_than_a_part_of_a_block),
		cmocka_unit_test(of_a_lane_without_a_seal_an_authority_alone_is_not_heard),
		cmocka_unit_test(a_lane_has_room_for_one_set_of_authorities_however_many_are_named),
		cmocka_unit_test(an_authority_alone_names_twice_as_many_as_there_are_at_most),
		cmocka_unit_test(an_authority_alone_is_heard_of_its_own_lanes),
		cmocka_unit_test(sets_come_go_and_are_found_by_what_is_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
