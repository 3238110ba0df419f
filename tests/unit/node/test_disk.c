/* A disk that stops taking writes: what was not written is never told, whatever else goes on. */
#include "world.h"

#include <errno.h>
#include <pthread.h>

/* Takes the C library's place: after `passes` more of them LMDB's syncs hold while `held`, and fail while `full`. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t change;
	bool held, full;
	unsigned passes, inside; /* inside: syncs that hold */
} disk = { .mutex = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

int
fdatasync(int fd)
{
	pthread_mutex_lock(&disk.mutex);
	bool passes = disk.passes > 0;
	disk.passes -= passes;
	disk.inside += !passes;
	pthread_cond_broadcast(&disk.change);
	while (disk.held && !passes)
		pthread_cond_wait(&disk.change, &disk.mutex);
	disk.inside -= !passes;
	pthread_cond_broadcast(&disk.change);
	bool full = disk.full && !passes;
	pthread_mutex_unlock(&disk.mutex);
	if (!full)
		return fsync(fd);
	errno = ENOSPC;
	return -1;
}

static void
set_disk(bool held, bool full)
{
	pthread_mutex_lock(&disk.mutex);
	disk.held = held;
	disk.full = full;
	pthread_cond_broadcast(&disk.change);
	pthread_mutex_unlock(&disk.mutex);
}

/* False: it did not come to that within some seconds. */
static bool
holds_soon(void)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 3;
	pthread_mutex_lock(&disk.mutex);
	while (disk.inside == 0 && pthread_cond_timedwait(&disk.change, &disk.mutex, &until) == 0)
		;
	bool holds = disk.inside > 0;
	pthread_mutex_unlock(&disk.mutex);
	return holds;
}

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
	set_disk(false, false);
	world_free(*state);
	return 0;
}

static void
submission(struct buf *request, struct hash *id, struct world *w, const char *name)
{
	struct buf body = { 0 };
	world_registration(&body, name);
	buf_add_text(request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"submit\",\"params\":{\"payloads\":[\"");
	world_payload(request, id, w, 0, 1, bytes_of(&body));
	buf_add_text(request, "\"]}}");
	buf_free(&body);
}

static void
check_refused(struct client *client, const char *why)
{
	struct buf reply = { 0 };
	struct json *j;
	assert_int_equal(client_receive(client, &reply), ERR_OK);
	assert_int_equal(json_parse(&j, NULL, bytes_of(&reply)), ERR_OK);
	assert_string_equal(world_text(j, "error.data.error"), why);
	json_free(j);
	buf_free(&reply);
	client_close(client);
}

static void *
fail_once_soon(void *arg)
{
	(void)arg;
	usleep(500000);
	set_disk(false, true);
	pthread_mutex_lock(&disk.mutex);
	while (disk.inside > 0)
		pthread_cond_wait(&disk.change, &disk.mutex);
	pthread_mutex_unlock(&disk.mutex);
	set_disk(false, false);
	return NULL;
}

/* A seal whose block is about to be written: the list's record and the candidate's are, the block hangs. Its slot. */
static uint64_t
hang_a_block(struct world *w)
{
	for (;;) {
		struct client *client;
		struct buf reply = { 0 };
		world_until_seal(w, 2);
		uint64_t slot = world_seal(&client, w, 0, NULL, 0);
		assert_int_equal(client_receive(client, &reply), ERR_OK);
		pthread_mutex_lock(&disk.mutex);
		disk.passes = 2;
		disk.held = true;
		pthread_mutex_unlock(&disk.mutex);
		client_close(client);
		buf_free(&reply);
		if (holds_soon())
			return slot;
		set_disk(false, false);
	}
}

/* A block's write hangs and fails in the end; meanwhile the node was stopped, and its next block was ready. */
static void
test_what_follows_a_lost_write_is_lost_too(void **state)
{
	struct world *w = *state;
	struct client *second;
	pthread_t thread;
	uint64_t slot = hang_a_block(w);
	world_until_seal(w, slot + 1);
	world_seal(&second, w, 0, NULL, 0);
	world_until_seal(w, slot + 2);
	client_close(w->client);
	assert_int_equal(pthread_create(&thread, NULL, fail_once_soon, NULL), 0);
	node_stop(w->node);
	assert_int_equal(node_wait(w->node), ERR_OK);
	pthread_join(thread, NULL);
	client_close(second);
	node_free(w->node);
	world_up(w);
	struct json *j = world_call(w, "status", "{}");
	assert_int_equal(world_uint(j, "result.hid"), 0);
	json_free(j);
}

/* While it is full the node reads, says so, refuses at once what is new; then it goes on where it was. */
static void
test_a_full_disk_is_waited_for(void **state)
{
	struct world *w = *state;
	struct client *first;
	struct buf request = { 0 };
	struct hash id;
	submission(&request, &id, w, "later");
	set_disk(false, true);
	world_send_ahead(&first, w, &request);
	check_refused(first, "disk_full");
	struct json *j = world_call(w, "status", "{}");
	bool read_only = false;
	assert_int_equal(json_bool(&read_only, world_at(j, "result.read_only")), ERR_OK);
	assert_true(read_only);
	json_free(j);
	world_send_ahead(&first, w, &request);
	check_refused(first, "disk_full");
	assert_true(world_said(w, "cannot write"));
	set_disk(false, false);
	world_reach(w, &id, "final");
	assert_true(world_said(w, "writing to"));
	buf_free(&request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_follows_a_lost_write_is_lost_too, begin, end),
		cmocka_unit_test_setup_teardown(test_a_full_disk_is_waited_for, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
