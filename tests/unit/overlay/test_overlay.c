/* Nodes meet, find each other, lose each other and meet again. */
#include "loopback.h"

static void
two_meet(void **state)
{
	struct net *n = net_new(1);
	struct peer_view view;

	(void)state;
	net_add(n, local[0], NULL);
	net_add(n, local[1], local[0]);
	net_run(n, 1000);
	assert_true(net_look(n, 0, 1, &view));
	assert_true(view.incoming);
	assert_string_equal(view.url, local[1]);
	assert_string_equal(view.version, "0.1.0");
	assert_true(net_look(n, 1, 0, &view));
	assert_false(view.incoming);
	assert_int_equal(view.score, PEERS_SCORE);
	assert_true(view.rtt_ms > 0);
	assert_int_equal(n->node[0].notes[NOTE_PEER], 1);
	assert_int_equal(n->node[1].notes[NOTE_PEER], 1);
	assert_int_equal(n->node[1].saves, 1);
	net_publish(n, 0, NULL, 77);
	net_publish(n, 1, sign_key_public(n->node[0].key), 78);
	net_run(n, 100);
	assert_true(n->node[1].objects == 1 && n->node[1].last_object == 77);
	assert_true(n->node[0].objects == 1 && n->node[0].last_object == 78);
	assert_memory_equal(n->node[0].object_from.b, sign_key_public(n->node[1].key)->b, 32);
	/* An hour later they are still there, and nobody was woken for nothing. */
	n->steps = 0;
	net_run(n, 3600000);
	assert_int_equal(net_peers(n, 0), 1);
	assert_int_equal(n->node[0].notes[NOTE_GONE], 0);
	assert_true(n->steps < 3600 * 14);
	net_free(n);
}

static void
ten_find_each_other(void **state)
{
	struct net *n = net_new(2);

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		net_add(n, local[i], i ? local[0] : NULL);
	net_run(n, 20000);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(net_peers(n, i), 9);
	net_publish(n, 4, NULL, 5);
	net_run(n, 200);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(n->node[i].objects, i != 4);
	net_free(n);
}

/* The two that are bootstrapped to each other dial at once, over and over: one link stays, the same on both sides. */
static void
a_dial_from_both_sides(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct net *n = net_new(seed);
		struct peer_view view[2];
		unsigned open = 0;
		net_add(n, local[0], local[1]);
		net_add(n, local[1], local[0]);
		net_run(n, 20000);
		assert_true(net_look(n, 0, 1, &view[0]) && net_look(n, 1, 0, &view[1]));
		assert_true(view[0].incoming != view[1].incoming);
		for (unsigned i = 0; i < n->links; i++)
			open += n->link[i].open[0] && n->link[i].open[1];
		assert_int_equal(open, 1);
		assert_true(n->links <= 4);
		net_free(n);
	}
}

static void
another_network(void **state)
{
	struct net *n = net_new(3);

	(void)state;
	net_add(n, local[0], NULL);
	net_place(n, local[1]);
	n->node[1].boot[0] = local[0];
	net_start(n, 1, 1);
	net_run(n, 30000);
	assert_int_equal(net_peers(n, 0), 0);
	assert_int_equal(net_peers(n, 1), 0);
	assert_int_equal(n->node[0].notes[NOTE_REFUSED], 1);
	assert_int_equal(n->node[0].note_err[NOTE_REFUSED], ERR_NETWORK);
	assert_true(n->node[1].notes[NOTE_REFUSED] + n->node[1].notes[NOTE_REFUSES] >= 1);
	assert_true(n->node[1].note_err[NOTE_REFUSED] == ERR_NETWORK || n->node[1].note_err[NOTE_REFUSES] == ERR_NETWORK);
	assert_string_not_equal(n->node[0].note_url[NOTE_REFUSED], "");
	assert_int_equal(n->node[1].dials, 1);
	net_free(n);
}

static void
a_node_that_dials_itself(void **state)
{
	struct net *n = net_new(4);

	(void)state;
	net_place(n, local[0]);
	n->node[0].boot[0] = "tcp://localhost:1000";
	net_start(n, 0, 0);
	n->node[0].url = "tcp://localhost:1000";
	net_run(n, 600000);
	assert_int_equal(net_peers(n, 0), 0);
	assert_true(n->node[0].dials >= 1);
	net_free(n);
	/* Once the URL is known as the own one it is left alone. */
	n = net_new(4);
	net_place(n, "tcp://localhost:1000");
	n->node[0].boot[0] = "tcp://localhost:1000";
	net_start(n, 0, 0);
	net_run(n, 600000);
	assert_int_equal(n->node[0].dials, 0);
	net_free(n);
}

/* Nobody is there: dials become rarer, two minutes at most, and go on. */
static void
dials_back_off(void **state)
{
	struct net *n = net_new(5);

	(void)state;
	net_add(n, local[0], "tcp://127.0.0.1:9");
	net_run(n, 60000);
	assert_in_range(n->node[0].dials, 5, 12);
	unsigned before = n->node[0].dials;
	net_run(n, 3600000);
	assert_in_range(n->node[0].dials - before, 28, 45);
	net_free(n);
}

static void
who_goes_is_dialled_again(void **state)
{
	struct net *n = net_new(6);

	(void)state;
	net_add(n, local[0], NULL);
	net_add(n, local[1], local[0]);
	net_run(n, 1000);
	net_hang_up(n, 0);
	net_hang_up(n, 1);
	net_post(n, (struct mail){.at = n->now, .to = 0, .link = 1, .type = OVERLAY_CLOSED});
	n->link[0].open[0] = n->link[0].open[1] = true;
	net_run(n, 100);
	assert_int_equal(n->node[0].notes[NOTE_GONE], 1);
	net_run(n, 60000);
	assert_int_equal(net_peers(n, 0), 1);
	assert_int_equal(net_peers(n, 1), 1);
	net_free(n);
}

static void
silence_ends_it(void **state)
{
	struct net *n = net_new(7);
	unsigned s;

	(void)state;
	net_add(n, local[0], NULL);
	loopback_friend(n, &s, local[1]);
	assert_int_equal(net_peers(n, 0), 1);
	net_run(n, 40000);
	assert_int_equal(net_peers(n, 0), 1);
	assert_true(n->node[s].heard[MESSAGE_PING] > 2);
	net_run(n, 6000);
	assert_int_equal(net_peers(n, 0), 0);
	assert_int_equal(n->node[0].why, ERR_TIMEOUT);
	assert_true(n->node[s].hung_up);
	net_free(n);
}

static void
half_a_handshake(void **state)
{
	struct net *n = net_new(8);
	struct message m;
	uint64_t end;

	(void)state;
	net_add(n, local[0], NULL);
	unsigned s = net_place(n, local[1]);
	net_open(n, s, 0, 0);
	net_run(n, 4000);
	assert_int_equal(n->node[0].closes, 0);
	net_run(n, 2000);
	assert_int_equal(n->node[0].closes, 1);
	assert_int_equal(n->node[0].why, ERR_TIMEOUT);
	/* An object before the handshake. */
	end = net_open(n, s, 0, 0);
	struct buf raw = {0};
	net_object(n, &raw, 1);
	net_send(n, end, bytes_of(&raw));
	buf_free(&raw);
	net_run(n, 100);
	assert_int_equal(n->node[0].closes, 2);
	assert_int_equal(n->node[0].objects, 0);
	/* A signature that is none. */
	end = net_open(n, s, 0, 0);
	m = net_hello(n, s);
	net_say(n, end, &m);
	m = (struct message){.type = MESSAGE_AUTH, .network = n->network[0]};
	net_say(n, end, &m);
	net_run(n, 100);
	assert_int_equal(n->node[0].closes, 3);
	assert_int_equal(n->node[0].why, ERR_SIGNATURE);
	/* Another version says so. */
	end = net_open(n, s, 0, 0);
	m = net_hello(n, s);
	message_put(&raw, &m);
	raw.data[1] = 2;
	net_send(n, end, bytes_of(&raw));
	buf_free(&raw);
	net_run(n, 100);
	assert_int_equal(n->node[0].note_err[NOTE_REFUSED], ERR_VERSION);
	assert_int_equal(n->node[s].heard[MESSAGE_BYE], 1);
	assert_int_equal(net_peers(n, 0), 0);
	net_free(n);
}

/* A full house: the youngest incoming peer gives way once it had its time; dialled ones stay. */
static void
places(void **state)
{
	struct net *n = net_new(18);

	(void)state;
	net_place(n, local[0]);
	struct overlay_config config = net_config(n, 0, 0);
	config.peers = 3;
	assert_int_equal(overlay_new(&n->node[0].o, &config), ERR_OK);
	for (unsigned i = 1; i < 4; i++)
		net_add(n, local[i], local[0]);
	net_run(n, 2000);
	assert_int_equal(net_peers(n, 0), 3);
	unsigned s = net_place(n, local[4]);
	net_befriend(n, s, 0);
	assert_int_equal(n->node[s].heard[MESSAGE_BYE], 1);
	assert_int_equal(net_peers(n, 0), 3);
	net_run(n, 40000);
	net_befriend(n, s, 0);
	assert_int_equal(net_peers(n, 0), 3);
	assert_true(net_look(n, 0, s, &(struct peer_view){0}));
	net_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_meet),
		cmocka_unit_test(ten_find_each_other),
		cmocka_unit_test(a_dial_from_both_sides),
		cmocka_unit_test(another_network),
		cmocka_unit_test(a_node_that_dials_itself),
		cmocka_unit_test(dials_back_off),
		cmocka_unit_test(who_goes_is_dialled_again),
		cmocka_unit_test(silence_ends_it),
		cmocka_unit_test(half_a_handshake),
		cmocka_unit_test(places),
	};

	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
