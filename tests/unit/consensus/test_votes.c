/* Who decides, and how much agreement it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/votes.h"

enum { VOTERS = 4 };

/* Keys 1..4 weighing 10, 20, 30, 40. */
static struct votes
many(struct voter voter[static VOTERS])
{
	struct votes v = { .voter = voter, .count = VOTERS, .total = { .lo = 100 } };

	for (uint8_t i = 0; i < VOTERS; i++) {
		memset(&voter[i].key, i + 1, sizeof voter[i].key);
		voter[i].weight = (struct u128){ .lo = 10u * (i + 1u) };
	}
	return v;
}

static struct tally
say(const struct votes *v, const char *who)
{
	struct tally t = { 0 };

	for (; *who; who++) {
		struct pubkey key;
		memset(&key, *who - '0', sizeof key);
		votes_add(v, &t, &key);
	}
	return t;
}

static void
more_than_half_and_two_keys_accept(void **state)
{
	struct voter voter[VOTERS];
	struct votes v = many(voter);
	struct tally t;

	(void)state;
	assert_true(votes_accept(&v, (t = say(&v, "34"), &t)));
	assert_false(votes_accept(&v, (t = say(&v, "14"), &t)));
	assert_false(votes_accept(&v, (t = say(&v, "23"), &t)));
	assert_true(votes_accept(&v, (t = say(&v, "124"), &t)));
	voter[3].weight.lo = 90;
	v.total.lo = 150;
	assert_false(votes_accept(&v, (t = say(&v, "4"), &t)));
	/* The second key may be without votes. */
	assert_true(votes_accept(&v, (t = say(&v, "49"), &t)));
}

static void
more_than_two_thirds_certify(void **state)
{
	struct voter voter[VOTERS];
	struct votes v = many(voter);
	struct tally t;

	(void)state;
	assert_true(votes_certify(&v, (t = say(&v, "34"), &t)));
	assert_false(votes_certify(&v, (t = say(&v, "24"), &t)));
	voter[0].weight.lo = 5;
	v.total.lo = 105;
	/* Exactly two thirds are not enough. */
	assert_false(votes_certify(&v, (t = say(&v, "34"), &t)));
	assert_true(votes_certify(&v, (t = say(&v, "134"), &t)));
}

static void
one_voter_is_enough_in_solo(void **state)
{
	struct pubkey keys[2] = { { { 1 } }, { { 2 } } };
	struct genesis g;
	struct votes v;
	struct tally t = { 0 };

	(void)state;
	genesis_defaults(&g);
	g.founder = keys;
	g.founders = 1;
	g.solo = true;
	assert_int_equal(votes_founders(&v, &g), ERR_OK);
	assert_null(votes_find(&v, &keys[1]));
	assert_false(votes_accept(&v, &t));
	assert_false(votes_certify(&v, &t));
	votes_add(&v, &t, &keys[0]);
	assert_true(votes_accept(&v, &t));
	assert_true(votes_certify(&v, &t));
	votes_free(&v);
	g.founders = 2;
	assert_int_equal(votes_founders(&v, &g), ERR_VOTER);
	g.founders = 1;
	g.solo = false;
	assert_int_equal(votes_founders(&v, &g), ERR_VOTER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_than_half_and_two_keys_accept),
		cmocka_unit_test(more_than_two_thirds_certify),
		cmocka_unit_test(one_voter_is_enough_in_solo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
