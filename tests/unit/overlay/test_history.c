/* The history of a chain comes from who follows it, in turn; who gives nothing loses its turn. */
#include "following.h"

/* History is asked of a peer that follows the chain, full or not. */
static void
history_comes_from_a_follower(void **state)
{
	static const uint32_t chain[] = {0, 5}, root[] = {0};
	struct net *n = net_new(5);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A), c = net_add(n, C, A);
	struct overlay_event ask = {.type = OVERLAY_ASK_HISTORY, .hid = 1, .count = 3, .chain = 5};

	(void)state;
	following_follow(n, a, root, 1);
	following_follow(n, b, chain, 2);
	following_follow(n, c, root, 1);
	struct tip tip = {.hid = 9, .slot = 9, .final_hid = 9};
	struct overlay_event moved = {.type = OVERLAY_TIP, .tip = tip};
	for (unsigned who = 0; who < 2; who++)
		assert_int_equal(net_step(n, who, &moved), ERR_OK);
	net_run(n, 5000);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(net_step(n, c, &ask), ERR_OK);
		net_run(n, 100);
	}
	assert_int_equal(n->node[a].asked[1], 0);
	assert_true(n->node[b].asked[1] > 0);
	net_free(n);
}

/* --- history --- */

/* A stranger that is full and far ahead, as it says. */
static uint64_t
boaster(struct net *n, unsigned who, unsigned host)
{
	uint64_t end = net_befriend(n, who, host);

	net_say(n, end, &(struct message){.type = MESSAGE_TIP, .network = n->network[0],
	    .tip = {.hid = 9, .slot = 9, .final_hid = 9}});
	net_run(n, 100);
	return end;
}

/* Which of the strangers is asked for history now; NODES: none. */
static unsigned
is_asked(struct net *n, unsigned who, const unsigned *stranger, unsigned strangers)
{
	const struct history *h = &n->node[who].o->history;

	for (unsigned i = 0; i < strangers && h->request != 0; i++) {
		if (memcmp(&h->from, sign_key_public(n->node[stranger[i]].key), sizeof h->from) == 0)
			return i;
	}
	return NODES;
}

/* Asks for the next of the chain's history; returns the stranger that hears it. */
static unsigned
ask_history(struct net *n, unsigned who, const unsigned *stranger, unsigned strangers)
{
	struct overlay_event ask = {.type = OVERLAY_ASK_HISTORY, .hid = 1, .count = 3, .chain = 5};
	unsigned before[NODES], asked;

	for (unsigned i = 0; i < strangers; i++)
		before[i] = n->node[stranger[i]].heard[MESSAGE_GET_BLOCKS];
	assert_int_equal(net_step(n, who, &ask), ERR_OK);
	net_run(n, 100);
	asked = is_asked(n, who, stranger, strangers);
	assert_true(asked == NODES || n->node[stranger[asked]].heard[MESSAGE_GET_BLOCKS] > before[asked]);
	return asked;
}

static void
give_part(struct net *n, uint64_t end, uint32_t request)
{
	struct buf seal = {0};

	following_put_seal(&seal, n, 5);
	net_say(n, end, &(struct message){.type = MESSAGE_BLOCK_PART, .network = n->network[0], .request = request,
	    .raw = bytes_of(&seal)});
	buf_free(&seal);
}

static void
answer_history(struct net *n, uint64_t end, uint32_t request, bool bodies)
{
	if (bodies)
		give_part(n, end, request);
	net_say(n, end, &(struct message){.type = MESSAGE_END, .network = n->network[0], .request = request, .hid = 3});
	net_run(n, 100);
}

/* One is silent, one has nothing, one has it: who has it is found, at once or soon, kept to, and left when it has no more. */
static void
who_gives_no_history_starves_nobody(void **state)
{
	struct net *n = net_new(12);
	unsigned b = net_add(n, C, NULL), s[3];
	const struct history *h = &n->node[b].o->history;
	struct peer_view view;
	uint64_t end[3];
	unsigned who;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		s[i] = net_place(n, i == 0 ? A : i == 1 ? B : "tcp://10.4.0.1:1");
		end[i] = boaster(n, s[i], b);
	}
	for (unsigned round = 0; round < 2; round++) {
		bool met[3] = {false};
		unsigned silent = round, empty = round + 1, gives = (round + 2) % 3;
		uint32_t late = 0;
		who = ask_history(n, b, s, 3);
		/* Nobody is asked twice before all were; the node asks once. */
		while (!met[gives]) {
			assert_in_range(who, 0, 2);
			assert_false(met[who]);
			met[who] = true;
			if (who == silent)
				late = h->request;
			if (who == silent)
				net_run(n, 2100);
			else
				answer_history(n, end[who], h->request, who != empty);
			who = is_asked(n, b, s, 3);
		}
		assert_int_equal(who, NODES);
		for (unsigned i = 0; i < 5; i++) {
			assert_int_equal(ask_history(n, b, s, 3), gives);
			/* What comes too late is no part of it, and no fault. */
			if (late)
				answer_history(n, end[silent], late, true);
			late = 0;
			assert_int_equal(is_asked(n, b, s, 3), gives);
			answer_history(n, end[gives], h->request, true);
		}
		assert_true(net_look(n, b, s[silent], &view));
		assert_true(view.score > PEERS_SCORE - PEERS_COST_FORM);
		/* Now it is silent itself. */
		assert_int_equal(ask_history(n, b, s, 3), gives);
		net_run(n, 2100);
		assert_int_not_equal(is_asked(n, b, s, 3), gives);
	}
	/* What was wrong with it only the node can tell. */
	who = ask_history(n, b, s, 3);
	answer_history(n, end[who], h->request, true);
	struct overlay_event blame = {.type = OVERLAY_BLAME, .key = *sign_key_public(n->node[s[who]].key), .err = ERR_MERKLE};
	assert_int_equal(net_step(n, b, &blame), ERR_OK);
	assert_int_not_equal(ask_history(n, b, s, 3), who);
	net_free(n);
}

/* One that gives some and then nothing has longer, and the node hears that there is no more. */
static void
history_that_stops_half_way_ends(void **state)
{
	struct net *n = net_new(16);
	unsigned b = net_add(n, C, NULL), s[2];
	uint64_t end[2];
	unsigned who;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		s[i] = net_place(n, i == 0 ? A : B);
		end[i] = boaster(n, s[i], b);
	}
	who = ask_history(n, b, s, 2);
	for (unsigned i = 0; i < 3; i++) {
		give_part(n, end[who], n->node[b].o->history.request);
		net_run(n, 9000);
		assert_int_equal(is_asked(n, b, s, 2), who);
	}
	net_run(n, 2000);
	assert_int_equal(is_asked(n, b, s, 2), NODES);
	assert_int_equal(ask_history(n, b, s, 2), 1 - who);
	net_free(n);
}

/* One that gives a little now and then has a minute, as in sync, and one that gives more than that takes its time. */
static void
history_that_trickles_ends(void **state)
{
	struct net *n = net_new(18);
	unsigned b = net_add(n, C, NULL), s[2], who;
	uint64_t end[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		s[i] = net_place(n, i == 0 ? A : B);
		end[i] = boaster(n, s[i], b);
	}
	for (unsigned steady = 0; steady < 2; steady++) {
		unsigned step_ms = steady ? 50 : 5000;
		who = ask_history(n, b, s, 2);
		for (unsigned ms = 0; ms < 80000 && is_asked(n, b, s, 2) == who; ms += step_ms) {
			assert_true(steady || ms <= 60000);
			give_part(n, end[who], n->node[b].o->history.request);
			net_run(n, step_ms);
		}
		assert_int_equal(is_asked(n, b, s, 2), steady ? who : NODES);
	}
	/* However long it goes on, it has an end. */
	n->node[b].o->history.got = OVERLAY_HISTORY_BYTES;
	give_part(n, end[who], n->node[b].o->history.request);
	net_run(n, 100);
	assert_int_equal(is_asked(n, b, s, 2), NODES);
	net_free(n);
}

/* Who follows a chain as it says, claims more than there is and gives nothing keeps nobody from looking for others. */
static void
a_follower_that_gives_nothing_is_none(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(17);
	unsigned b = net_add(n, C, NULL), s = net_place(n, A);
	const struct hash place = following_place_of(n, 5), own = {{1}};
	const uint64_t hid = 0;
	const struct u128 work = {0};
	struct overlay_event tip = {.type = OVERLAY_TIP, .locator = &own, .locator_hid = &hid, .locator_work = &work, .locators = 1};
	bool sought = false;

	(void)state;
	following_follow(n, b, chain, 2);
	assert_int_equal(net_step(n, b, &tip), ERR_OK);
	n->node[s].tells_url = true;
	uint64_t end = net_befriend(n, s, b);
	net_run(n, 5000);
	assert_false(hash_equal(&n->node[s].target, &place));
	net_say(n, end, &(struct message){.type = MESSAGE_TIP, .network = n->network[0],
	    .tip = {.hid = 9, .slot = 9, .work = {.lo = 9}}});
	for (unsigned i = 0; i < 20 && !sought; i++) {
		net_run(n, 1000);
		sought = hash_equal(&n->node[s].target, &place);
	}
	assert_true(sought);
	net_free(n);
}

/* While nobody gives it, nodes are looked for: those of the chain, and full ones. */
static void
more_are_looked_for_while_history_does_not_come(void **state)
{
	struct net *n = net_new(13);
	unsigned b = net_add(n, C, NULL), s = net_place(n, A);
	const struct hash place[2] = {following_place_of(n, 5), following_place_of(n, 0)};
	bool sought[2] = {false};
	uint64_t end;

	(void)state;
	n->node[s].tells_url = true;
	end = boaster(n, s, b);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(ask_history(n, b, &s, 1), 0);
		answer_history(n, end, n->node[b].o->history.request, false);
		net_run(n, 3000);
		for (unsigned k = 0; k < 2; k++)
			sought[k] |= hash_equal(&n->node[s].target, &place[k]);
	}
	assert_true(sought[0]);
	assert_true(sought[1]);
	net_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(history_comes_from_a_follower),
		cmocka_unit_test(a_follower_that_gives_nothing_is_none),
		cmocka_unit_test(who_gives_no_history_starves_nobody),
		cmocka_unit_test(history_that_stops_half_way_ends),
		cmocka_unit_test(history_that_trickles_ends),
		cmocka_unit_test(more_are_looked_for_while_history_does_not_come),
	};

	return cmocka_run_group_tests(tests, following_start, NULL);
}
