/* Who is to hold a body: so many, drawn by weight and by distance, whoever grinds ids. */
#include "bodies.h"

static void
every_body_has_its_holders(void **state)
{
	struct world *w = bodies_fresh(0);
	struct replica_view v;
	unsigned most = 0, all = 0;

	(void)state;
	bodies_run(w, 15000);
	for (unsigned i = 0; i < BODIES; i++) {
		assert_true(bodies_is_whole(w, i));
		assert_int_equal(bodies_copies(w, i), HOLDERS);
	}
	for (unsigned i = FULL; i < w->nodes; i++) {
		replica_look(w->node[i].replica, &v);
		assert_int_equal(v.bytes, (uint64_t)v.bodies * SIZE);
		assert_int_equal(v.wanted, 0);
		most = v.bodies > most ? v.bodies : most;
		all += v.bodies;
	}
	assert_true(most * (w->nodes - FULL) < 4 * all);
	bodies_end(w);
}

/* Equal weights: nobody carries three times the mean. */
static void
the_load_is_spread(void **state)
{
	struct holders h = {0};
	struct voter voter[45];
	unsigned load[45] = {0}, all = 0, most = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 45; i++) {
		struct pubkey key = bodies_key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {1000, 0}};
	}
	qsort(voter, 45, sizeof *voter, bodies_compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 45, (struct u128){45000, 0}), ERR_OK);
	assert_true(changed);
	for (unsigned b = 0; b < 2000; b++) {
		struct pubkey out[HOLDERS];
		struct hash id = bodies_body_of(b);
		assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
		for (unsigned i = 0; i < HOLDERS; i++) {
			for (unsigned k = 0; k < i; k++)
				assert_memory_not_equal(out[i].b, out[k].b, sizeof out[i].b);
			load[holders_find(&h, &out[i]) - h.item]++;
		}
	}
	for (unsigned i = 0; i < 45; i++) {
		all += load[i];
		most = load[i] > most ? load[i] : most;
	}
	assert_int_equal(all, 2000 * HOLDERS);
	assert_true(most * 45 < 3 * all);
	holders_free(&h);
}

/* The voted half goes by weight: of two voters beside many light ones, thrice the weight is drawn more. */
static void
weight_decides_the_draw(void **state)
{
	struct holders h = {0};
	struct voter voter[20];
	unsigned heavy = 0, light = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct pubkey key = bodies_key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {i == 0 ? 3 : i == 1 ? 1 : 2, UINT64_C(1) << 40}};
		voter[i].weight.hi *= i == 0 ? 12 : i == 1 ? 1 : 2;
	}
	qsort(voter, 20, sizeof *voter, bodies_compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 20, (struct u128){0, UINT64_C(49) << 40}), ERR_OK);
	for (unsigned b = 0; b < 2000; b++) {
		struct pubkey out[HOLDERS];
		struct hash id = bodies_body_of(b);
		struct pubkey first = bodies_key_of(0), second = bodies_key_of(1);
		assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
		for (unsigned i = 0; i < HOLDERS_VOTED; i++) {
			heavy += memcmp(out[i].b, first.b, sizeof first.b) == 0;
			light += memcmp(out[i].b, second.b, sizeof second.b) == 0;
		}
	}
	assert_true(heavy > 1000);
	assert_true(light > 50 && light * 3 < heavy);
	holders_free(&h);
}

/* A thousand keys whose ids are the nearest to a body, without a vote: half of its holders stay voters. */
static void
ground_ids_capture_no_more_than_half(void **state)
{
	struct holders h = {0};
	struct voter voter[20];
	struct hash id = bodies_body_of(7);
	struct pubkey out[HOLDERS];
	unsigned hostile = 0;
	bool changed;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct pubkey key = bodies_key_of(i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		voter[i] = (struct voter){key, {1, 0}};
	}
	for (unsigned i = 0; i < 900; i++) {
		struct pubkey key = bodies_key_of(1000 + i);
		assert_int_equal(holders_add(&h, &changed, &key, 1, false), ERR_OK);
		struct holder *one = holders_find(&h, &key);
		one->id = id;
		one->id.b[31] ^= (uint8_t)(i & 7);
	}
	qsort(voter, 20, sizeof *voter, bodies_compare_voter);
	assert_int_equal(holders_votes(&h, &changed, voter, 20, (struct u128){20, 0}), ERR_OK);
	assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
	for (unsigned i = 0; i < HOLDERS; i++)
		hostile += memcmp(holders_find(&h, &out[i])->id.b, id.b, 31) == 0;
	assert_int_equal(hostile, HOLDERS - HOLDERS_VOTED);
	/* The control: where nobody votes, they take all. */
	assert_int_equal(holders_votes(&h, &changed, NULL, 0, (struct u128){0}), ERR_OK);
	assert_int_equal(holders_choose(out, &h, &id), HOLDERS);
	hostile = 0;
	for (unsigned i = 0; i < HOLDERS; i++)
		hostile += memcmp(holders_find(&h, &out[i])->id.b, id.b, 31) == 0;
	assert_int_equal(hostile, HOLDERS);
	holders_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_body_has_its_holders),
		cmocka_unit_test(the_load_is_spread),
		cmocka_unit_test(weight_decides_the_draw),
		cmocka_unit_test(ground_ids_capture_no_more_than_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
