/* A server and its clients in one process, over a real ipc socket in a temporary directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "net/client.h"
#include "net/server.h"

/* nng 1.5.2 never releases a listener that it lost (test_heals). */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libnng";
}

struct world {
	char dir[32], url[64], path[64];
	struct server *server;
	struct request *parked[4];
	int parks;
	pthread_mutex_t mutex;
};

/* Answers what it was asked; "park" is kept for later. */
static void
echo(void *arg, struct request *r, struct bytes body)
{
	struct world *w = arg;
	if (body.len == 4 && memcmp(body.data, "park", 4) == 0) {
		pthread_mutex_lock(&w->mutex);
		w->parked[w->parks++] = r;
		pthread_mutex_unlock(&w->mutex);
		return;
	}
	struct buf copy = { 0 };
	buf_add(&copy, body.data, body.len);
	server_reply(r, bytes_of(&copy));
	buf_free(&copy);
}

static const char *
url_at(void *arg)
{
	return ((struct world *)arg)->url;
}

static struct server_config
config(struct world *w)
{
	return (struct server_config){ .url = w->url, .group = -1, .message_bytes = 1 << 16, .total_bytes = 1 << 20,
		.requests = 8, .handle = echo, .arg = w };
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	strcpy(w->dir, "/tmp/para-net-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/s", w->dir);
	snprintf(w->url, sizeof(w->url), "ipc://%s/s", w->dir);
	pthread_mutex_init(&w->mutex, NULL);
	struct server_config c = config(w);
	*state = w;
	return server_start(&w->server, &c) == ERR_OK ? 0 : -1;
}

static int
end(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < w->parks; i++)
		server_reply(w->parked[i], (struct bytes){ (const uint8_t *)"late", 4 });
	server_stop(w->server);
	rmdir(w->dir);
	free(w);
	return 0;
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
assert_call(struct client *c, const char *say)
{
	struct buf reply = { 0 };
	assert_int_equal(client_call(c, &reply, text(say), 2000), ERR_OK);
	assert_int_equal(reply.len, strlen(say));
	assert_memory_equal(reply.data, say, reply.len);
	buf_free(&reply);
}

static void
test_call(void **state)
{
	struct world *w = *state;
	struct stat st;
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct client *c = dial(w);
	for (int i = 0; i < 100; i++)
		assert_call(c, "hello");
	client_close(c);
}

static void
test_ahead(void **state)
{
	struct client *c = dial(*state);
	char say[32];
	struct buf reply = { 0 };
	for (int i = 0; i < CLIENT_AHEAD; i++) {
		snprintf(say, sizeof(say), "call %d", i);
		assert_int_equal(client_send(c, text(say), 2000), ERR_OK);
	}
	assert_int_equal(client_send(c, text("one more"), 2000), ERR_BUSY);
	for (int i = 0; i < CLIENT_AHEAD; i++) {
		buf_reset(&reply);
		assert_int_equal(client_receive(c, &reply), ERR_OK);
		snprintf(say, sizeof(say), "call %d", i);
		assert_memory_equal(reply.data, say, strlen(say));
	}
	assert_int_equal(client_receive(c, &reply), ERR_INTERNAL);
	buf_free(&reply);
	client_close(c);
}

static void
test_timeout_then_again(void **state)
{
	struct client *c = dial(*state);
	struct buf reply = { 0 };
	assert_int_equal(client_call(c, &reply, text("park"), 50), ERR_TIMEOUT);
	assert_call(c, "still here");
	buf_free(&reply);
	client_close(c);
}

static void
test_too_long(void **state)
{
	struct client *c = dial(*state);
	struct buf big = { 0 }, reply = { 0 };
	memset(buf_extend(&big, 1 << 17), 'x', 1 << 17);
	assert_int_equal(client_call(c, &reply, bytes_of(&big), 2000), ERR_UNREACHABLE);
	client_close(c);
	c = dial(*state);
	assert_call(c, "others go on");
	client_close(c);
	buf_free(&big);
	buf_free(&reply);
}

static double
seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *
stop_soon(void *arg)
{
	struct world *w = arg;
	/* The node dies with a request under way: no reply is ever sent, its socket closes. */
	pthread_mutex_lock(&w->mutex);
	while (w->parks == 0) {
		pthread_mutex_unlock(&w->mutex);
		usleep(1000);
		pthread_mutex_lock(&w->mutex);
	}
	for (int i = 0; i < w->parks; i++)
		server_reply(w->parked[i], (struct bytes){ NULL, 0 });
	w->parks = 0;
	pthread_mutex_unlock(&w->mutex);
	server_stop(w->server);
	return NULL;
}

static void
test_node_goes_away(void **state)
{
	struct world *w = *state;
	struct client *c = dial(w);
	struct buf reply = { 0 };
	pthread_t t;
	pthread_create(&t, NULL, stop_soon, w);
	assert_int_equal(client_call(c, &reply, text("park"), 60000), ERR_OK);
	assert_int_equal(reply.len, 0);
	pthread_join(t, NULL);
	double start = seconds();
	assert_int_equal(client_call(c, &reply, text("anybody?"), 60000), ERR_UNREACHABLE);
	assert_true(seconds() - start < 30);
	client_close(c);
	assert_int_equal(client_open(&c, url_at, w, 0), ERR_UNREACHABLE);
	assert_int_equal(client_open(&c, url_at, w, 200), ERR_UNREACHABLE);
	assert_int_not_equal(access(w->path, F_OK), 0);
	struct server_config again = config(w);
	assert_int_equal(server_start(&w->server, &again), ERR_OK);
	buf_free(&reply);
}

/* nanomsg/nng#1518: connect and close at once ends nng 1.5.2's listener. */
static void
test_heals(void **state)
{
	struct world *w = *state;
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	strcpy(to.sun_path, w->path);
	struct client *before = dial(w);
	assert_true(server_heal(w->server));
	for (int i = 0; i < 20; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
		close(fd);
	}
	usleep(50000);
	assert_true(server_heal(w->server));
	assert_call(before, "old connections live");
	struct client *after = dial(w);
	assert_call(after, "new ones come in");
	client_close(after);
	client_close(before);
}

static void
test_refuses_paths(void **state)
{
	struct world *w = *state;
	struct server *s;
	struct server_config c = config(w);
	char longer[200];
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "ipc:///tmp/", 11);
	longer[199] = 0;
	c.url = longer;
	assert_int_equal(server_start(&s, &c), ERR_TOO_LONG);
	c.url = "ipc:///nonexistent/place/s";
	assert_int_equal(server_start(&s, &c), ERR_IO);
	assert_int_equal(errno, ENOENT);
	c.url = "nonsense";
	assert_int_equal(server_start(&s, &c), ERR_IO);
}

/* A file that a killed node left does not keep the next one from starting. */
static void
test_stale_file(void **state)
{
	struct world *w = *state;
	char url[96], path[80];
	snprintf(path, sizeof(path), "%s/old", w->dir);
	snprintf(url, sizeof(url), "ipc://%s", path);
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	strcpy(to.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	close(fd);
	struct server *s;
	struct server_config c = config(w);
	c.url = url;
	assert_int_equal(server_start(&s, &c), ERR_OK);
	server_stop(s);
	assert_int_not_equal(access(path, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_call, begin, end),
		cmocka_unit_test_setup_teardown(test_ahead, begin, end),
		cmocka_unit_test_setup_teardown(test_timeout_then_again, begin, end),
		cmocka_unit_test_setup_teardown(test_too_long, begin, end),
		cmocka_unit_test_setup_teardown(test_node_goes_away, begin, end),
		cmocka_unit_test_setup_teardown(test_heals, begin, end),
		cmocka_unit_test_setup_teardown(test_refuses_paths, begin, end),
		cmocka_unit_test_setup_teardown(test_stale_file, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
