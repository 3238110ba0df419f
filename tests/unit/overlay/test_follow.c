/* What nodes tell each other of the chains they follow, what they spare each other, and how they find each other by it. */
#include "net.h"

#include "chain/payload.h"
#include "chain/seal.h"
#include "overlay/overlay_impl.h"
#include "overlay/replica_impl.h"

#define A "tcp://10.1.0.1:1"
#define B "tcp://10.2.0.1:1"
#define C "tcp://10.3.0.1:1"

static void
follow_as(struct net *n, unsigned who, enum role role, const uint32_t *chain, unsigned chains)
{
	struct overlay_event event = {.type = OVERLAY_FOLLOWS, .role = role, .follow = chain, .follows = chains};

	assert_int_equal(net_step(n, who, &event), ERR_OK);
}

static void
follow(struct net *n, unsigned who, const uint32_t *chain, unsigned chains)
{
	follow_as(n, who, chains > 0 ? ROLE_PARTIAL : ROLE_FULL, chain, chains);
}

static void
say(struct net *n, unsigned who, enum overlay_event_type type, const struct pubkey *key, struct bytes raw)
{
	static const struct pubkey nobody;
	struct overlay_event event = {.type = type, .key = key ? *key : nobody, .raw = raw};

	assert_int_equal(net_step(n, who, &event), ERR_OK);
}

/* In form: what the overlay looks at is the chain. */
static void
put_seal(struct buf *out, struct net *n, uint32_t chain)
{
	struct seal_head head = {.core = {.network = n->network[0], .lane.chain = chain, .payloads = 1, .bytes = 1000}};
	uint8_t body[1000] = {1};

	seal_head_put(out, &head);
	buf_add(out, body, sizeof body);
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
	follow(n, b, chain, 2);
	net_run(n, 1000);
	assert_true(net_look(n, a, b, &view));
	assert_int_equal(view.follows, 2);
	assert_int_equal(view.follow[1], 5);
	for (int i = 0; i < 2; i++) {
		put_seal(&seal[i], n, 5 + (uint32_t)i);
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
	follow(n, b, (const uint32_t[]){0, 5, 6}, 3);
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
	put_seal(&seal, n, 1);
	put_seal(&other, n, 2);
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
	put_seal(&seal, n, 1);
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

static struct hash
place_of(const struct net *n, uint8_t chain)
{
	struct hasher h;

	hash_init(&h, HASH_FOLLOWERS);
	hash_add(&h, n->network[0].b, sizeof n->network[0].b);
	hash_add(&h, (const uint8_t[]){chain, 0, 0, 0}, 4);
	return hash_end(&h);
}

/* A light peer keeps contacts of followers, and gives them to who lacks one. */
static void
followers_are_found(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(3);
	unsigned s = net_place(n, A), b, c;
	struct message value = {.type = MESSAGE_VALUE, .network = n->network[0]};
	struct buf contact = {0};

	(void)state;
	b = net_add(n, B, NULL);
	follow(n, b, chain, 2);
	n->node[s].tells_url = true;
	uint64_t end = net_befriend(n, s, b);
	net_say(n, end, &(struct message){.type = MESSAGE_FOLLOWS, .network = n->network[0], .follows = {ROLE_PARTIAL, 1, chain}});
	net_run(n, 3000);
	/* Told where b is; asked who else follows 5. */
	assert_true(n->node[s].heard[MESSAGE_FOLLOWS] > 0);
	assert_true(n->node[s].heard[MESSAGE_FIND_VALUE] > 0);
	c = net_place(n, C);
	net_start(n, c, 0);
	follow(n, c, chain, 2);
	message_contact_put(&contact, sign_key_public(n->node[c].key), C);
	struct bytes one = bytes_of(&contact);
	value.nodes = (struct message_nodes){.values = 1, .value = &one};
	for (unsigned i = 0; i < 40 && net_peers(n, b) < 2; i++) {
		value.request = n->node[s].request;
		net_say(n, end, &value);
		net_run(n, 250);
	}
	assert_int_equal(net_peers(n, b), 2);
	/* Now it is content. */
	net_run(n, 15000);
	unsigned asked = n->node[s].heard[MESSAGE_FIND_VALUE];
	net_run(n, 15000);
	assert_int_equal(n->node[s].heard[MESSAGE_FIND_VALUE], asked);
	buf_free(&contact);
	net_free(n);
}

/* Under the chain there are contacts of nobody, and no end of them: full nodes are looked for all the same. */
static void
false_followers_hide_no_full_node(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(9);
	unsigned s = net_place(n, A), b = net_add(n, B, NULL);
	const struct pubkey nobody = {{7}};
	const struct hash full = place_of(n, 0);
	struct message value = {.type = MESSAGE_VALUE, .network = n->network[0]};
	struct buf contact = {0};
	bool sought = false;

	(void)state;
	follow(n, b, chain, 2);
	n->node[s].tells_url = true;
	uint64_t end = net_befriend(n, s, b);
	net_say(n, end, &(struct message){.type = MESSAGE_FOLLOWS, .network = n->network[0], .follows = {ROLE_PARTIAL, 1, chain}});
	message_contact_put(&contact, &nobody, C);
	struct bytes one = bytes_of(&contact);
	value.nodes = (struct message_nodes){.values = 1, .value = &one};
	for (unsigned i = 0; i < 40 && !sought; i++) {
		net_run(n, 250);
		sought = hash_equal(&n->node[s].target, &full);
		if (n->node[s].request == value.request)
			continue;
		value.request = n->node[s].request;
		net_say(n, end, &value);
	}
	assert_true(sought);
	buf_free(&contact);
	net_free(n);
}

/* Real ones all the way: b and c know each other only by what a keeps. */
static void
a_follower_stores_its_contact(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(4);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A);
	struct message find = {.type = MESSAGE_FIND_VALUE, .network = n->network[0], .request = 77};

	(void)state;
	follow(n, a, chain, 1);
	follow(n, b, chain, 2);
	net_run(n, 5000);
	/* Whoever asks a is told of b. */
	find.target = place_of(n, 5);
	unsigned s = net_place(n, C);
	uint64_t end = net_befriend(n, s, a);
	net_say(n, end, &find);
	net_run(n, 500);
	assert_int_equal(n->node[s].heard[MESSAGE_VALUE], 1);
	assert_int_equal(n->node[s].values, 1);
	assert_string_equal(n->node[s].value.url, B);
	assert_memory_equal(n->node[s].value.key.b, sign_key_public(n->node[b].key)->b, 32);
	net_free(n);
}

/* History is asked of a peer that follows the chain, full or not. */
static void
history_comes_from_a_follower(void **state)
{
	static const uint32_t chain[] = {0, 5}, root[] = {0};
	struct net *n = net_new(5);
	unsigned a = net_add(n, A, NULL), b = net_add(n, B, A), c = net_add(n, C, A);
	struct overlay_event ask = {.type = OVERLAY_ASK_HISTORY, .hid = 1, .count = 3, .chain = 5};

	(void)state;
	follow(n, a, root, 1);
	follow(n, b, chain, 2);
	follow(n, c, root, 1);
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
		follow_as(n, b, config.role, NULL, 0);
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
		follow(n, b, chain, 2);
		net_run(n, 1000);
		assert_true(net_look(n, a, b, &view));
		assert_int_equal(view.role, ROLE_PARTIAL);
		assert_int_equal(view.follows, 2);
		assert_false(holders_find(&n->node[a].o->replica->holders, &view.key)->full);
		assert_int_equal(overlay_follow_gives(n->node[a].o, peers_by_key(n->node[a].o->peers, &view.key)), SPACE_HEADS_ONLY);
		follow(n, b, NULL, 0);
		net_run(n, 1000);
		assert_true(net_look(n, a, b, &view));
		assert_int_equal(view.role, ROLE_FULL);
		assert_int_equal(view.follows, 0);
		assert_true(holders_find(&n->node[a].o->replica->holders, &view.key)->full);
		assert_int_equal(overlay_follow_gives(n->node[a].o, peers_by_key(n->node[a].o->peers, &view.key)), SPACE_BODIES);
	}
	/* The hello of a link that comes later says what is true then. */
	follow_as(n, b, ROLE_PARTIAL, NULL, 0);
	c = net_add(n, C, B);
	net_run(n, 1000);
	assert_true(net_look(n, c, b, &view));
	assert_int_equal(view.role, ROLE_PARTIAL);
	net_free(n);
}

/* For one of those that are to keep a contact too much waits already: the others are told. */
static void
one_that_is_busy_hinders_no_store(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(11);
	unsigned s = net_place(n, A), far = net_place(n, B), b = net_add(n, C, NULL);
	struct kad_result found = {.tag = FOR_STORE, .target = place_of(n, 5), .contacts = 2};
	struct overlay_effects out = {0};

	(void)state;
	net_befriend(n, s, b);
	follow(n, b, chain, 2);
	net_run(n, 500);
	for (unsigned i = 0; i < WAITING_KEY; i++)
		net_publish(n, b, sign_key_public(n->node[far].key), i);
	found.contact[0] = (struct contact){.key = *sign_key_public(n->node[far].key), .url = B};
	found.contact[1] = (struct contact){.key = *sign_key_public(n->node[s].key), .url = A};
	assert_int_equal(overlay_follow_found(n->node[b].o, &out, &found), ERR_OK);
	assert_int_equal(out.count, 1);
	assert_int_equal(out.item[0].type, OVERLAY_SEND);
	overlay_effects_free(&out);
	/* When nobody could be told it is tried again soon. */
	found.contacts = 1;
	assert_int_equal(overlay_follow_found(n->node[b].o, &out, &found), ERR_OK);
	assert_true(overlay_follow_ms(n->node[b].o) <= n->now + 1000);
	overlay_effects_free(&out);
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
answer_history(struct net *n, uint64_t end, uint32_t request, bool bodies)
{
	struct buf seal = {0};

	put_seal(&seal, n, 5);
	if (bodies)
		net_say(n, end, &(struct message){.type = MESSAGE_BLOCK_PART, .network = n->network[0], .request = request,
		    .raw = bytes_of(&seal)});
	buf_free(&seal);
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
	struct buf seal = {0};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		s[i] = net_place(n, i == 0 ? A : B);
		end[i] = boaster(n, s[i], b);
	}
	who = ask_history(n, b, s, 2);
	put_seal(&seal, n, 5);
	for (unsigned i = 0; i < 3; i++) {
		net_say(n, end[who], &(struct message){.type = MESSAGE_BLOCK_PART, .network = n->network[0],
		    .request = n->node[b].o->history.request, .raw = bytes_of(&seal)});
		net_run(n, 9000);
		assert_int_equal(is_asked(n, b, s, 2), who);
	}
	net_run(n, 2000);
	assert_int_equal(is_asked(n, b, s, 2), NODES);
	assert_int_equal(ask_history(n, b, s, 2), 1 - who);
	buf_free(&seal);
	net_free(n);
}

/* Who follows a chain as it says, claims more than there is and gives nothing keeps nobody from looking for others. */
static void
a_follower_that_gives_nothing_is_none(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(17);
	unsigned b = net_add(n, C, NULL), s = net_place(n, A);
	const struct hash place = place_of(n, 5), own = {{1}};
	const uint64_t hid = 0;
	const struct u128 work = {0};
	struct overlay_event tip = {.type = OVERLAY_TIP, .locator = &own, .locator_hid = &hid, .locator_work = &work, .locators = 1};
	bool sought = false;

	(void)state;
	follow(n, b, chain, 2);
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
	const struct hash place[2] = {place_of(n, 5), place_of(n, 0)};
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

static int
start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_go_to_who_follows),
		cmocka_unit_test(a_flood_of_payloads_costs_nobody_its_place),
		cmocka_unit_test(what_was_sent_is_not_sent_again_at_once),
		cmocka_unit_test(long_seals_stay_below_what_a_peer_takes),
		cmocka_unit_test(followers_are_found),
		cmocka_unit_test(false_followers_hide_no_full_node),
		cmocka_unit_test(a_follower_stores_its_contact),
		cmocka_unit_test(history_comes_from_a_follower),
		cmocka_unit_test(who_is_not_full_claims_nothing_it_lacks),
		cmocka_unit_test(a_role_changes_with_what_is_followed),
		cmocka_unit_test(one_that_is_busy_hinders_no_store),
		cmocka_unit_test(a_follower_that_gives_nothing_is_none),
		cmocka_unit_test(who_gives_no_history_starves_nobody),
		cmocka_unit_test(history_that_stops_half_way_ends),
		cmocka_unit_test(more_are_looked_for_while_history_does_not_come),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
