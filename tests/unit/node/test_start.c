/* A node starts again where it was, or says why not; at its end nobody waits in vain. */
#include "world.h"

#include "node/inside.h"

static void
test_starts_again_where_it_was(void **state)
{
	struct world *w = *state;
	struct hash sealed, pooled;
	uint32_t chain = world_chain(w, "again");
	struct json *j = world_submit(w, &sealed, chain, 1, world_literal("one"));
	json_free(j);
	world_reach(w, &sealed, "sealed");
	j = world_submit(w, &pooled, chain, 2, world_literal("two"));
	json_free(j);
	world_down(w);
	w->config.genesis = NULL;
	world_up(w);
	j = world_call(w, "seq", "{\"chain\":\"again\",\"signer\":\"para1nope\"}");
	assert_non_null(strstr(world_text(j, "error.message"), "signer"));
	json_free(j);
	world_reach(w, &pooled, "final");
	world_reach(w, &sealed, "final");
}

static void
test_second_node_is_refused(void **state)
{
	struct world *w = *state;
	struct node *other;
	struct node_trouble trouble;
	assert_int_equal(node_start(&other, &trouble, &w->config), ERR_LOCKED);
	assert_non_null(strstr(trouble.text, "another node runs"));
	struct json *j = world_call(w, "status", "{}");
	assert_non_null(world_at(j, "result"));
	json_free(j);
}

static void
test_wrong_starts(void **state)
{
	struct world *w = *state;
	struct node_trouble trouble;
	struct node *n;
	world_down(w);
	struct node_config config = w->config;
	config.key = w->user;
	assert_int_equal(node_start(&n, &trouble, &config), ERR_VOTER);
	config = w->config;
	struct genesis other = w->genesis;
	other.seals++;
	config.genesis = &other;
	assert_int_equal(node_start(&n, &trouble, &config), ERR_NETWORK);
	other = w->genesis;
	other.solo = false;
	assert_int_equal(node_start(&n, &trouble, &config), ERR_VOTER);
	config = w->config;
	config.genesis = NULL;
	config.dir = "/tmp/para-node-nowhere";
	assert_int_equal(node_start(&n, &trouble, &config), ERR_NOT_FOUND);
	assert_int_not_equal(access(config.dir, F_OK), 0);
	world_up(w);
}

static void
await_poll(struct node *n)
{
	for (bool there = false; !there; usleep(1000)) {
		pthread_mutex_lock(&n->parked.mutex);
		there = n->parked.polls > 0;
		pthread_mutex_unlock(&n->parked.mutex);
	}
}

static void
test_stop_answers_those_who_wait(void **state)
{
	struct world *w = *state;
	struct buf reply = { 0 };
	const char *follow = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"follow\",\"params\":{\"from\":99999}}";
	assert_int_equal(client_send(w->client, world_literal(follow), 40000), ERR_OK);
	await_poll(w->node);
	node_stop(w->node);
	assert_int_equal(node_wait(w->node), ERR_OK);
	assert_int_equal(client_receive(w->client, &reply), ERR_OK);
	struct json *j;
	assert_int_equal(json_parse(&j, NULL, bytes_of(&reply)), ERR_OK);
	assert_int_equal(world_uint(j, "result.next"), 99999);
	json_free(j);
	buf_free(&reply);
	node_free(w->node);
	client_close(w->client);
	w->node = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_starts_again_where_it_was, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_second_node_is_refused, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_wrong_starts, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_stop_answers_those_who_wait, world_begin, world_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
