/* What peers say once they have met: objects, tips, clocks; who says too much, or nothing that decodes. */
#include "loopback.h"

/* An honest pair does not notice the flood of a third, which ends with its close; for ten minutes it is not let in. */
static void
a_flood(void **state)
{
	struct net *n = net_new(9);
	struct buf raw = {0};
	unsigned s;

	(void)state;
	net_add(n, local[0], NULL);
	net_add(n, local[1], local[0]);
	net_run(n, 1000);
	uint64_t end = loopback_friend(n, &s, local[2]);
	net_object(n, &raw, 5);
	for (unsigned i = 0; i < 25000; i++)
		net_send(n, end, bytes_of(&raw));
	net_run(n, 10);
	net_publish(n, 1, NULL, 6);
	net_run(n, 100);
	assert_true(n->node[0].objects <= 20000 + 4000 && n->node[0].objects > 20000);
	assert_int_equal(n->node[0].seen[6], 1);
	assert_int_equal(n->node[0].why, ERR_BUSY);
	assert_true(n->node[s].hung_up);
	assert_int_equal(net_peers(n, 0), 1);
	net_befriend(n, s, 0);
	assert_true(n->node[s].hung_up);
	assert_int_equal(n->node[0].why, ERR_PERMISSION);
	net_run(n, AVOID_MS);
	net_befriend(n, s, 0);
	assert_int_equal(net_peers(n, 0), 2);
	buf_free(&raw);
	net_free(n);
}

/* The view of the stranger, to see whether anything but its score changed. */
static unsigned
score_of(struct net *n, unsigned s)
{
	struct peer_view view;

	return net_look(n, 0, s, &view) ? view.score : 0;
}

static void
check_refused(struct net *n, unsigned s, uint64_t *end, struct bytes raw)
{
	struct overlay_view before, after;

	unsigned score = score_of(n, s), heard = n->node[0].objects;
	overlay_look(n->node[0].o, &before);
	net_send(n, *end, raw);
	net_run(n, 50);
	overlay_look(n->node[0].o, &after);
	assert_int_equal(score_of(n, s), score - PEERS_COST_FORM);
	assert_int_equal(n->node[0].objects, heard);
	assert_int_equal(before.peers, after.peers);
	assert_int_equal(before.known, after.known);
	assert_int_equal(before.syncing, after.syncing);
	assert_int_equal(before.sync_hid, after.sync_hid);
	assert_int_equal(before.clock_ms, after.clock_ms);
	assert_int_equal(before.clock_off, after.clock_off);
}

static void
malformed_messages(void **state)
{
	struct message m = {.type = MESSAGE_FIND_NODE, .request = 1};
	struct buf raw = {0};
	struct net *n = net_new(10);
	unsigned s;

	(void)state;
	net_add(n, local[0], NULL);
	uint64_t end = loopback_friend(n, &s, local[1]);
	m.network = n->network[0];
	message_put(&raw, &m);
	for (size_t len = 1; len < raw.len; len++) {
		if (score_of(n, s) <= PEERS_COST_FORM) {
			net_free(n);
			n = net_new(10);
			net_add(n, local[0], NULL);
			end = loopback_friend(n, &s, local[1]);
		}
		check_refused(n, s, &end, (struct bytes){raw.data, len});
	}
	net_run(n, 100000);
	raw.data[5] ^= 1; /* another network */
	net_free(n);
	n = net_new(10);
	net_add(n, local[0], NULL);
	end = loopback_friend(n, &s, local[1]);
	check_refused(n, s, &end, bytes_of(&raw));
	raw.data[0] = MESSAGE_AFTER;
	check_refused(n, s, &end, bytes_of(&raw));
	raw.data[0] = OBJECT_WANT; /* an object of another network */
	check_refused(n, s, &end, bytes_of(&raw));
	m = net_hello(n, s); /* twice */
	buf_reset(&raw);
	message_put(&raw, &m);
	check_refused(n, s, &end, bytes_of(&raw));
	net_send(n, end, (struct bytes){(const uint8_t *)"?", 1});
	net_run(n, 50);
	assert_int_equal(net_peers(n, 0), 0);
	assert_true(n->node[s].hung_up);
	buf_free(&raw);
	net_free(n);
}

static void
score_comes_back(void **state)
{
	struct net *n = net_new(11);
	struct overlay_event blame = {.type = OVERLAY_BLAME};
	unsigned s;

	(void)state;
	net_add(n, local[0], NULL);
	loopback_friend(n, &s, local[1]);
	blame.key = *sign_key_public(n->node[s].key);
	net_step(n, 0, &blame);
	assert_int_equal(score_of(n, s), PEERS_SCORE - PEERS_COST_WRONG);
	net_run(n, 10000);
	net_step(n, 0, &blame);
	assert_int_equal(score_of(n, s), PEERS_SCORE - 2 * PEERS_COST_WRONG + 10);
	net_step(n, 0, &blame);
	net_step(n, 0, &blame);
	assert_int_equal(net_peers(n, 0), 1);
	net_step(n, 0, &blame);
	assert_int_equal(net_peers(n, 0), 0);
	assert_int_equal(n->node[0].notes[NOTE_GONE], 1);
	net_free(n);
}

/* Strangers of one public range get eight places, those of this machine sixty-four; who only connects makes room. */
static void
ranges(void **state)
{
	struct net *n = net_new(12);

	(void)state;
	net_add(n, "tcp://5.6.7.1:1", NULL);
	for (unsigned i = 0; i < 12; i++)
		net_befriend(n, net_place(n, "tcp://9.8.7.6:5"), 0);
	assert_int_equal(net_peers(n, 0), PEERS_RANGE);
	net_befriend(n, net_place(n, "tcp://9.8.6.6:5"), 0);
	assert_int_equal(net_peers(n, 0), PEERS_RANGE + 1);
	unsigned s = net_place(n, local[0]);
	for (unsigned i = 0; i < 1000; i++)
		net_open(n, s, 0, 0);
	net_run(n, 100);
	assert_true(n->node[0].closes >= 1000 - PEERS_RANGE_LOCAL);
	net_befriend(n, net_place(n, local[1]), 0);
	assert_int_equal(net_peers(n, 0), PEERS_RANGE + 2);
	assert_int_equal(n->node[0].failures, 0);
	net_free(n);
}

/* What is for a node without a link waits while it is looked for; its queue is bounded, and forgotten in two periods. */
static void
objects_wait(void **state)
{
	struct net *n = net_new(13);

	(void)state;
	net_add(n, local[0], NULL);
	unsigned late = net_place(n, local[1]);
	for (uint64_t i = 0; i < 100; i++)
		net_publish(n, 0, sign_key_public(n->node[late].key), i);
	net_run(n, 500);
	n->node[late].boot[0] = local[0];
	net_start(n, late, 0);
	net_run(n, 500);
	assert_int_equal(n->node[late].objects, 64);
	assert_int_equal(n->node[late].last_object, 63);
	struct pubkey nobody = {{1, 2, 3}};
	net_publish(n, 0, &nobody, 7);
	n->steps = 0;
	net_run(n, 2 * NET_PERIOD + 10);
	assert_int_equal(n->node[0].failures, 0);
	net_free(n);
}

/* The third is known to the table alone: an object for it brings a link. */
static void
objects_find_their_way(void **state)
{
	struct net *n = net_new(14);
	struct peer_view view;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		net_add(n, local[i], i ? local[i - 1] : NULL);
	net_publish(n, 0, sign_key_public(n->node[5].key), 1);
	net_run(n, 10000);
	net_publish(n, 0, sign_key_public(n->node[5].key), 2);
	net_run(n, 2000);
	assert_int_equal(n->node[5].last_object, 2);
	assert_true(net_look(n, 0, 5, &view));
	net_free(n);
}

static struct overlay_view
look(struct net *n, unsigned who)
{
	struct overlay_view view;

	overlay_look(n->node[who].o, &view);
	return view;
}

static void
clocks(void **state)
{
	struct net *n = net_new(15);

	(void)state;
	n->delay_ms = 4;
	for (unsigned i = 0; i < 5; i++) {
		net_place(n, local[i]);
		n->node[i].boot[0] = i ? local[0] : NULL;
		n->node[i].skew_ms = i == 3 ? 400 : (int64_t)i * 10;
		net_start(n, i, 0);
	}
	net_run(n, 20000);
	assert_true(look(n, 3).clock_off);
	assert_in_range(look(n, 3).clock_ms, 350, 410);
	assert_int_equal(n->node[3].notes[NOTE_CLOCK], 1);
	assert_int_equal(n->node[3].note_err[NOTE_CLOCK], ERR_LATE);
	assert_in_range(n->node[3].note_ms, 350, 410);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(n->node[i].notes[NOTE_CLOCK], i == 3);
	n->node[3].skew_ms = 0;
	net_run(n, 30000);
	assert_false(look(n, 3).clock_off);
	assert_int_equal(n->node[3].notes[NOTE_CLOCK], 2);
	net_free(n);
}

static void
clocks_of_two(void **state)
{
	struct net *n = net_new(16);

	(void)state;
	n->delay_ms = 4;
	net_add(n, local[0], NULL);
	net_place(n, local[1]);
	n->node[1].boot[0] = local[0];
	n->node[1].skew_ms = -200;
	net_start(n, 1, 0);
	net_run(n, 5000);
	assert_true(look(n, 0).clock_off && look(n, 1).clock_off);
	assert_in_range(look(n, 0).clock_ms, 190, 210);
	net_free(n);
}

static void
tips_are_told(void **state)
{
	static const struct hash hash[2] = {{{5}}, {{1}}};
	static const uint64_t hid[2] = {1, 0};
	static const struct u128 work[2] = {{.lo = 2}, {.lo = 1}};
	struct net *n = net_new(17);
	struct peer_view view;
	struct overlay_event tip = {.type = OVERLAY_TIP, .tip = {.hid = 1, .slot = 4, .hash = {{5}}, .work = {.lo = 2}},
	    .locator = hash, .locator_hid = hid, .locator_work = work, .locators = 2};

	(void)state;
	net_add(n, local[0], NULL);
	net_add(n, local[1], local[0]);
	net_run(n, 500);
	assert_int_equal(net_step(n, 0, &tip), ERR_OK);
	net_run(n, 100);
	assert_true(net_look(n, 1, 0, &view));
	assert_int_equal(view.tip.slot, 4);
	assert_true(hash_equal(&view.tip.hash, &tip.tip.hash));
	net_free(n);
}

/* As a newcomer's does, that fetches a long chain: its peers take no offence, and know the last one soon. */
static void
a_tip_that_runs_is_told_now_and_then(void **state)
{
	struct net *n = net_new(25);
	struct peer_view view;

	(void)state;
	net_add(n, "tcp://10.0.0.1:1", NULL);
	net_add(n, "tcp://10.1.0.1:1", "tcp://10.0.0.1:1");
	net_run(n, 1000);
	for (uint64_t hid = 1; hid <= 2000; hid++) {
		struct overlay_event tip = {.type = OVERLAY_TIP, .tip = {.hid = hid, .slot = hid, .work = {.lo = hid}}};
		assert_int_equal(net_step(n, 1, &tip), ERR_OK);
		net_run(n, 3);
	}
	net_run(n, 100);
	assert_true(net_look(n, 0, 1, &view));
	assert_int_equal(view.score, PEERS_SCORE);
	assert_int_equal(view.tip.hid, 2000);
	net_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood),
		cmocka_unit_test(malformed_messages),
		cmocka_unit_test(score_comes_back),
		cmocka_unit_test(ranges),
		cmocka_unit_test(objects_wait),
		cmocka_unit_test(objects_find_their_way),
		cmocka_unit_test(clocks),
		cmocka_unit_test(clocks_of_two),
		cmocka_unit_test(tips_are_told),
		cmocka_unit_test(a_tip_that_runs_is_told_now_and_then),
	};

	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
