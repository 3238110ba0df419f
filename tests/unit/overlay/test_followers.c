/* Who follows a chain is found, whatever false ones stand beside it. */
#include "following.h"

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
	following_follow(n, b, chain, 2);
	n->node[s].tells_url = true;
	uint64_t end = net_befriend(n, s, b);
	net_say(n, end, &(struct message){.type = MESSAGE_FOLLOWS, .network = n->network[0], .follows = {ROLE_PARTIAL, 1, chain}});
	net_run(n, 3000);
	/* Told where b is; asked who else follows 5. */
	assert_true(n->node[s].heard[MESSAGE_FOLLOWS] > 0);
	assert_true(n->node[s].heard[MESSAGE_FIND_VALUE] > 0);
	c = net_place(n, C);
	net_start(n, c, 0);
	following_follow(n, c, chain, 2);
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
	const struct hash full = following_place_of(n, 0);
	struct message value = {.type = MESSAGE_VALUE, .network = n->network[0]};
	struct buf contact = {0};
	bool sought = false;

	(void)state;
	following_follow(n, b, chain, 2);
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
	following_follow(n, a, chain, 1);
	following_follow(n, b, chain, 2);
	net_run(n, 5000);
	/* Whoever asks a is told of b. */
	find.target = following_place_of(n, 5);
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

/* For one of those that are to keep a contact too much waits already: the others are told. */
static void
one_that_is_busy_hinders_no_store(void **state)
{
	static const uint32_t chain[] = {0, 5};
	struct net *n = net_new(11);
	unsigned s = net_place(n, A), far = net_place(n, B), b = net_add(n, C, NULL);
	struct kad_result found = {.tag = FOR_STORE, .target = following_place_of(n, 5), .contacts = 2};
	struct overlay_effects out = {0};

	(void)state;
	net_befriend(n, s, b);
	following_follow(n, b, chain, 2);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(followers_are_found),
		cmocka_unit_test(false_followers_hide_no_full_node),
		cmocka_unit_test(a_follower_stores_its_contact),
		cmocka_unit_test(one_that_is_busy_hinders_no_store),
	};

	return cmocka_run_group_tests(tests, following_start, NULL);
}
