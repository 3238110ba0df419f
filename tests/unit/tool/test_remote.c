#include "tool/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/server.h"
#include "tool/clock.h"

static char dir[64], url[96];
static const char *reply;

/* A node that gives one answer to everything, and keeps what it was asked. */
static char asked[1024];

static void
handle(void *arg, struct request *request, struct bytes body)
{
	(void)arg;
	snprintf(asked, sizeof asked, "%.*s", (int)body.len, (const char *)body.data);
	server_reply(request, (struct bytes){(const uint8_t *)reply, strlen(reply)});
}

static struct server *
start(void)
{
	struct server *s;
	struct server_config config = {.url = url, .group = -1, .message_bytes = 1 << 20, .total_bytes = 1 << 22,
	    .requests = 16, .handle = handle};
	assert_int_equal(server_start(&s, &config), ERR_OK);
	return s;
}

static struct tool
tool(uint64_t connect_s)
{
	return (struct tool){.name = "test", .node = url, .connect_s = connect_s, .quiet = true};
}

static int
call(struct answer *a, struct tool *t)
{
	struct buf params = {0};
	buf_add_text(&params, "{\"hid\":99}");
	int status = remote_call(a, t, "hyper", &params, 2000);
	buf_free(&params);
	return status;
}

/* What could not be written down is not asked as if nothing had been said. */
static void
test_lost_parameters(void **state)
{
	struct server *s = start();
	struct tool t = tool(1);
	struct answer a;
	struct buf params = {.failed = true};
	(void)state;
	reply = "{\"result\":{}}";
	assert_int_equal(remote_call(&a, &t, "hyper", &params, 2000), TOOL_TROUBLE);
	assert_string_equal(a.message, err_text(ERR_NOMEM));
	answer_free(&a);
	assert_int_equal(remote_send(&a, &t, "hyper", &params), TOOL_TROUBLE);
	answer_free(&a);
	remote_close(&t);
	server_stop(s);
}

static void
test_a_result_and_its_request(void **state)
{
	struct server *s = start();
	struct tool t = tool(1);
	struct answer a;
	uint64_t hid;
	(void)state;
	reply = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"hid\":99}}";
	assert_int_equal(call(&a, &t), TOOL_DONE);
	assert_int_equal(json_uint(&hid, json_member(a.result, "hid"), 100), ERR_OK);
	assert_int_equal(hid, 99);
	assert_string_equal(asked, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hyper\",\"params\":{\"hid\":99}}");
	answer_free(&a);
	remote_close(&t);
	server_stop(s);
}

static void
test_errors_become_statuses(void **state)
{
	static const struct {
		const char *reply, *name, *message;
		int status;
	} cases[] = {
	    {"{\"error\":{\"code\":-32000,\"message\":\"not found\",\"data\":{\"error\":\"not_found\",\"exit\":1}}}",
	        "not_found", "not found", TOOL_NO},
	    {"{\"error\":{\"code\":-32000,\"message\":\"node is busy\",\"data\":{\"error\":\"busy\",\"exit\":5}}}",
	        "busy", "node is busy", TOOL_LATER},
	    {"{\"error\":{\"code\":-32602,\"message\":\"hid: wrong\"}}", "", "hid: wrong", TOOL_TROUBLE},
	    {"{\"error\":{\"code\":-32000,\"data\":{\"exit\":77}}}", "", "node refuses without a reason", TOOL_TROUBLE},
	    {"{\"error\":{\"code\":-32000,\"message\":\"x\",\"data\":{\"exit\":0}}}", "", "x", TOOL_TROUBLE},
	    {"{\"error\":null}", "", "node refuses without a reason", TOOL_TROUBLE},
	    {"{}", "", "node gives an answer that is no JSON-RPC: no result", TOOL_TROUBLE},
	    {"nonsense", "", "node gives an answer that is no JSON-RPC: not valid JSON", TOOL_TROUBLE}};
	struct server *s = start();
	struct tool t = tool(1);
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer a;
		reply = cases[i].reply;
		assert_int_equal(call(&a, &t), cases[i].status);
		assert_null(a.result);
		assert_string_equal(a.name, cases[i].name);
		assert_string_equal(a.message, cases[i].message);
		answer_free(&a);
	}
	remote_close(&t);
	server_stop(s);
}

static void
test_no_node_is_told_at_once_or_after_the_time(void **state)
{
	struct tool t = tool(0);
	struct answer a;
	(void)state;
	uint64_t begin = clock_steady_ms();
	assert_int_equal(call(&a, &t), TOOL_UNREACHABLE);
	assert_true(clock_steady_ms() - begin < 900);
	assert_non_null(strstr(a.message, url));
	answer_free(&a);
	t.connect_s = 1;
	begin = clock_steady_ms();
	assert_int_equal(call(&a, &t), TOOL_UNREACHABLE);
	assert_true(clock_steady_ms() - begin >= 900);
	answer_free(&a);
	remote_close(&t);
}

static void
test_a_node_that_was_restarted_is_found_again(void **state)
{
	struct server *s = start();
	struct tool t = tool(5);
	struct answer a;
	(void)state;
	reply = "{\"result\":1}";
	assert_int_equal(call(&a, &t), TOOL_DONE);
	answer_free(&a);
	server_stop(s);
	s = start();
	assert_int_equal(call(&a, &t), TOOL_DONE);
	answer_free(&a);
	server_stop(s);
	t.connect_s = 0;
	assert_int_equal(call(&a, &t), TOOL_UNREACHABLE);
	answer_free(&a);
	s = start();
	t.connect_s = 5;
	assert_int_equal(call(&a, &t), TOOL_DONE);
	answer_free(&a);
	remote_close(&t);
	server_stop(s);
}

static void
test_requests_fly_ahead(void **state)
{
	struct server *s = start();
	struct tool t = tool(1);
	struct answer a;
	(void)state;
	reply = "{\"result\":{}}";
	for (int i = 0; i < 3; i++)
		assert_int_equal(remote_send(&a, &t, "status", NULL), TOOL_DONE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(remote_receive(&a, &t), TOOL_DONE);
		answer_free(&a);
	}
	remote_close(&t);
	assert_int_equal(remote_receive(&a, &t), TOOL_UNREACHABLE);
	answer_free(&a);
	server_stop(s);
}

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/para-remote-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(url, sizeof url, "ipc://%s/node.ipc", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_result_and_its_request),
	    cmocka_unit_test(test_errors_become_statuses),
	    cmocka_unit_test(test_no_node_is_told_at_once_or_after_the_time),
	    cmocka_unit_test(test_a_node_that_was_restarted_is_found_again),
	    cmocka_unit_test(test_requests_fly_ahead),
	    cmocka_unit_test(test_lost_parameters),
	};
	return cmocka_run_group_tests_name("tool/remote", tests, make_dir, remove_dir);
}
