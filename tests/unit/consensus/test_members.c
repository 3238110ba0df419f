/* Who takes part in a slot, how near each is, and who is drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/members.h"

enum { PEOPLE = 64, SEALS_MOST = 8 };

/* A core of which only what members look at is filled: votes, seals of the slot, its own key. */
struct hall {
	struct consensus core;
	struct pubkey founder[PEOPLE];
	struct genesis genesis;
	struct node tip;
	struct taken taken[SEALS_MOST], *seal[SEALS_MOST];
};

static struct pubkey
key_at(uint8_t first)
{
	struct pubkey key = { { first } };

	key.b[31] = 1;
	return key;
}

/* Founders at the positions first, first + step, ...; this node is at self. */
static void
hall_open(struct hall *h, uint32_t people, uint8_t step, uint8_t self)
{
	struct votes votes;

	memset(h, 0, sizeof *h);
	genesis_defaults(&h->genesis);
	for (uint32_t i = 0; i < people; i++)
		h->founder[i] = key_at((uint8_t)(i * step));
	h->genesis.founder = h->founder;
	h->genesis.founders = people;
	assert_int_equal(votes_founders(&votes, &h->genesis), ERR_OK);
	h->core.founders = votes_move(&votes);
	assert_non_null(h->core.founders);
	h->core.genesis = &h->genesis;
	h->core.self = key_at(self);
	h->core.tree.tip = &h->tip;
	h->core.round.seal = h->seal;
	h->core.draw_seed = 1;
}

static void
hall_close(struct hall *h)
{
	votes_release(h->tip.after);
	votes_release(h->core.founders);
}

static void
hall_seal(struct hall *h, struct pubkey voter, uint8_t id_first, uint8_t id_tail)
{
	uint32_t n = h->core.round.seals++;

	h->seal[n] = &h->taken[n];
	h->taken[n].head.core.voter = voter;
	h->taken[n].id.b[0] = id_first;
	h->taken[n].id.b[24] = id_tail;
}

static const struct member *
find(const struct members *m, struct pubkey key)
{
	for (uint32_t i = 0; i < m->count; i++) {
		if (memcmp(&m->item[i].key, &key, sizeof key) == 0)
			return &m->item[i];
	}
	return NULL;
}

static void
levels_are_shared_prefixes(void **state)
{
	struct hall h;
	struct members m;

	(void)state;
	/* 0x00, 0x20, ... 0xe0; this node is 0xa0 = 101. */
	hall_open(&h, 8, 0x20, 0xa0);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	assert_int_equal(m.count, 7);
	assert_null(find(&m, h.core.self));
	assert_int_equal(find(&m, key_at(0x80))->level, 2);
	assert_int_equal(find(&m, key_at(0xc0))->level, 1);
	assert_int_equal(find(&m, key_at(0xe0))->level, 1);
	assert_int_equal(find(&m, key_at(0x00))->level, 0);
	assert_int_equal(find(&m, key_at(0x60))->level, 0);
	free(m.item);
	hall_close(&h);
}

static void
a_seal_moves_its_voter_to_its_lowest_id(void **state)
{
	struct hall h;
	struct members m;

	(void)state;
	hall_open(&h, 8, 0x20, 0xa0);
	hall_seal(&h, key_at(0x00), 9, 0x10);
	hall_seal(&h, key_at(0x00), 3, 0xa1);
	hall_seal(&h, key_at(0x00), 7, 0x20);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	assert_int_equal(m.count, 7);
	assert_int_equal(find(&m, key_at(0x00))->position, 0xa100000000000000);
	assert_int_equal(find(&m, key_at(0x00))->level, 7);
	free(m.item);
	/* And this node itself. */
	hall_seal(&h, h.core.self, 1, 0x21);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	assert_int_equal(find(&m, key_at(0x20))->level, 7);
	free(m.item);
	hall_close(&h);
}

static void
who_has_a_seal_but_no_vote_is_one_too(void **state)
{
	struct hall h;
	struct members m;

	(void)state;
	hall_open(&h, 4, 0x20, 0x00);
	hall_seal(&h, key_at(0xff), 1, 0x80);
	hall_seal(&h, key_at(0xff), 2, 0x90);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	assert_int_equal(m.count, 4);
	assert_int_equal(find(&m, key_at(0xff))->position, 0x8000000000000000);
	for (uint32_t i = 1; i < m.count; i++)
		assert_true(memcmp(&m.item[i - 1].key, &m.item[i].key, sizeof m.item[i].key) < 0);
	free(m.item);
	hall_close(&h);
}

static bool
among(const struct pubkey *drawn, uint32_t n, struct pubkey key)
{
	for (uint32_t i = 0; i < n; i++) {
		if (memcmp(&drawn[i], &key, sizeof key) == 0)
			return true;
	}
	return false;
}

static void
three_of_a_level_are_drawn_and_all_in_the_long_run(void **state)
{
	struct hall h;
	struct members m;
	struct pubkey drawn[BUDDIES_DRAWN], again[BUDDIES_DRAWN];
	uint32_t times[PEOPLE] = { 0 };

	(void)state;
	/* Every fourth position: 32 of 64 in the other half. */
	hall_open(&h, PEOPLE, 4, 0xfc);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	for (uint64_t slot = 1; slot <= 1000; slot++) {
		h.core.round.slot = slot;
		assert_int_equal(members_draw(drawn, &h.core, &m, 0), 3);
		assert_int_equal(members_draw(again, &h.core, &m, 0), 3);
		assert_memory_equal(drawn, again, sizeof drawn);
		assert_false(among(drawn, 1, drawn[1]) || among(drawn, 2, drawn[2]));
		for (uint32_t i = 0; i < PEOPLE; i++)
			times[i] += among(drawn, 3, h.founder[i]);
	}
	for (uint32_t i = 0; i < PEOPLE; i++) {
		if (i < PEOPLE / 2)
			assert_in_range(times[i], 50, 140); /* 3000 / 32 = 94 */
		else
			assert_int_equal(times[i], 0);
	}
	free(m.item);
	hall_close(&h);
}

static void
fewer_than_three_are_all_drawn(void **state)
{
	struct hall h;
	struct members m;
	struct pubkey drawn[BUDDIES_DRAWN];

	(void)state;
	hall_open(&h, 4, 0x40, 0xc0);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	assert_int_equal(members_draw(drawn, &h.core, &m, 0), 2);
	assert_true(among(drawn, 2, key_at(0x00)) && among(drawn, 2, key_at(0x40)));
	assert_int_equal(members_draw(drawn, &h.core, &m, 1), 1);
	assert_true(among(drawn, 1, key_at(0x80)));
	assert_int_equal(members_draw(drawn, &h.core, &m, 5), 0);
	free(m.item);
	hall_close(&h);
}

static void
other_nodes_and_passes_draw_others(void **state)
{
	struct hall h;
	struct members m;
	struct pubkey drawn[3][BUDDIES_DRAWN];

	(void)state;
	hall_open(&h, PEOPLE, 4, 0xfc);
	assert_int_equal(members_find(&m, &h.core), ERR_OK);
	members_draw(drawn[0], &h.core, &m, 0);
	h.core.round.pass.number = 1;
	members_draw(drawn[1], &h.core, &m, 0);
	h.core.draw_seed = 2;
	members_draw(drawn[2], &h.core, &m, 0);
	assert_memory_not_equal(drawn[0], drawn[1], sizeof drawn[0]);
	assert_memory_not_equal(drawn[1], drawn[2], sizeof drawn[0]);
	free(m.item);
	hall_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_shared_prefixes),
		cmocka_unit_test(a_seal_moves_its_voter_to_its_lowest_id),
		cmocka_unit_test(who_has_a_seal_but_no_vote_is_one_too),
		cmocka_unit_test(three_of_a_level_are_drawn_and_all_in_the_long_run),
		cmocka_unit_test(fewer_than_three_are_all_drawn),
		cmocka_unit_test(other_nodes_and_passes_draw_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
