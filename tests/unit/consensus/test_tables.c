/* Whose votes count: founders first, then who sealed two epochs ago, without those who were struck; and who is drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/tables.h"

enum { EPOCH = 4, BLOCKS = 17 };

struct past {
	struct genesis genesis;
	struct pubkey founder[2], sealer[3];
	struct votes *founders;
	struct node node[BLOCKS]; /* by HID */
	struct ticket ticket[BLOCKS];
	struct pubkey struck;
};

static struct pubkey
key_of(uint8_t fill)
{
	struct pubkey key;

	memset(&key, fill, sizeof key);
	return key;
}

/* One seal a block, by the sealers in turn, weighing 100 + HID. */
static void
begin(struct past *p)
{
	struct votes founders;

	assert_true(hash_start());
	memset(p, 0, sizeof *p);
	genesis_defaults(&p->genesis);
	for (uint8_t i = 0; i < 3; i++)
		p->sealer[i] = key_of((uint8_t)(0x10 + i));
	p->founder[0] = key_of(1);
	p->founder[1] = key_of(0x10);
	p->genesis.epoch = EPOCH;
	p->genesis.founder = p->founder;
	p->genesis.founders = 2;
	assert_int_equal(votes_founders(&founders, &p->genesis), ERR_OK);
	p->founders = votes_move(&founders);
	for (uint32_t hid = 0; hid < BLOCKS; hid++) {
		p->ticket[hid] = (struct ticket){ .id.b = { 0, (uint8_t)hid }, .voter = p->sealer[hid % 3], .work = 100 + hid };
		p->node[hid] = (struct node){ .parent = hid ? &p->node[hid - 1] : NULL, .brief = { .hid = hid, .seals = hid > 0 },
			.ticket = &p->ticket[hid] };
	}
}

static void
end(struct past *p)
{
	for (uint32_t hid = 0; hid < BLOCKS; hid++)
		votes_release(p->node[hid].after);
	votes_release(p->founders);
}

/* The weight of a key on the block of this HID. */
static uint64_t
weight(struct past *p, uint32_t hid, const struct pubkey *key)
{
	const struct votes *v;
	const struct voter *voter;

	/* In the order in which blocks come. */
	for (uint32_t i = 0; i + 1 < hid; i++)
		assert_non_null(tables_after(&p->node[i], p->founders, &p->genesis, 0));
	v = tables_after(&p->node[hid - 1], p->founders, &p->genesis, 0);
	assert_non_null(v);
	voter = votes_find(v, key);
	return voter ? voter->weight.lo : 0;
}

static void
founders_vote_for_two_epochs(void **state)
{
	struct past p;

	(void)state;
	begin(&p);
	assert_int_equal(weight(&p, 1, &p.founder[0]), 1);
	assert_int_equal(weight(&p, 7, &p.founder[0]), 1);
	assert_int_equal(weight(&p, 8, &p.founder[0]), 0);
	assert_int_equal(weight(&p, 7, &p.sealer[1]), 0);
	end(&p);
}

static void
then_seals_of_two_epochs_ago_do(void **state)
{
	struct past p;

	(void)state;
	begin(&p);
	/* HIDs 8 to 11 count those of 1 to 3: the genesis has no seal. */
	assert_int_equal(weight(&p, 8, &p.sealer[0]), 103);
	assert_int_equal(weight(&p, 11, &p.sealer[1]), 101);
	assert_int_equal(p.node[10].after->votes, 3);
	/* HIDs 12 to 15 count those of 4 to 7. */
	assert_int_equal(weight(&p, 12, &p.sealer[1]), 104 + 107);
	assert_int_equal(weight(&p, 12, &p.sealer[0]), 106);
	assert_int_equal(p.node[11].after->total.lo, 104 + 105 + 106 + 107);
	end(&p);
}

static void
struck_votes_are_gone_from_the_next_block_on(void **state)
{
	struct past p;

	(void)state;
	begin(&p);
	p.struck = p.sealer[1];
	p.node[6].struck = &p.struck;
	p.node[6].strucks = 1;
	assert_int_equal(weight(&p, 9, &p.sealer[1]), 0);
	assert_int_equal(weight(&p, 9, &p.sealer[0]), 103);
	/* The seal of block 4 is struck, that of block 7 was made later. */
	assert_int_equal(weight(&p, 12, &p.sealer[1]), 107);
	end(&p);

	begin(&p);
	p.struck = p.founder[0];
	p.node[2].struck = &p.struck;
	p.node[2].strucks = 1;
	assert_int_equal(weight(&p, 2, &p.founder[0]), 1);
	assert_int_equal(weight(&p, 3, &p.founder[0]), 0);
	assert_int_equal(weight(&p, 7, &p.founder[0]), 0);
	assert_int_equal(weight(&p, 7, &p.founder[1]), 1);
	end(&p);
}

/* --- witnesses --- */

static struct votes
crowd(struct vote *vote, uint32_t n)
{
	struct hash beacon = { { 5 } };
	struct votes v;

	for (uint32_t i = 0; i < n; i++) {
		vote[i] = (struct vote){ .weight = 1 };
		vote[i].id.b[0] = vote[i].voter.b[0] = (uint8_t)(i >> 8);
		vote[i].id.b[1] = vote[i].voter.b[1] = (uint8_t)i;
	}
	assert_int_equal(votes_make(&v, vote, n, &beacon), ERR_OK);
	return v;
}

static void
few_keys_witness_everything(void **state)
{
	struct vote vote[WITNESSES];
	struct votes v = crowd(vote, WITNESSES), drawn;

	(void)state;
	assert_int_equal(votes_witnesses(&drawn, &v, &(struct lane){ .chain = 3 }), ERR_OK);
	assert_int_equal(drawn.count, WITNESSES);
	votes_free(&drawn);
	votes_free(&v);
}

static void
of_many_128_are_drawn_lane_by_lane(void **state)
{
	enum { MANY = 300 };
	struct vote vote[MANY];
	struct votes v = crowd(vote, MANY), a, b, root;
	uint32_t same = 0;

	(void)state;
	assert_int_equal(votes_witnesses(&a, &v, &(struct lane){ .chain = 3 }), ERR_OK);
	assert_int_equal(votes_witnesses(&b, &v, &(struct lane){ .chain = 4 }), ERR_OK);
	assert_int_equal(votes_witnesses(&root, &v, &(struct lane){ .chain = 0 }), ERR_OK);
	assert_int_equal(a.votes, WITNESSES);
	assert_int_equal(root.votes, MANY);
	for (uint32_t i = 0; i < a.count; i++)
		same += votes_find(&b, &a.voter[i].key) != NULL;
	assert_true(same > 20 && same < 100);
	votes_free(&root);
	votes_free(&b);
	votes_free(&a);
	votes_free(&v);
}

static void
less_accepts_after_empty_slots(void **state)
{
	struct vote vote[10];
	struct votes v = crowd(vote, 10);
	struct tally t = { .weight.lo = 3, .keys = 2 }, none = { .keys = 2 }, alone = { .weight.lo = 9, .keys = 1 };

	(void)state;
	assert_false(votes_accept_after(&v, &t, 0));
	assert_false(votes_accept_after(&v, &t, 7));
	assert_true(votes_accept_after(&v, &t, 8));
	t.weight.lo = 1;
	assert_false(votes_accept_after(&v, &t, 23));
	assert_true(votes_accept_after(&v, &t, 24));
	assert_false(votes_accept_after(&v, &none, 10000));
	assert_false(votes_accept_after(&v, &alone, 10000));
	votes_free(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(founders_vote_for_two_epochs),
		cmocka_unit_test(then_seals_of_two_epochs_ago_do),
		cmocka_unit_test(struck_votes_are_gone_from_the_next_block_on),
		cmocka_unit_test(few_keys_witness_everything),
		cmocka_unit_test(of_many_128_are_drawn_lane_by_lane),
		cmocka_unit_test(less_accepts_after_empty_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
