/* What nodes tell each other of the chains they follow, and what they spare each other by it. */
#include "following.h"

static void
say(struct net *n, unsigned who, enum overlay_event_type type, const struct pubkey *key, struct bytes raw)
{
	static const struct pubkey nobody;
	struct overlay_event event = {.type = type, .key = key ? *key : nobody, .raw = raw};

	assert_int_equal(net_step(n, who, &event), ERR_OK);
}

static void
put_payload(struct buf *out, struct net *n, uint32_t chain)
{
	struct payload p = {.network = n->network[0], .chain = chain, .seq = 1};

	payload_put(out, &p);
}

static void
bodies_go_to_who_follows(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(1);
	struct buf seal[2] = {{0}}, payload[2] = {{0}};
	unsigned a = net_add(n, A, NULL), b;
	struct peer_view view;

	(void)state;
	b = net_add(n, B, A);
	following_follow(n, b, chain, 2);
	net_run(n, 1000);
	assert_true(net_look(n, a, b, &view));
	assert_int_equal(view.follows, 2);
	assert_int_equal(view.follow[1], 5);
	for (int i = 0; i < 2; i++) {
		following_put_seal(&seal[i], n, 5 + (uint32_t)i);
		put_payload(&payload[i], n, 5 + (uint32_t)i);
	}
	say(n, a, OVERLAY_PUBLISH, NULL, bytes_of(&seal[0]));
	net_run(n, 100);
	assert_int_equal(n->node[b].last_len, seal[0].len);
	say(n, a, OVERLAY_PUBLISH, sign_key_public(n->node[b].key), bytes_of(&seal[1]));
	net_run(n, 100);
	assert_int_equal(n->node[b].last_len, SEAL_HEAD);
	say(n, a, OVERLAY_RELAY, NULL, bytes_of(&payload[1]));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 2);
	say(n, a, OVERLAY_RELAY, NULL, bytes_of(&payload[0]));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 3);
	/* Nobody is told what it told. */
	say(n, a, OVERLAY_RELAY, sign_key_public(n->node[b].key), bytes_of(&payload[0]));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 3);
	/* What is followed from now on comes whole. */
	following_follow(n, b, (const uint32_t[]){0, 5, 6}, 3);
	net_run(n, 100);
	say(n, a, OVERLAY_PUBLISH, NULL, bytes_of(&seal[1]));
	net_run(n, 100);
	assert_int_equal(n->node[b].last_len, seal[1].len);
	for (int i = 0; i < 2; i++) {
		buf_free(&seal[i]);
		buf_free(&payload[i]);
	}
	net_free(n);
}

/* A flood of payloads at one node must not look like an attack to the others. */
static void
a_flood_of_payloads_costs_nobody_its_place(void **state)
{
	struct net *n = net_new(2);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A);
	struct buf payload = {0};
	struct peer_view view;

	(void)state;
	net_run(n, 1000);
	put_payload(&payload, n, 1);
	for (unsigned i = 0; i < 30000; i++)
		say(n, a, OVERLAY_RELAY, NULL, bytes_of(&payload));
	net_run(n, 1000);
	assert_true(net_look(n, b, a, &view));
	assert_int_equal(view.score, PEERS_SCORE);
	assert_in_range(n->node[b].objects, 9000, 20000);
	/* What is not a payload has room left. */
	net_publish(n, a, NULL, 9);
	net_run(n, 100);
	assert_int_equal(n->node[b].seen[9], 1);
	buf_free(&payload);
	net_free(n);
}

/* Who is slow asks again and again for what is on its way already. */
static void
what_was_sent_is_not_sent_again_at_once(void **state)
{
	struct net *n = net_new(6);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A);
	const struct pubkey *to = sign_key_public(n->node[b].key);
	struct buf seal = {0}, other = {0};

	(void)state;
	net_run(n, 1000);
	following_put_seal(&seal, n, 1);
	following_put_seal(&other, n, 2);
	for (unsigned i = 0; i < 100; i++)
		say(n, a, OVERLAY_PUBLISH, to, bytes_of(&seal));
	say(n, a, OVERLAY_PUBLISH, to, bytes_of(&other));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 2);
	net_run(n, NET_PERIOD / 4);
	say(n, a, OVERLAY_PUBLISH, to, bytes_of(&seal));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 3);
	/* Its head is another thing. */
	seal.len = SEAL_HEAD;
	say(n, a, OVERLAY_PUBLISH, to, bytes_of(&seal));
	net_run(n, 100);
	assert_int_equal(n->node[b].objects, 4);
	buf_free(&seal);
	buf_free(&other);
	net_free(n);
}

/* However many different ones there are. */
static void
long_seals_stay_below_what_a_peer_takes(void **state)
{
	struct net *n = net_new(7);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A);
	struct peer_view view;
	struct buf seal = {0};
	uint8_t body[200000] = {1};

	(void)state;
	net_run(n, 1000);
	following_put_seal(&seal, n, 1);
	buf_add(&seal, body, sizeof body);
	for (unsigned i = 0; i < 400; i++) {
		seal.data[SEAL_HEAD - 1] = (uint8_t)i;
		seal.data[SEAL_HEAD - 2] = (uint8_t)(i >> 8);
		say(n, a, OVERLAY_PUBLISH, NULL, bytes_of(&seal));
	}
	net_run(n, 1000);
	assert_true(net_look(n, b, a, &view));
	assert_int_equal(view.score, PEERS_SCORE);
	assert_in_range(n->node[b].objects, 100, 160);
	buf_free(&seal);
	net_free(n);
}

/* Who follows more than it can name, and not all, gives no bodies in sync and stands nowhere as one that has all. */
static void
who_is_not_full_claims_nothing_it_lacks(void **state)
{
	struct net *n = net_new(14);
	unsigned s = net_place(n, A), b = net_place(n, B);

	(void)state;
	for (int full = 0; full < 2; full++) {
		struct overlay_config config = net_config(n, b, 0);
		config.role = full ? ROLE_FULL : ROLE_PARTIAL;
		overlay_free(n->node[b].o);
		assert_int_equal(overlay_new(&n->node[b].o, &config), ERR_OK);
		net_befriend(n, s, b);
		following_follow_as(n, b, config.role, NULL, 0);
		net_run(n, 2000);
		assert_int_equal(values_due_ms(n->node[b].o->values) != UINT64_MAX, full);
	}
	net_free(n);
}

/* Who fetched what it lacked is full from then on, to peers of old as to new ones; who leaves a chain is not any more. */
static void
a_role_changes_with_what_is_followed(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(15);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A), c;
	struct peer_view view;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		following_follow(n, b, chain, 2);
		net_run(n, 1000);
		assert_true(net_look(n, a, b, &view));
		assert_int_equal(view.role, ROLE_PARTIAL);
		assert_int_equal(view.follows, 2);
		assert_false(holders_find(&n->node[a].o->replica->holders, &view.key)->full);
		assert_int_equal(overlay_follow_gives(n->node[a].o, peers_by_key(n->node[a].o->peers, &view.key)), SPACE_HEADS_ONLY);
		following_follow(n, b, NULL, 0);
		net_run(n, 1000);
		assert_true(net_look(n, a, b, &view));
		assert_int_equal(view.role, ROLE_FULL);
		assert_int_equal(view.follows, 0);
		assert_true(holders_find(&n->node[a].o->replica->holders, &view.key)->full);
		assert_int_equal(overlay_follow_gives(n->node[a].o, peers_by_key(n->node[a].o->peers, &view.key)), SPACE_BODIES);
	}
	/* The hello of a link that comes later says what is true then. */
	following_follow_as(n, b, ROLE_PARTIAL, NULL, 0);
	c = net_add(n, C, B);
	net_run(n, 1000);
	assert_true(net_look(n, c, b, &view));
	assert_int_equal(view.role, ROLE_PARTIAL);
	net_free(n);
}

/* What the hello said is true no longer when the key is proven. */
static void
a_role_that_changes_in_a_handshake_is_told(void **state)
{
	struct net *n = net_new(18);
	unsigned b = net_add(n, A, NULL);

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned s = net_place(n, i == 0 ? B : i == 1 ? C : i == 2 ? "tcp://10.4.0.1:1" : "tcp://10.5.0.1:1");
		const struct message hello = net_hello(n, s);
		uint64_t end = net_greet(n, &hello, s, b);
		following_follow_as(n, b, i < 2 ? ROLE_PARTIAL : ROLE_FULL, NULL, 0);
		net_prove(n, &hello, s, end);
		assert_int_equal(n->node[s].heard[MESSAGE_FOLLOWS], i % 2 == 0);
	}
	net_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_go_to_who_follows),
		cmocka_unit_test(a_flood_of_payloads_costs_nobody_its_place),
		cmocka_unit_test(what_was_sent_is_not_sent_again_at_once),
		cmocka_unit_test(long_seals_stay_below_what_a_peer_takes),
		cmocka_unit_test(who_is_not_full_claims_nothing_it_lacks),
		cmocka_unit_test(a_role_changes_with_what_is_followed),
		cmocka_unit_test(a_role_that_changes_in_a_handshake_is_told),
	};

	return cmocka_run_group_tests(tests, following_start, NULL);
}
