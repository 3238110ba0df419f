/* What may sit at the other end of a client: who greets otherwise, lies, or dies. */
#include "served.h"

/* One call to a server that serves so ends so, and soon; so does the next. */
static void
assert_fails(void (*how)(int fd), enum err expected)
{
	struct world w;
	struct buf reply = { 0 };
	served_begin(&w, GREETING, how);
	struct client *c = served_dial(&w);
	int64_t start = sp_now_ms();
	assert_int_equal(client_call(c, &reply, served_text("tell me"), 20000), expected);
	assert_int_equal(client_call(c, &reply, served_text("again"), 20000), expected);
	assert_true(sp_now_ms() - start < 10000);
	assert_int_equal(reply.len, 0);
	client_close(c);
	buf_free(&reply);
	served_end(&w);
}

static void
assert_no_peer(const uint8_t greeting[8])
{
	struct world w;
	struct client *c;
	served_begin(&w, greeting, served_echo);
	assert_int_equal(client_open(&c, served_url_at, &w, 0), ERR_UNREACHABLE);
	assert_null(c);
	served_end(&w);
}

static void
test_greetings(void **state)
{
	static const uint8_t pair[8] = { 0, 'S', 'P', 0, 0, 0x10, 0, 0 }, asks[8] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };
	static const uint8_t newer[8] = { 0, 'S', 'P', 1, 0, 0x31, 0, 0 };
	(void)state;
	assert_no_peer(pair);
	assert_no_peer(asks);
	assert_no_peer(newer);
	assert_no_peer((const uint8_t *)"HTTP/1.1");
	struct world w;
	served_begin(&w, GREETING, served_echo);
	struct client *c = served_dial(&w);
	served_assert_call(c, "hello", "hello");
	client_close(c);
	served_end(&w);
}

static void
claim_much(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	served_hear(fd, &id, body);
	served_put_head(fd, id, (size_t)1 << 30);
	served_hear(fd, &id, body);
}

static void
claim_little(int fd)
{
	static const uint8_t head[SP_HEAD] = { 1, 0, 0, 0, 0, 0, 0, 0, 3, 0x80, 0, 0, 1 };
	static char body[REQUEST_MOST];
	uint32_t id;
	served_hear(fd, &id, body);
	served_put(fd, head, sizeof(head));
	served_hear(fd, &id, body);
}

static void
speak_otherwise(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	served_hear(fd, &id, body);
	served_put(fd, "HTTP/1.1 400 Bad Request", 24);
	served_hear(fd, &id, body);
}

static void
close_in_head(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	served_hear(fd, &id, body);
	served_put(fd, "\1\0\0", 3);
}

static void
close_in_body(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	served_hear(fd, &id, body);
	served_put_head(fd, id, 1000);
	served_put(fd, body, 7);
}

static void
close_at_once(int fd)
{
	(void)fd;
}

static void
test_lies(void **state)
{
	struct rusage before, after;
	(void)state;
	getrusage(RUSAGE_SELF, &before);
	assert_fails(claim_much, ERR_UNREACHABLE);
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 100 << 10);
	assert_fails(claim_little, ERR_UNREACHABLE);
	assert_fails(speak_otherwise, ERR_UNREACHABLE);
	assert_fails(close_in_head, ERR_UNREACHABLE);
	assert_fails(close_in_body, ERR_UNREACHABLE);
	assert_fails(close_at_once, ERR_UNREACHABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_lies),
	};
	return cmocka_run_group_tests_name("net/client_lies", tests, NULL, NULL);
}
