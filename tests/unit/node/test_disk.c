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

static void
until_it_holds(void)
{
	pthread_mutex_lock(&disk.mutex);
	while (disk.inside == 0)
		pthread_cond_wait(&disk.change, &disk.mutex);
	pthread_mutex_unlock(&disk.mutex);
}

static int
begin(void **state)
{
	struct world *w = world_new(400);
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
send_ahead(struct client **out, struct world *w, const struct buf *request)
{
	assert_int_equal(client_open(out, world_url, w, 1000), ERR_OK);
	assert_int_equal(client_send(*out, bytes_of(request), 40000), ERR_OK);
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

/* An empty seal of chain 0, as one builds it who asks what the round is. */
static uint64_t
seal_round(struct client **out, struct world *w)
{
	struct seal seal = { 0 };
	struct seal_core *core = &seal.head.core;
	struct buf raw = { 0 }, request = { 0 };
	struct json *j = world_call(w, "round", "{\"chain\":0}");
	*core = (struct seal_core){ .network = w->network, .slot = world_uint(j, "result.slot"),
		.difficulty = WORK_DIFFICULTY_LEAST, .signer = *sign_key_public(w->user), .voter = *sign_key_public(w->key) };
	assert_string_equal(world_text(j, "result.phase"), "seal");
	assert_int_equal(json_hex(core->prev_hyper.b, 32, world_at(j, "result.prev_hyper")), ERR_OK);
	assert_int_equal(json_hex(core->script.b, 32, world_at(j, "result.script")), ERR_OK);
	json_free(j);
	seal.head.auth = seal_sign(core, w->user);
	for (struct hash id; id = seal_id(&seal.head), !work_meets(&id, core->difficulty);)
		seal.head.nonce++;
	seal_put(&raw, &seal);
	buf_add_text(&request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"submit_seal\",\"params\":{\"seal\":\"");
	hex_add(&request, raw.data, raw.len);
	buf_add_text(&request, "\"}}");
	send_ahead(out, w, &request);
	buf_free(&raw);
	buf_free(&request);
	return core->slot;
}

static void
until_slot(struct world *w, uint64_t least)
{
	for (bool there = false; !there; usleep(1000)) {
		struct json *j = world_call(w, "round", "{\"chain\":0}");
		there = world_uint(j, "result.slot") >= least && strcmp(world_text(j, "result.phase"), "seal") == 0;
		json_free(j);
	}
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

/* A block's write hangs and fails in the end; meanwhile the node was stopped, and its next block was ready. */
static void
test_what_follows_a_lost_write_is_lost_too(void **state)
{
	struct world *w = *state;
	struct client *first, *second;
	pthread_t thread;
	until_slot(w, 2);
	uint64_t slot = seal_round(&first, w);
	/* The list's record and the candidate's come before the block. */
	pthread_mutex_lock(&disk.mutex);
	disk.passes = 2;
	disk.held = true;
	pthread_mutex_unlock(&disk.mutex);
	until_it_holds();
	until_slot(w, slot + 1);
	assert_int_equal(seal_round(&second, w), slot + 1);
	until_slot(w, slot + 2);
	client_close(w->client);
	assert_int_equal(pthread_create(&thread, NULL, fail_once_soon, NULL), 0);
	node_stop(w->node);
	assert_int_equal(node_wait(w->node), ERR_OK);
	pthread_join(thread, NULL);
	client_close(first);
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
	send_ahead(&first, w, &request);
	check_refused(first, "disk_full");
	struct json *j = world_call(w, "status", "{}");
	bool read_only = false;
	assert_int_equal(json_bool(&read_only, world_at(j, "result.read_only")), ERR_OK);
	assert_true(read_only);
	json_free(j);
	send_ahead(&first, w, &request);
	check_refused(first, "disk_full");
	assert_non_null(strstr(w->said, "cannot write"));
	set_disk(false, false);
	world_reach(w, &id, "final");
	assert_non_null(strstr(w->said, "again"));
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
