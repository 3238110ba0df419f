/* Blocks as they come to one member that was cut off: what it asks for, and what it keeps. */
#include "crowd.h"

enum { OUTSIDER = 3, CUT_SLOT = 4 };

/* Four members; from CUT_SLOT on the last one hears nothing, while the others go on. */
static void
open_crowd(struct crowd *w, uint64_t slots)
{
	uint64_t seq = 0;

	crowd_open(w, 4, 9);
	crowd_load(w, CUT_SLOT, &seq);
	w->member[OUTSIDER].group = 1;
	for (uint64_t s = CUT_SLOT + 1; s <= slots; s++) {
		crowd_to(w, s);
		crowd_pay(w, 0, 1, ++seq);
	}
	assert_true(w->member[0].tip >= w->member[OUTSIDER].tip + 4);
}

/* The outsider is told an object by the first member; so many of its answers are of this type. */
static uint32_t
told(struct crowd *w, struct bytes raw, enum object_type answer)
{
	struct event event = { .now_ms = w->now_ms, .from = *sign_key_public(w->member[0].key) };
	struct arena arena = { 0 };
	struct effects out = { 0 };
	struct endorsement e;
	struct hyper h;
	uint32_t n = 0;

	if (object_peek(raw) == OBJECT_HYPER) {
		assert_int_equal(hyper_unpack(&h, &arena, raw), ERR_OK);
		event.type = EVENT_HYPER;
		event.hyper = (struct event_hyper){ raw, &h, hyper_hash(&h.header) };
	} else {
		assert_int_equal(endorse_unpack(&e, raw), ERR_OK);
		event.type = EVENT_ENDORSEMENT;
		event.endorsement = &e;
	}
	assert_int_equal(consensus_step(w->member[OUTSIDER].core, &out, &event), ERR_OK);
	for (size_t i = 0; i < out.count; i++)
		n += out.item[i].type == EFFECT_SEND && object_peek(out.item[i].send.raw) == answer;
	effects_free(&out);
	arena_free(&arena);
	return n;
}

static void
parent_is_asked_for_once(void **state)
{
	struct crowd w;
	const struct member *m = &w.member[0];

	(void)state;
	open_crowd(&w, 12);
	/* Time passes first, so that no deadline speaks in between. */
	told(&w, m->chain[m->tip].raw, OBJECT_WANT);
	assert_int_equal(told(&w, m->chain[m->tip].raw, OBJECT_WANT), 0);
	assert_int_equal(told(&w, m->chain[m->tip - 1].raw, OBJECT_WANT), 1);
	assert_int_equal(told(&w, m->chain[m->tip - 1].raw, OBJECT_WANT), 0);
	assert_int_equal(told(&w, m->chain[m->tip].raw, OBJECT_WANT), 0);
	crowd_end(&w);
}

/* --- the candidates of one assembler --- */

static struct bytes
variant(struct crowd *w, struct bytes raw, uint8_t mark)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct bytes kept;
	struct hyper h;
	struct hash hash;

	assert_int_equal(hyper_unpack(&h, &arena, raw), ERR_OK);
	h.header.rules.b[0] ^= mark;
	hash = hyper_hash(&h.header);
	for (uint32_t i = 0; i < w->members; i++) {
		if (memcmp(sign_key_public(w->member[i].key), &h.header.assembler, sizeof h.header.assembler) == 0)
			h.auth = sign_make(w->member[i].key, &hash);
	}
	hyper_put(&out, &h);
	kept = (struct bytes){ crowd_keep(w, out.data, out.len), out.len };
	buf_free(&out);
	arena_free(&arena);
	return kept;
}

static struct hash
hash_of_block(struct bytes raw)
{
	struct hyper_header header;
	struct signature auth;

	assert_int_equal(hyper_head_unpack(&header, &auth, raw), ERR_OK);
	return hyper_hash(&header);
}

static bool
known(const struct crowd *w, struct bytes raw)
{
	struct tree_view view[64];
	struct hash hash = hash_of_block(raw);
	uint32_t n = consensus_tree(w->member[OUTSIDER].core, view, 64);

	for (uint32_t i = 0; i < n; i++) {
		if (hash_equal(&view[i].hash, &hash))
			return true;
	}
	return false;
}

static struct bytes
endorsed(struct crowd *w, struct bytes raw)
{
	struct endorsement e = { .network = genesis_network(&w->genesis_hash), .hash = hash_of_block(raw) };
	struct hyper_header header;
	struct signature auth;
	struct buf out = { 0 };
	struct bytes kept;

	hyper_head_unpack(&header, &auth, raw);
	e.slot = header.slot;
	e.source = header.source;
	endorse_sign(&e, w->member[1].key);
	endorse_put(&out, &e);
	kept = (struct bytes){ crowd_keep(w, out.data, out.len), out.len };
	buf_free(&out);
	return kept;
}

/* Two are evidence enough; a third one enters when a voter has endorsed it. */
static void
two_candidates_of_an_assembler(void **state)
{
	struct crowd w;
	struct bytes real, made[3];

	(void)state;
	open_crowd(&w, 12);
	real = w.member[0].chain[w.member[OUTSIDER].tip + 1].raw;
	for (uint8_t i = 0; i < 3; i++)
		made[i] = variant(&w, real, (uint8_t)(i + 1));
	told(&w, made[0], OBJECT_WANT);
	told(&w, made[1], OBJECT_WANT);
	told(&w, made[2], OBJECT_WANT);
	assert_true(known(&w, made[0]) && known(&w, made[1]));
	assert_false(known(&w, made[2]));
	told(&w, endorsed(&w, made[2]), OBJECT_WANT);
	told(&w, made[2], OBJECT_WANT);
	assert_true(known(&w, made[2]));
	crowd_end(&w);
}

/* --- the candidates of many --- */

static uint32_t
uncalled(const struct crowd *w, uint32_t who, uint64_t slot)
{
	struct tree_view view[64];
	uint32_t n = consensus_tree(w->member[who].core, view, 64), uncalled = 0;

	for (uint32_t i = 0; i < n; i++)
		uncalled += view[i].slot == slot && !view[i].connected && view[i].endorsed.lo == 0;
	return uncalled;
}

/* Where every one of twenty seals and so proposes, nobody keeps more than the sixteen of lowest rank. */
static void
candidates_of_many(void **state)
{
	struct crowd w;
	uint32_t most = 0;

	(void)state;
	crowd_open(&w, 20, 5);
	crowd_to(&w, 2);
	for (uint32_t i = 0; i < w.members; i++)
		crowd_pay(&w, i, 1, 1);
	for (uint64_t ms = w.now_ms; ms < GENESIS_MS + 3 * PERIOD; ms += 5) {
		crowd_until(&w, ms);
		for (uint32_t i = 0; i < w.members; i++)
			most = uncalled(&w, i, 2) > most ? uncalled(&w, i, 2) : most;
	}
	assert_int_equal(most, 16);
	crowd_to(&w, 6);
	crowd_same_tips(&w);
	assert_true(w.member[0].tip > 0);
	crowd_end(&w);
}

/* --- what was long ago --- */

/* However short an epoch is, who was away for 60 blocks is still served from the tree. */
static void
old_blocks_are_served(void **state)
{
	struct crowd w;
	uint64_t seq = 0;
	uint32_t given = 0;

	(void)state;
	crowd_begin(&w, 2, 3);
	w.genesis.epoch = 8;
	assert_int_equal(genesis_hash(&w.genesis_hash, &w.genesis), ERR_OK);
	for (uint32_t i = 0; i < 2; i++)
		crowd_start(&w, i, 0);
	crowd_load(&w, 75, &seq);
	assert_true(w.member[0].final > 65);
	for (uint64_t hid = w.member[0].final - 60; hid <= w.member[0].final; hid++) {
		struct holding item = { .kind = HOLDING_HYPER };
		struct holdings want = { .network = genesis_network(&w.genesis_hash), .slot = 1, .count = 1, .item = &item };
		struct event event = { .type = EVENT_WANT, .now_ms = w.now_ms, .holdings = &want,
			.from = *sign_key_public(w.member[1].key) };
		struct effects out = { 0 };
		memcpy(item.tag, w.member[0].chain[hid].brief.hash.b, sizeof item.tag);
		assert_int_equal(consensus_step(w.member[0].core, &out, &event), ERR_OK);
		for (size_t i = 0; i < out.count; i++)
			given += out.item[i].type == EFFECT_SEND && object_peek(out.item[i].send.raw) == OBJECT_HYPER;
		effects_free(&out);
	}
	assert_int_equal(given, 61);
	crowd_end(&w);
}

/* --- what is asked for --- */

static struct hash asked;
static uint32_t came;

/* Counts the bodies that the second member gets of the first. */
static struct bytes
count_bodies(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	struct arena arena = { 0 };
	struct seal seal;

	(void)w;
	if (from == 0 && to == 1 && object_peek(raw) == OBJECT_SEAL && seal_unpack(&seal, &arena, raw) == ERR_OK) {
		struct hash id = seal_id(&seal.head);
		came += hash_equal(&id, &asked);
	}
	arena_free(&arena);
	return raw;
}

/* Many candidates hold the seal; another one is asked for with it that nobody has. */
static void
a_body_is_given_once(void **state)
{
	struct crowd w;
	struct holding item[2] = { { .kind = HOLDING_SEAL } };
	struct holdings want = { .slot = 2, .count = 2, .item = item };
	struct buf raw = { 0 };
	struct tree_view view[64];
	uint32_t n, candidates = 0;

	(void)state;
	crowd_open(&w, 10, 5);
	crowd_to(&w, 2);
	for (uint32_t i = 0; i < w.members; i++)
		crowd_pay(&w, i, 1, 1);
	crowd_to(&w, 3);
	n = consensus_tree(w.member[0].core, view, 64);
	for (uint32_t i = 0; i < n; i++)
		candidates += view[i].slot == 2;
	assert_true(candidates > 1);
	asked = seal_id(&w.member[0].chain[w.member[0].tip].block[0].block.head);
	memcpy(item[1].tag, asked.b + sizeof asked.b - sizeof item[1].tag, sizeof item[1].tag);
	item[1].kind = HOLDING_SEAL;
	want.network = genesis_network(&w.genesis_hash);
	holdings_put(&raw, OBJECT_WANT, &want);
	w.hears = count_bodies;
	crowd_post(&w, 1, 0, bytes_of(&raw));
	crowd_until(&w, w.now_ms + 50);
	assert_int_equal(came, 1);
	buf_free(&raw);
	crowd_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parent_is_asked_for_once),
		cmocka_unit_test(two_candidates_of_an_assembler),
		cmocka_unit_test(candidates_of_many),
		cmocka_unit_test(a_body_is_given_once),
		cmocka_unit_test(old_blocks_are_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
