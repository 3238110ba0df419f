/* Words that come late, in other parts to each, or from a key whose node has forgotten them. */
#include "crowd.h"

#include "consensus/core.h"

enum { FOUNDERS = 4 };

/* --- other parts to each --- */

/* Each member hears all endorsements but those of the one after it: three of four, which are others for each. */
static struct bytes
hears_three(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	struct endorsement e;

	(void)from;
	if (object_peek(raw) == OBJECT_ENDORSEMENT && endorse_unpack(&e, raw) == ERR_OK &&
	    memcmp(&e.voter, sign_key_public(w->member[(to + 1) % FOUNDERS].key), sizeof e.voter) == 0)
		return (struct bytes){ 0 };
	return raw;
}

/* Has somebody heard an endorsement of this block that another one has not? */
static bool
heard_others(const struct crowd *w, const struct hash *hash)
{
	const struct node *a = tree_find(&w->member[0].core->tree, hash), *b = tree_find(&w->member[2].core->tree, hash);
	uint32_t same = 0;

	for (uint32_t i = 0; a && b && i < a->endorsements; i++) {
		for (uint32_t k = 0; k < b->endorsements; k++)
			same += memcmp(&a->endorsement[i].voter, &b->endorsement[k].voter, sizeof(struct pubkey)) == 0;
	}
	return a && b && (same < a->endorsements || same < b->endorsements);
}

static void
other_endorsements_make_the_same_blocks(void **state)
{
	struct crowd w;
	uint64_t seq = 0;
	uint32_t others = 0;

	(void)state;
	crowd_open(&w, FOUNDERS, 21);
	w.hears = hears_three;
	for (uint64_t slot = 1; slot <= 20; slot++) {
		crowd_load(&w, slot, &seq);
		crowd_until(&w, GENESIS_MS + slot * PERIOD + 950);
		others += heard_others(&w, &w.member[0].chain[w.member[0].tip].brief.hash);
	}
	crowd_to(&w, 30);
	crowd_same_tips(&w);
	assert_true(others >= 10);
	assert_true(w.finals >= 15);
	for (uint32_t i = 0; i < FOUNDERS; i++) {
		const struct member *m = &w.member[i];
		const struct ledger *mine = &m->chain[m->executed].ledger, *first = &w.member[0].chain[m->executed].ledger;
		assert_int_equal(mine->last_seq[1], seq);
		for (uint32_t chain = 0; chain < CHAINS; chain++)
			assert_true(hash_equal(&mine->roots[chain].state, &first->roots[chain].state));
	}
	crowd_end(&w);
}

/* --- late: evidence that comes when all is final --- */

static void
endorse_twice(struct crowd *w, uint32_t who, uint64_t slot)
{
	struct endorsement e = { .network = genesis_network(&w->genesis_hash), .slot = slot };
	struct buf raw = { 0 };

	for (uint8_t i = 1; i <= 2; i++) {
		memset(&e.hash, i, sizeof e.hash);
		endorse_sign(&e, w->member[who].key);
		buf_reset(&raw);
		endorse_put(&raw, &e);
		for (uint32_t to = 0; to < FOUNDERS; to++) {
			if (to != who)
				crowd_post(w, who, to, bytes_of(&raw));
		}
	}
	buf_free(&raw);
}

static uint32_t
votes_of(const struct crowd *w, uint32_t who)
{
	struct vote_view votes[MEMBERS];
	struct u128 total;

	return consensus_votes(w->member[who].core, votes, MEMBERS, &total);
}

/* From the next block on the key has no vote; what it certified before stands, for a newcomer too. */
static void
late_evidence_takes_back_nothing(void **state)
{
	struct crowd w;
	struct stored before[HIDS];
	uint64_t seq = 0, final;

	(void)state;
	/* The fifth comes late: each block needs the other four, the one who is struck later among them. */
	crowd_begin(&w, FOUNDERS + 1, 22);
	for (uint32_t i = 0; i < FOUNDERS; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 14, &seq);
	final = w.member[1].final;
	assert_true(final >= 8);
	assert_int_equal(votes_of(&w, 1), FOUNDERS + 1);
	memcpy(before, w.member[1].chain, sizeof before);
	/* Evidence of a slot that is long final; then its voter goes. */
	endorse_twice(&w, 3, 5);
	crowd_kill(&w, 3);
	crowd_load(&w, 22, &seq);
	crowd_start(&w, FOUNDERS, 0);
	crowd_load(&w, 30, &seq);
	crowd_to(&w, 40);
	crowd_same_tips(&w);
	assert_true(w.member[1].final > final + 10);
	for (uint64_t hid = 1; hid <= final; hid++) {
		assert_true(hash_equal(&w.member[1].chain[hid].brief.hash, &before[hid].brief.hash));
		assert_int_equal(w.member[1].chain[hid].certified, before[hid].certified);
		assert_true(hash_equal(&w.member[FOUNDERS].chain[hid].brief.hash, &before[hid].brief.hash));
	}
	assert_true(w.member[FOUNDERS].final + 1 >= w.member[FOUNDERS].tip);
	assert_int_equal(votes_of(&w, 1), FOUNDERS);
	assert_int_equal(votes_of(&w, FOUNDERS), FOUNDERS);
	crowd_end(&w);
}

/* --- late: an own candidate --- */

/* What the others have executed already it cannot judge when candidates are due, but a little later. */
static void
a_node_slow_to_execute_knows_its_own_candidate(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, FOUNDERS, 24);
	for (uint64_t slot = 1; slot <= 30; slot++) {
		uint64_t start = GENESIS_MS + slot * PERIOD;
		crowd_to(&w, slot);
		crowd_pay(&w, (uint32_t)(slot % FOUNDERS), 0, ++seq);
		crowd_until(&w, start + 845);
		w.member[3].busy_ms = start + PERIOD + 790;
	}
	crowd_to(&w, 36);
	crowd_same_tips(&w);
	assert_false(w.member[3].alerted);
	assert_true(w.finals >= 25);
	crowd_end(&w);
}

/* --- forgotten: an old backup --- */

/* Its disk is as it was before the first slot, its record with it. What it signed the crowd remembers. */
static void
restore_old(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];

	consensus_free(m->core);
	memset(&m->record, 0, sizeof m->record);
	m->tip = m->final = m->executed = m->waits = 0;
	m->asked = m->has_work = false;
	crowd_start(w, who, 0);
}

static uint32_t
endorsed_since(const struct crowd *w, uint32_t who, uint64_t slot)
{
	uint32_t n = 0;

	for (; slot < SLOTS; slot++)
		n += !hash_is_zero(&w->member[who].endorsed[slot]);
	return n;
}

/* As crowd_load, but all to the first: who does not mine seals no payload. */
static void
load_first(struct crowd *w, uint64_t slot, uint64_t *seq)
{
	for (uint64_t s = (w->now_ms - GENESIS_MS) / PERIOD + 1; s <= slot; s++) {
		crowd_to(w, s);
		crowd_pay(w, 0, 1, ++*seq);
	}
}

/* Nobody sends the fourth its own words: blocks alone show them. */
static struct bytes
hears_blocks(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	const struct pubkey *self = sign_key_public(w->member[3].key);
	enum object_type type = object_peek(raw);
	struct endorsement e;

	if (to != 3 || from == 3)
		return raw;
	if (type == OBJECT_LIST && memcmp(raw.data + OBJECT_HEAD + 8, self, sizeof *self) == 0)
		return (struct bytes){ 0 };
	if (type == OBJECT_ENDORSEMENT && endorse_unpack(&e, raw) == ERR_OK && memcmp(&e.voter, self, sizeof *self) == 0)
		return (struct bytes){ 0 };
	return raw;
}

/* The slot is that of what was signed, not of what carries it; the block is the one of that slot, or the carrier. */
static void
is_of_the_block_that_shows_it(struct crowd *w, const struct effect_alert *alert)
{
	struct arena arena = { 0 };
	struct hyper h;

	assert_in_range(alert->hid, 1, w->member[0].tip);
	assert_int_equal(hyper_unpack(&h, &arena, w->member[0].chain[alert->hid].raw), ERR_OK);
	assert_true(alert->carried ? h.header.slot >= alert->slot : h.header.slot == alert->slot);
	arena_free(&arena);
}

/* Whether it has assembled blocks, or the chain shows nothing of it but what it endorsed. */
static void
an_old_backup_signs_nothing_twice_and_stops(void **state)
{
	(void)state;
	for (uint32_t mines = 0; mines < 2; mines++) {
		struct crowd w;
		uint64_t seq = 0, slot = 9;
		crowd_begin(&w, FOUNDERS, 23 + mines);
		for (uint32_t i = 0; i < FOUNDERS; i++)
			crowd_start(&w, i, 0);
		w.member[3].mining = mines;
		/* In a slot in which it has endorsed it is there again at once. */
		do {
			load_first(&w, ++slot, &seq);
			crowd_until(&w, GENESIS_MS + slot * PERIOD + 900);
		} while (hash_is_zero(&w.member[3].endorsed[slot]) && slot < 15);
		assert_false(hash_is_zero(&w.member[3].endorsed[slot]));
		w.hears = hears_blocks;
		restore_old(&w, 3);
		load_first(&w, 30, &seq);
		assert_true(w.member[3].alerted);
		is_of_the_block_that_shows_it(&w, &w.member[3].alert);
		assert_int_equal(endorsed_since(&w, 3, slot + 1), 0);
		crowd_to(&w, 40);
		crowd_same_tips(&w);
		assert_true(w.member[0].final >= 25);
		crowd_end(&w);
	}
}

/* --- evidence by the hundred --- */

/* Keys without a vote, as authorities and who has a seal may be, offend without end: no voter hides behind them. */
static void
evidence_of_strangers_leaves_room_for_voters(void **state)
{
	struct crowd w;
	struct consensus *c;
	struct arena arena = { 0 };
	struct evidence *carried;
	uint32_t n;

	(void)state;
	crowd_open(&w, FOUNDERS, 1);
	crowd_to(&w, 3);
	c = w.member[0].core;
	for (uint32_t turn = 0; turn < 2; turn++) {
		for (uint32_t i = 0; i < 2 * LIMIT_EVIDENCE; i++)
			watch_add(c, &(struct evidence){ .slot = c->round.slot, .voter = { { 1, (uint8_t)turn, (uint8_t)i } } });
		assert_int_equal(c->evidences, LIMIT_EVIDENCE);
		watch_add(c, &(struct evidence){ .slot = c->round.slot, .voter = w.genesis.founder[turn] });
		assert_int_equal(c->evidences, LIMIT_EVIDENCE);
		assert_int_equal(watch_take(&carried, &n, &arena, c), ERR_OK);
		assert_int_equal(n, turn + 1);
		for (uint32_t i = 1; i < c->evidences; i++)
			assert_true(memcmp(&c->evidence[i - 1].voter, &c->evidence[i].voter, sizeof(struct pubkey)) < 0);
	}
	arena_free(&arena);
	crowd_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_endorsements_make_the_same_blocks),
		cmocka_unit_test(late_evidence_takes_back_nothing),
		cmocka_unit_test(a_node_slow_to_execute_knows_its_own_candidate),
		cmocka_unit_test(an_old_backup_signs_nothing_twice_and_stops),
		cmocka_unit_test(evidence_of_strangers_leaves_room_for_voters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
