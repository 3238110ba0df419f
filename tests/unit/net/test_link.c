/* Two nodes' links: both ways, in order, to the last word; slow readers, and whom one dials. */
#include "pair.h"

static void
test_both_ways(void **state)
{
	static const size_t LEN[] = { 4, 5, 4091, 4092, 4093, 65532, 65536, 65537, 300000, MESSAGE - 1, MESSAGE };
	enum { LENS = sizeof(LEN) / sizeof(*LEN) };
	(void)state;
	struct node *a = pair_node(), *b = pair_node();
	b->echo = true;
	pair_join(a, b);
	assert_memory_equal(a->address, "127.0.0.1:", 10);
	assert_int_equal(pair_send_number(a, a->link, 0, 1), ERR_OK);
	pair_await(a, &a->messages, 1);
	size_t bytes = 1;
	for (uint32_t i = 0; i < 3 * LENS; i++) {
		size_t len = LEN[i % LENS];
		assert_int_equal(pair_send_number(a, a->link, i, len), ERR_OK);
		bytes += len;
		if (i % 4 == 0)
			pair_await(a, &a->messages, i + 2);
	}
	pair_await(a, &a->messages, 3 * LENS + 1);
	assert_int_equal(a->bytes, bytes);
	assert_int_equal(b->bytes, bytes);
	assert_int_equal(pair_send_number(a, a->link, 0, MESSAGE + 1), ERR_TOO_LONG);
	assert_int_equal(pair_send_number(a, a->link, 0, 0), ERR_RANGE);
	assert_int_equal(pair_send_number(a, a->link + 1, 0, 4), ERR_NOT_FOUND);
	pair_end(a);
	assert_true(pair_await_for(b, &b->closed, 1, WAIT_MS) == 1);
	assert_int_equal(b->why, ERR_UNREACHABLE);
	pair_end(b);
}

/* Many small ones in a row keep their order. */
static void
test_order(void **state)
{
	(void)state;
	struct node *a = pair_node(), *b = pair_node();
	pair_join(a, b);
	for (uint32_t i = 0; i < 20000; i++)
		assert_int_equal(pair_send_number(a, a->link, i, 4 + i % 90), ERR_OK);
	pair_await(b, &b->messages, 20000);
	pair_end(a);
	pair_end(b);
}

/* What was sent before links_close arrives; ids are not used again. */
static void
test_last_words(void **state)
{
	(void)state;
	struct node *a = pair_node(), *b = pair_node();
	pair_join(a, b);
	uint64_t first = a->link;
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(pair_send_number(a, a->link, i, MESSAGE), ERR_OK);
	links_close(a->links, first);
	assert_int_equal(pair_send_number(a, first, 0, 4), ERR_NOT_FOUND);
	pair_await(a, &a->closed, 1);
	assert_int_equal(a->why, ERR_OK);
	pair_await(b, &b->closed, 1);
	assert_int_equal(b->messages, 3);
	pair_join(a, b);
	assert_true(a->link != first);
	b->hang_up = true;
	pair_join(a, b);
	pair_await(a, &a->closed, 2);
	pair_end(a);
	pair_end(b);
}

/* A reader that keeps what it got stops the sender, loses nothing, and goes on when it lets go. */
static void
test_back_pressure(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.queue_bytes = 32 * MESSAGE;
	struct node *a = pair_node_of(c), *b = pair_node();
	b->park = true;
	pair_join(a, b);
	uint32_t sent = 0;
	while (sent < 24 && pair_send_number(a, a->link, sent, MESSAGE) == ERR_OK)
		sent++;
	assert_int_equal(sent, 24);
	pair_await(b, &b->parked, 3);
	assert_true(pair_await_for(b, &b->parked, 5, 300) <= 4);
	pair_lock(b);
	b->park = false;
	pair_unlock(b);
	for (unsigned i = 0; i < b->parked; i++)
		links_release(b->links, b->park_of[i]);
	pair_await(b, &b->messages, sent);
	assert_int_equal(b->bytes, (size_t)sent * MESSAGE);
	pair_end(a);
	pair_end(b);
}

/* Short ones take more than their bytes: a flood of them is stopped as one of long ones is. */
static void
test_back_pressure_of_short_ones(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.message_bytes = 64 << 10;
	c.total_bytes = 2 * c.message_bytes;
	struct node *a = pair_node(), *b = pair_node_of(c);
	b->park = true;
	pair_join(a, b);
	for (uint32_t i = 0; i < 400; i++)
		assert_int_equal(pair_send_number(a, a->link, i, 4), ERR_OK);
	pair_await(b, &b->parked, 100);
	assert_true(pair_await_for(b, &b->parked, 200, 300) <= c.total_bytes / LINKS_COST);
	pair_lock(b);
	b->park = false;
	pair_unlock(b);
	for (unsigned i = 0; i < b->parked; i++)
		links_release(b->links, b->park_of[i]);
	pair_await(b, &b->messages, 400);
	pair_end(a);
	pair_end(b);
}

/* Nobody reads: the queue fills to its bound, and after idle_ms the link is closed. */
static void
test_slow_reader(void **state)
{
	(void)state;
	struct links_config c = pair_config(NULL);
	c.idle_ms = c.first_ms = 700;
	struct node *n = pair_node_of(c);
	int fd = pair_stranger(n);
	pair_await(n, &n->opened, 1);
	uint32_t sent = 0;
	enum err e = ERR_OK;
	while (sent < 64 && (e = pair_send_number(n, n->link, sent, MESSAGE)) == ERR_OK)
		sent++;
	assert_int_equal(e, ERR_BUSY);
	assert_true(sent >= 4);
	/* It talks, but does not listen. */
	for (int i = 0; i < 600 && n->closed == 0; i++) {
		send(fd, "\x01\0\0\0x", 5, MSG_NOSIGNAL);
		pair_await_for(n, &n->closed, 1, 100);
	}
	assert_int_equal(n->closed, 1);
	assert_int_equal(n->why, ERR_TIMEOUT);
	close(fd);
	pair_end(n);
}

static void
test_dial(void **state)
{
	(void)state;
	struct node *n = pair_node();
	struct sockaddr_in at = pair_loopback(0);
	socklen_t len = sizeof(at);
	char to[64];
	int full = socket(AF_INET, SOCK_STREAM, 0), waiting[3];
	assert_int_equal(bind(full, (struct sockaddr *)&at, sizeof(at)), 0);
	getsockname(full, (struct sockaddr *)&at, &len);
	snprintf(to, sizeof(to), "tcp://127.0.0.1:%u", ntohs(at.sin_port));
	assert_int_equal(links_dial(n->links, to, 41, 5000), ERR_OK);
	pair_await(n, &n->failed, 1);
	assert_int_equal(n->tag, 41);
	assert_int_equal(n->why, ERR_UNREACHABLE);
	/* A backlog that is full swallows whoever knocks. */
	assert_int_equal(listen(full, 0), 0);
	for (int i = 0; i < 3; i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(waiting[i], (struct sockaddr *)&at, sizeof(at));
	}
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(links_dial(n->links, to, 42, 200), ERR_OK);
	pair_await(n, &n->failed, 17);
	assert_int_equal(n->tag, 42);
	assert_int_equal(n->why, ERR_TIMEOUT);
	assert_int_equal(links_dial(n->links, "nonsense", 1, 100), ERR_RANGE);
	assert_int_equal(n->opened, 0);
	for (int i = 0; i < 3; i++)
		close(waiting[i]);
	close(full);
	pair_end(n);
}

/* Everything under way at once: dials, a full queue, a message half come, a body held. */
static void
test_stop_in_the_middle(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct node *a = pair_node(), *b = pair_node();
		pair_join(a, b);
		int fd = pair_stranger(b);
		pair_say(fd, "\0\0\x10\0half", 8);
		b->park = true;
		for (uint32_t i = 0; i < 4; i++)
			pair_send_number(a, a->link, i, MESSAGE);
		links_dial(a->links, pair_url(b), 8, 5000);
		links_dial(a->links, "tcp://192.0.2.1:9", 9, 5000);
		if (round % 3 == 0)
			pair_await(b, &b->messages, 1);
		struct node *first = round % 2 == 0 ? a : b;
		pair_end(first);
		pair_end(first == a ? b : a);
		close(fd);
	}
}

static void
test_bad_config(void **state)
{
	(void)state;
	static const char *const NONSENSE[] = { "nonsense" };
	struct links *l;
	struct links_config c = pair_config(NULL);
	c.total_bytes = 2 * MESSAGE - 1;
	assert_int_equal(links_start(&l, &c), ERR_RANGE);
	c = pair_config(NULL);
	c.listen = NONSENSE;
	assert_int_equal(links_start(&l, &c), ERR_RANGE);
	struct node *n = pair_node();
	const char *const taken[] = { pair_url(n) };
	c.listen = taken;
	assert_int_equal(links_start(&l, &c), ERR_IO);
	assert_int_equal(errno, EADDRINUSE);
	pair_end(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_back_pressure),
		cmocka_unit_test(test_back_pressure_of_short_ones),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_dial),
		cmocka_unit_test(test_stop_in_the_middle),
		cmocka_unit_test(test_bad_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
