/* A client and what may sit at the other end of its socket: a server that lies, dies, dawdles, or mixes replies up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/client.h"
#include "net/sp.h"

enum { REQUEST_MOST = 1 << 16 };

struct world {
	char dir[32], url[64];
	int listener;
	pthread_t thread;
	const uint8_t *greeting;
	void (*serve)(int fd); /* after greeting and empty request; the connection is closed when it returns */
};

static const uint8_t GREETING[8] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };

static bool
get(int fd, void *out, size_t len)
{
	return len == 0 || recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

static void
put(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	for (ssize_t n; len > 0 && (n = send(fd, at, len, MSG_NOSIGNAL)) > 0; len -= (size_t)n)
		at += n;
}

/* One request; its length, or -1 when the client went away. */
static long
hear(int fd, uint32_t *id, char body[static REQUEST_MOST])
{
	uint8_t head[SP_HEAD];
	uint64_t len;
	if (!get(fd, head, sizeof(head)) || !sp_read_head(id, &len, head) || len >= REQUEST_MOST || !get(fd, body, len))
		return -1;
	body[len] = 0;
	return (long)len;
}

static void
put_head(int fd, uint32_t id, size_t claim)
{
	uint8_t head[SP_HEAD];
	sp_write_head(head, id, claim);
	put(fd, head, sizeof(head));
}

static void
say(int fd, uint32_t id, const char *text)
{
	put_head(fd, id, strlen(text));
	put(fd, text, strlen(text));
}

static void
serve_one(struct world *w, int fd)
{
	static char body[REQUEST_MOST];
	uint8_t theirs[8];
	uint32_t id;
	put(fd, w->greeting, 8);
	if (!get(fd, theirs, 8) || theirs[5] != 0x30 || hear(fd, &id, body) != 0)
		return;
	say(fd, id, "");
	w->serve(fd);
}

static void *
serve(void *arg)
{
	struct world *w = arg;
	for (int fd; (fd = accept(w->listener, NULL, NULL)) >= 0; close(fd))
		serve_one(w, fd);
	return NULL;
}

static const char *
url_at(void *arg)
{
	return ((struct world *)arg)->url;
}

static void
begin(struct world *w, const uint8_t *greeting, void (*how)(int fd))
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	*w = (struct world){ .dir = "/tmp/para-net-XXXXXX", .greeting = greeting, .serve = how };
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->url, sizeof(w->url), "ipc://%s/s", w->dir);
	strcpy(to.sun_path, sp_path(w->url));
	w->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(w->listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(w->listener, 8), 0);
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
}

static void
end(struct world *w)
{
	shutdown(w->listener, SHUT_RDWR);
	pthread_join(w->thread, NULL);
	close(w->listener);
	unlink(sp_path(w->url));
	rmdir(w->dir);
}

static struct client *
dial(struct world *w)
{
	struct client *c;
	assert_int_equal(client_open(&c, url_at, w, 2000), ERR_OK);
	return c;
}

static struct bytes
text(const char *t)
{
	return (struct bytes){ (const uint8_t *)t, strlen(t) };
}

static void
assert_call(struct client *c, const char *ask, const char *answer)
{
	struct buf reply = { 0 };
	assert_int_equal(client_call(c, &reply, text(ask), 5000), ERR_OK);
	assert_int_equal(reply.len, strlen(answer));
	assert_memory_equal(reply.data, answer, reply.len);
	buf_free(&reply);
}

/* One call to a server that serves so ends so, and soon; so does the next. */
static void
assert_fails(void (*how)(int fd), enum err expected)
{
	struct world w;
	struct buf reply = { 0 };
	begin(&w, GREETING, how);
	struct client *c = dial(&w);
	int64_t start = sp_now_ms();
	assert_int_equal(client_call(c, &reply, text("tell me"), 20000), expected);
	assert_int_equal(client_call(c, &reply, text("again"), 20000), expected);
	assert_true(sp_now_ms() - start < 10000);
	assert_int_equal(reply.len, 0);
	client_close(c);
	buf_free(&reply);
	end(&w);
}

static void
echo(int fd)
{
	static char body[REQUEST_MOST];
	for (uint32_t id; hear(fd, &id, body) >= 0;)
		say(fd, id, body);
}

static void
assert_no_peer(const uint8_t greeting[8])
{
	struct world w;
	struct client *c;
	begin(&w, greeting, echo);
	assert_int_equal(client_open(&c, url_at, &w, 0), ERR_UNREACHABLE);
	assert_null(c);
	end(&w);
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
	begin(&w, GREETING, echo);
	struct client *c = dial(&w);
	assert_call(c, "hello", "hello");
	client_close(c);
	end(&w);
}

static void
claim_much(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	hear(fd, &id, body);
	put_head(fd, id, (size_t)1 << 30);
	hear(fd, &id, body);
}

static void
claim_little(int fd)
{
	static const uint8_t head[SP_HEAD] = { 1, 0, 0, 0, 0, 0, 0, 0, 3, 0x80, 0, 0, 1 };
	static char body[REQUEST_MOST];
	uint32_t id;
	hear(fd, &id, body);
	put(fd, head, sizeof(head));
	hear(fd, &id, body);
}

static void
speak_otherwise(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	hear(fd, &id, body);
	put(fd, "HTTP/1.1 400 Bad Request", 24);
	hear(fd, &id, body);
}

static void
close_in_head(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	hear(fd, &id, body);
	put(fd, "\1\0\0", 3);
}

static void
close_in_body(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	hear(fd, &id, body);
	put_head(fd, id, 1000);
	put(fd, body, 7);
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

/* Before each reply one for nobody; each reply twice. */
static void
babble(int fd)
{
	static char body[REQUEST_MOST], filler[50000];
	for (uint32_t id; hear(fd, &id, body) >= 0;) {
		put_head(fd, id ^ 0x00012345, sizeof(filler));
		put(fd, filler, sizeof(filler));
		say(fd, id, body);
		say(fd, id, "twice");
	}
}

static void
test_replies_for_nobody(void **state)
{
	struct world w;
	(void)state;
	begin(&w, GREETING, babble);
	struct client *c = dial(&w);
	assert_call(c, "one", "one");
	assert_call(c, "two", "two");
	assert_call(c, "", "");
	client_close(c);
	end(&w);
}

/* Answers CLIENT_AHEAD requests at once, the last one first. */
static void
reverse(int fd)
{
	static char body[CLIENT_AHEAD][REQUEST_MOST];
	uint32_t id[CLIENT_AHEAD];
	for (;;) {
		for (int i = 0; i < CLIENT_AHEAD; i++)
			if (hear(fd, &id[i], body[i]) < 0)
				return;
		for (int i = CLIENT_AHEAD; i-- > 0;)
			say(fd, id[i], body[i]);
	}
}

static void
test_replies_in_any_order(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	char ask[32];
	(void)state;
	begin(&w, GREETING, reverse);
	struct client *c = dial(&w);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < CLIENT_AHEAD; i++) {
			snprintf(ask, sizeof(ask), "%d of %d", i, round);
			assert_int_equal(client_send(c, text(ask), 5000), ERR_OK);
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
	end(&w);
}

/* Half a reply, and its rest only with the next request. */
static void
dawdle(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t first, second;
	hear(fd, &first, body);
	put_head(fd, first, 1000);
	put(fd, body, 300);
	hear(fd, &second, body);
	put(fd, body, 700);
	say(fd, second, body);
	echo(fd);
}

static void
test_late_reply_is_dropped(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	(void)state;
	begin(&w, GREETING, dawdle);
	struct client *c = dial(&w);
	assert_int_equal(client_call(c, &reply, text("first"), 50), ERR_TIMEOUT);
	assert_int_equal(reply.len, 0);
	assert_call(c, "second", "second");
	assert_call(c, "third", "third");
	buf_free(&reply);
	client_close(c);
	end(&w);
}

static void
answer_once(int fd)
{
	static char body[REQUEST_MOST];
	uint32_t id;
	if (hear(fd, &id, body) >= 0)
		say(fd, id, body);
}

/* What was answered before the end is handed out; what came after it is told. */
static void
test_restarted_server(void **state)
{
	struct world w;
	struct buf reply = { 0 };
	(void)state;
	begin(&w, GREETING, answer_once);
	struct client *c = dial(&w);
	assert_int_equal(client_send(c, text("first"), 5000), ERR_OK);
	usleep(50000);
	client_send(c, text("second"), 5000);
	assert_int_equal(client_receive(c, &reply), ERR_OK);
	assert_memory_equal(reply.data, "first", 5);
	assert_int_equal(client_call(c, &reply, text("third"), 5000), ERR_UNREACHABLE);
	client_close(c);
	c = dial(&w);
	assert_call(c, "anew", "anew");
	client_close(c);
	buf_free(&reply);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_replies_for_nobody),
		cmocka_unit_test(test_replies_in_any_order),
		cmocka_unit_test(test_late_reply_is_dropped),
		cmocka_unit_test(test_restarted_server),
	};
	return cmocka_run_group_tests_name("net/client", tests, NULL, NULL);
}
