#include "tool/flight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "chain/payload.h"
#include "net/server.h"
#include "tool/options.h"
#include "tool/output.h"
#include "tool/remote.h"

#define POOLED "{\"status\":\"pooled\"}"
#define FULL "{\"status\":\"rejected\",\"reason\":\"pool_full\",\"error\":\"pool is full\"}"
#define ANSWER(list) "{\"result\":{\"payloads\":[" list "]}}"

static char dir[64], url[96];
static struct tool tool;

/* A node that gives its answers one after the other, the last one for ever. */
static const char *const *answers;
static unsigned asked;

static void
handle(void *arg, struct request *request, struct bytes body)
{
	(void)arg;
	(void)body;
	server_reply(request, (struct bytes){(const uint8_t *)*answers, strlen(*answers)});
	asked++;
	if (answers[1])
		answers++;
}

static void
add_payload(struct sender *s, uint64_t seq)
{
	static const uint8_t seed[32] = {1};
	struct sign_key *key = sign_key_new(seed);
	struct payload p = {.chain = 3, .seq = seq};
	struct hash id;
	struct buf raw = {0};
	assert_int_equal(payload_sign(&p, &id, key), ERR_OK);
	payload_put(&raw, &p);
	assert_int_equal(sendlist_add(&s->queue, bytes_of(&raw), seq), ERR_OK);
	buf_free(&raw);
	sign_key_free(key);
}

/* Sends n payloads to the node; what is printed goes to text. Returns how the sending ended. */
static int
fly(char *text, size_t room, unsigned n, uint64_t timeout_ms, const char *const *list)
{
	struct server *server;
	struct server_config config = {.url = url, .group = -1, .message_bytes = 1 << 20, .total_bytes = 1 << 22,
	    .requests = 16, .handle = handle};
	struct sender s = {.t = &tool, .until = SUBMIT_POOLED, .timeout_ms = timeout_ms};
	FILE *out = tmpfile();
	answers = list;
	asked = 0;
	tool = (struct tool){.name = "test", .node = url, .connect_s = 5, .quiet = true, .fields = "status,reason"};
	tool.command = &(struct command){.name = ""};
	assert_int_equal(server_start(&server, &config), ERR_OK);
	for (unsigned i = 0; i < n; i++)
		add_payload(&s, i + 1);
	fflush(stdout);
	int stdout_now = dup(STDOUT_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	int status = flight_land(&s);
	output_close(&tool);
	dup2(stdout_now, STDOUT_FILENO);
	close(stdout_now);
	rewind(out);
	text[fread(text, 1, room - 1, out)] = '\0';
	fclose(out);
	sendlist_free(&s.queue);
	remote_close(&tool);
	server_stop(server);
	return status;
}

static void
test_results_come_in_order(void **state)
{
	static const char *const list[] = {
	    ANSWER(POOLED ",{\"status\":\"rejected\",\"reason\":\"expired\"}," POOLED), NULL};
	char text[256];
	(void)state;
	assert_int_equal(fly(text, sizeof text, 3, 1000, list), TOOL_DONE);
	assert_string_equal(text, "pooled\t\nrejected\texpired\npooled\t\n");
	assert_int_equal(tool.status, TOOL_REJECTED);
	assert_int_equal(asked, 1);
}

static void
test_a_full_pool_is_asked_again(void **state)
{
	static const char *const list[] = {ANSWER(POOLED "," FULL), ANSWER(FULL), ANSWER(POOLED), NULL};
	char text[256];
	(void)state;
	assert_int_equal(fly(text, sizeof text, 2, 10000, list), TOOL_DONE);
	assert_string_equal(text, "pooled\t\npooled\t\n");
	assert_int_equal(tool.status, TOOL_DONE);
	assert_int_equal(asked, 3);
}

static void
test_a_pool_that_stays_full_rejects(void **state)
{
	static const char *const list[] = {ANSWER(FULL), NULL};
	char text[256];
	(void)state;
	assert_int_equal(fly(text, sizeof text, 1, 150, list), TOOL_DONE);
	assert_string_equal(text, "rejected\tpool_full\n");
	assert_int_equal(tool.status, TOOL_REJECTED);
	assert_true(asked >= 2);
}

static void
test_an_answer_about_too_few_is_trouble(void **state)
{
	static const char *const list[] = {ANSWER(POOLED), NULL};
	char text[256];
	(void)state;
	fly(text, sizeof text, 2, 150, list);
	assert_int_equal(tool.status, TOOL_TROUBLE);
}

static void
test_an_error_about_all_ends_it(void **state)
{
	static const char *const list[] = {
	    "{\"error\":{\"code\":-32000,\"message\":\"disk is full\",\"data\":{\"error\":\"disk_full\",\"exit\":2}}}",
	    NULL};
	char text[256];
	(void)state;
	assert_int_equal(fly(text, sizeof text, 2, 150, list), TOOL_TROUBLE);
	assert_string_equal(text, "");
}

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/para-flight-XXXXXX");
	if (!mkdtemp(dir) || !hash_start())
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
	    cmocka_unit_test(test_results_come_in_order),
	    cmocka_unit_test(test_a_full_pool_is_asked_again),
	    cmocka_unit_test(test_a_pool_that_stays_full_rejects),
	    cmocka_unit_test(test_an_answer_about_too_few_is_trouble),
	    cmocka_unit_test(test_an_error_about_all_ends_it),
	};
	return cmocka_run_group_tests_name("tool/flight", tests, make_dir, remove_dir);
}
