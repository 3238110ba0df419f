/* JSON-RPC as para-rpc(7) has it: envelopes, batches, notifications, refusals that name what is wrong. */
#include "world.h"

static int
begin(void **state)
{
	struct world *w = world_new(1000);
	world_up(w);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	world_free(*state);
	return 0;
}

/* The error code, as the text of the reply has it; 0: none. */
static int
code_of(struct world *w, const char *request, const char *says)
{
	struct buf reply = { 0 };
	int code = 0;
	assert_int_equal(client_call(w->client, &reply, (struct bytes){ (const uint8_t *)request, strlen(request) }, 5000),
	    ERR_OK);
	buf_add(&reply, "", 1);
	const char *at = strstr((const char *)reply.data, "\"code\":");
	if (at != NULL)
		code = atoi(at + 7);
	if (strstr((const char *)reply.data, says) == NULL)
		print_error("%s\n  gave %s\n", request, (const char *)reply.data);
	assert_non_null(strstr((const char *)reply.data, says));
	buf_free(&reply);
	return code;
}

static void
test_what_is_no_call(void **state)
{
	struct world *w = *state;
	assert_int_equal(code_of(w, "{", ""), -32700);
	assert_int_equal(code_of(w, "{\"a\":1,\"a\":2}", "duplicate"), -32700);
	assert_int_equal(code_of(w, "{} {}", ""), -32700);
	assert_int_equal(code_of(w, "\"\xff\"", "UTF-8"), -32700);
	assert_int_equal(code_of(w, "7", "a call is an object"), -32600);
	assert_int_equal(code_of(w, "[]", "1 to 1000"), -32600);
	assert_int_equal(code_of(w, "{}", "jsonrpc"), -32600);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"status\"}", "jsonrpc"), -32600);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "method"), -32600);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status\"}", "id"), -32600);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"more\":1}", ""), -32600);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stats\"}", "no method \\\"stats\\\""), -32601);
	assert_int_equal(code_of(w, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\",\"params\":[]}", ""), -32602);
}

static void
test_params_are_named(void **state)
{
	struct world *w = *state;
	static const char *const calls[][3] = {
		{ "status", "{\"x\":1}", "x: no such member" },
		{ "round", "{}", "chain: is missing" },
		{ "round", "{\"chain\":[]}", "chain: neither" },
		{ "chains", "{\"from\":-1}", "from: " },
		{ "hyper", "{\"hid\":\"first\"}", "hid: neither" },
		{ "hyper", "{\"hash\":\"00\"}", "hash: not 64" },
		{ "block", "{}", "at: is missing" },
		{ "block", "{\"at\":\"1\"}", "at: not the place of a local block" },
		{ "block", "{\"at\":\"1.2\"}", "at: not a place" },
		{ "payload", "{\"at\":\"1.0.1\"}", "at: not the place of a payload" },
		{ "payload", "{\"id\":7}", "id: not 64" },
		{ "seq", "{\"chain\":0,\"signer\":\"para1\"}", "signer: not an address" },
		{ "submit", "{\"payloads\":{}}", "payloads: not a list" },
		{ "submit", "{}", "payloads: is missing" },
		{ "work", "{\"signer\":\"x\"}", "signer: not an address" },
		{ "work_done", "{\"job\":\"1\"}", "auth: is missing" },
		{ "wait", "{\"until\":\"later\"}", "until: neither" },
		{ "wait", "{\"payloads\":[\"x\"]}", "payloads: an id" },
		{ "wait", "{\"timeout_ms\":30001}", "timeout_ms: out of range" },
		{ "follow", "{\"blocks\":1}", "blocks: not true or false" },
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		char request[256];
		snprintf(request, sizeof(request), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}", calls[i][0],
		    calls[i][1]);
		assert_int_equal(code_of(w, request, calls[i][2]), -32602);
	}
}

static void
test_errors_have_a_word_and_a_status(void **state)
{
	struct world *w = *state;
	char work[512], address[ACCOUNT_TEXT];
	account_print(address, sign_key_public(w->user)->b);
	snprintf(work, sizeof(work), "{\"signer\":\"%s\",\"chains\":[\"nope\"],\"wait_ms\":0}", address);
	const char *const calls[][3] = {
		{ "hyper", "{\"hid\":99}", "not_found" },
		{ "block", "{\"at\":\"1.0.1\"}", "not_found" },
		{ "block", "{\"at\":\"1.nope.1\"}", "chain_unknown" },
		{ "round", "{\"chain\":\"nope\"}", "chain_unknown" },
		{ "chain", "{\"chain\":4294967295}", "chain_unknown" },
		{ "payload", "{\"id\":\"0000000000000000000000000000000000000000000000000000000000000000\"}", "not_found" },
		{ "proof", "{\"payload\":\"0000000000000000000000000000000000000000000000000000000000000000\"}", "not_found" },
		{ "work", work, "chain_unknown" },
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct json *j = world_call(w, calls[i][0], calls[i][1]);
		assert_string_equal(world_text(j, "error.data.error"), calls[i][2]);
		assert_int_equal(world_uint(j, "error.data.exit"), 1);
		json_free(j);
	}
}

static void
test_batches_keep_their_order(void **state)
{
	struct world *w = *state;
	struct json *j = world_say(w, "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"status\"},"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"status\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"none\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"follow\",\"params\":{\"from\":50,\"wait_ms\":100}},"
	    "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"chains\"}]");
	assert_int_equal(json_count(j), 4);
	assert_string_equal(world_text(j, "0.id"), "a");
	assert_int_equal(json_kind_of(world_at(j, "1.id")), JSON_NULL);
	assert_int_equal(world_uint(j, "2.id"), 3);
	assert_int_equal(world_uint(j, "2.result.next"), 50);
	assert_int_equal(world_uint(j, "3.id"), 4);
	json_free(j);
}

static void
test_a_notification_alone_has_an_empty_answer(void **state)
{
	struct world *w = *state;
	struct buf reply = { 0 };
	const char *one = "{\"jsonrpc\":\"2.0\",\"method\":\"none\"}";
	assert_int_equal(client_call(w->client, &reply, (struct bytes){ (const uint8_t *)one, strlen(one) }, 5000), ERR_OK);
	assert_int_equal(reply.len, 0);
	buf_free(&reply);
}

/* More long polls than the node keeps: all are answered, those too many at once. */
static void
test_long_polls_are_bounded(void **state)
{
	struct world *w = *state;
	struct buf request = { 0 };
	for (int i = 0; i < 200; i++) {
		buf_add_text(&request, i == 0 ? "[" : ",");
		buf_add_text(&request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"follow\",\"params\":{\"from\":9,\"wait_ms\":300}}");
	}
	buf_add(&request, "]", 2);
	uint64_t start = world_now_ms();
	struct json *j = world_say(w, (const char *)request.data);
	assert_int_equal(json_count(j), 200);
	assert_true(world_now_ms() - start >= 300);
	assert_true(world_now_ms() - start < 30000);
	for (const struct json *each = json_first(j); each != NULL; each = json_next(each))
		assert_int_equal(world_uint(each, "result.next"), 9);
	json_free(j);
	buf_free(&request);
}

static void
test_work_that_is_wrong(void **state)
{
	struct world *w = *state;
	struct buf params = { 0 };
	struct json *j = world_call(w, "submit_seal", "{\"seal\":\"0201\"}");
	assert_string_equal(world_text(j, "result.status"), "rejected");
	assert_null(world_at(j, "result.seal"));
	json_free(j);
	buf_add_text(&params, "{\"job\":\"1\",\"nonce\":\"0\",\"auth\":\"");
	for (int i = 0; i < 64; i++)
		buf_add_text(&params, "00");
	buf_add(&params, "\"}", 3);
	j = world_call(w, "work_done", (const char *)params.data);
	assert_string_equal(world_text(j, "error.data.error"), "not_found");
	json_free(j);
	buf_free(&params);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_call),
		cmocka_unit_test(test_params_are_named),
		cmocka_unit_test(test_errors_have_a_word_and_a_status),
		cmocka_unit_test(test_batches_keep_their_order),
		cmocka_unit_test(test_a_notification_alone_has_an_empty_answer),
		cmocka_unit_test(test_long_polls_are_bounded),
		cmocka_unit_test(test_work_that_is_wrong),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
