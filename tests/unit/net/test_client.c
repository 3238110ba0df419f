/* A client, and replies that come in any order, late, for nobody, or from another server. */
#include "served.h"

/* Before each reply one for nobody; each reply twice. */
static void
babble(int fd)
{
	static char body[REQUEST_MOST], filler[50000];
	for (uint32_t id; served_hear(fd, &id, body) >= 0;) {
		served_put_head(fd, id ^ 0x00012345, sizeof(filler));
		served_put(fd, filler, sizeof(filler));
		served_say(fd, id, body);
		served_say(fd, id, "twice");
	}
}

static void
test_replies_for_nobody(void **state)
{
	struct world w;
	(void)state;
	served_begin(&w, GREETING, babble);
	struct client *c = served_dial(&w);
	served_assert_call(c, "one", "one");
	served_assert_call(c, "two", "two");
	served_assert_call(c, "", "");
	client_close(c);
	served_end(&w);
}

/* Answers CLIENT_AHEAD requests at once, the last one first. */
static void
reverse(int fd)
{
	static char body[CLIENT_AHEAD][REQUEST_MOST];
	uint32_t id[CLIENT_AHEAD];
	for (;;) {
		for (int i = 0; i < CLIENT_AHEAD; i++)
			if (served_hear(fd, &id[i], body[i]) < 0)
				return;
		for (int i = CLIENT_AHEAD; i-- > 0;)
			served_say(fd, id[i], body[i]);
	}
}

static void
test_replies_in_any_order(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	char ask[32];
	(void)state;
	served_begin(&w, GREETING, reverse);
	struct client *c = served_dial(&w);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < CLIENT_AHEAD; i++) {
			snprintf(ask, sizeof(ask), "%d of %d", i, round);
			assert_int_equal(client_send(c, served_text(ask), 5000), ERR_OK);
		}
		for (int i = 0; i < CLIENT_AHEAD; i++) {
			buf_reset(&reply);
			assert_int_equal(client_receive(c, &reply), ERR_OK);
			snprintf(ask, sizeof(ask), "%d of %d", i, round);
			assert_int_equal(reply.len, strlen(ask));
			assert_memory_equal(reply.data, ask, reply.len);
		}
	}
	buf_free(&reply);
	client_close(c);
	served_end(&w);
}

/* Half a reply, and its rest only with the next request. */
static void
dawdle(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t first, second;
	served_hear(fd, &first, body);
	served_put_head(fd, first, 1000);
	served_put(fd, body, 300);
	served_hear(fd, &second, body);
	served_put(fd, body, 700);
	served_say(fd, second, body);
	served_echo(fd);
}

static void
test_late_reply_is_dropped(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	(void)state;
	served_begin(&w, GREETING, dawdle);
	struct client *c = served_dial(&w);
	assert_int_equal(client_call(c, &reply, served_text("first"), 50), ERR_TIMEOUT);
	assert_int_equal(reply.len, 0);
	served_assert_call(c, "second", "second");
	served_assert_call(c, "third", "third");
	buf_free(&reply);
	client_close(c);
	served_end(&w);
}

static void
answer_once(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	if (served_hear(fd, &id, body) >= 0)
		served_say(fd, id, body);
}

/* What was answered before the end is handed out; what came after it is told. */
static void
test_restarted_server(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	(void)state;
	served_begin(&w, GREETING, answer_once);
	struct client *c = served_dial(&w);
	assert_int_equal(client_send(c, served_text("first"), 5000), ERR_OK);
	usleep(50000);
	client_send(c, served_text("second"), 5000);
	assert_int_equal(client_receive(c, &reply), ERR_OK);
	assert_memory_equal(reply.data, "first", 5);
	assert_int_equal(client_call(c, &reply, served_text("third"), 5000), ERR_UNREACHABLE);
	client_close(c);
	c = served_dial(&w);
	served_assert_call(c, "anew", "anew");
	client_close(c);
	buf_free(&reply);
	served_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies_for_nobody),
		cmocka_unit_test(test_replies_in_any_order),
		cmocka_unit_test(test_late_reply_is_dropped),
		cmocka_unit_test(test_restarted_server),
	};
	return cmocka_run_group_tests_name("net/client", tests, NULL, NULL);
}
