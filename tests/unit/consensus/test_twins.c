/* Two seals of one ticket, each shown to half of a network: what it costs the others. */
#include "crowd.h"

#include "consensus/core.h"

static struct hash twin[2];
/* When lists are due, and so the seals all there. */
enum { LISTS = 650 };
static uint32_t early[MEMBERS][2], late[MEMBERS][2]; /* before and after that */

static bool
everybody_has_all_stake(void *owner, struct amount *stake, struct amount *total, const struct lane *lane,
    const struct roots *roots, const struct pubkey *key)
{
	(void)owner, (void)lane, (void)roots, (void)key;
	/* Each ticket wins. */
	stake->units = 2;
	total->units = 1;
	return true;
}

/* Counts the twins that arrive. */
static struct bytes
count(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	struct arena arena = { 0 };
	struct seal seal;

	(void)from;
	if (object_peek(raw) == OBJECT_SEAL && seal_unpack(&seal, &arena, raw) == ERR_OK) {
		struct hash id = seal_id(&seal.head);
		for (int i = 0; i < 2; i++)
			(w->now_ms % PERIOD < LISTS ? early : late)[to][i] += hash_equal(&id, &twin[i]);
	}
	arena_free(&arena);
	return raw;
}

/* An empty seal of chain 1 with ticket 0, by a key that is no member's. */
static struct seal
make(struct crowd *w, const struct sign_key *key, struct hash *id, uint64_t *nonce)
{
	struct seal s = { .payload = NULL };
	struct hash digest;

	assert_int_equal(consensus_template(w->member[0].core, 1, sign_key_public(key), &s.head.core), ERR_OK);
	s.head.core.index = 0;
	s.head.core.root = merkle_root(NULL, 0);
	s.head.auth = seal_sign(&s.head.core, key);
	digest = seal_digest(&s.head.core, &s.head.auth);
	do {
		s.head.nonce = ++*nonce;
		*id = work_hash(&digest, s.head.nonce);
	} while (!work_meets(id, s.head.core.difficulty));
	return s;
}

static void
the_second_body_of_a_ticket_is_not_asked_for_again(void **state)
{
	struct crowd w;
	struct sign_key *key;
	uint64_t nonce = 0;

	(void)state;
	crowd_begin(&w, 4, 5);
	key = crowd_key(77);
	w.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	for (uint32_t i = 0; i < 4; i++) {
		crowd_start(&w, i, 0);
		w.member[i].core->stake = (struct stake_view){ NULL, everybody_has_all_stake };
	}
	crowd_to(&w, 3);
	w.hears = count;
	for (uint32_t i = 0; i < 2; i++) {
		struct seal s = make(&w, key, &twin[i], &nonce);
		struct buf raw = { 0 };
		seal_put(&raw, &s);
		crowd_post(&w, 3 - i, 2 * i, bytes_of(&raw));
		crowd_post(&w, 3 - i, 2 * i + 1, bytes_of(&raw));
		buf_free(&raw);
	}
	crowd_to(&w, 4);
	for (uint32_t to = 0; to < 4; to++) {
		for (uint32_t i = 0; i < 2; i++) {
			assert_int_not_equal(early[to][i], 0);
			/* A block may have the one that was not taken. */
			assert_in_range(late[to][i], 0, 1);
		}
	}
	crowd_to(&w, 6);
	crowd_same_tips(&w);
	crowd_end(&w);
	sign_key_free(key);
}

/* What the last member hears it hears of the one before it. */
static struct bytes
through_one(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	return to == w->members - 1 && from < to - 1 ? (struct bytes){ 0 } : raw;
}

static bool
names(const struct crowd *w, uint32_t who, const struct hash *block, const struct hash *seal)
{
	const struct node *node = tree_find(&w->member[who].core->tree, block);

	for (uint32_t i = 0; node && i < node->brief.seals; i++) {
		if (hash_equal(&node->ticket[i].id, seal))
			return true;
	}
	return false;
}

static void
who_has_the_other_seal_hands_on_the_one_that_a_block_holds(void **state)
{
	enum { MANY = 5 };
	struct crowd w;
	struct sign_key *key;
	uint64_t nonce = 0;

	(void)state;
	crowd_begin(&w, MANY, 6);
	key = crowd_key(77);
	w.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	for (uint32_t i = 0; i < MANY; i++) {
		crowd_start(&w, i, 0);
		w.member[i].core->stake = (struct stake_view){ NULL, everybody_has_all_stake };
	}
	crowd_to(&w, 3);
	w.hears = through_one;
	for (uint32_t i = 0; i < 2; i++) {
		struct seal s = make(&w, key, &twin[i], &nonce);
		struct buf raw = { 0 };
		seal_put(&raw, &s);
		for (uint32_t to = i ? 3 : 0; to < (i ? MANY : 3); to++)
			crowd_post(&w, to == 3 ? 4 : 3, to, bytes_of(&raw));
		buf_free(&raw);
	}
	crowd_to(&w, 4);
	assert_true(names(&w, 0, &w.member[0].endorsed[3], &twin[0]));
	for (uint32_t i = 1; i < MANY; i++)
		assert_true(hash_equal(&w.member[i].endorsed[3], &w.member[0].endorsed[3]));
	crowd_end(&w);
	sign_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_body_of_a_ticket_is_not_asked_for_again),
		cmocka_unit_test(who_has_the_other_seal_hands_on_the_one_that_a_block_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
