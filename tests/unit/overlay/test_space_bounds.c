/* What a node that is behind keeps, and serves, is bounded; and memory that runs out costs it time only. */
#include "behind.h"

/* Memory runs out at the n-th allocation from now (--wrap); 0: never. */
static unsigned fail_in;

void *__wrap_malloc(size_t n);
void *__real_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__real_realloc(void *p, size_t n);

static bool
fails(void)
{
	if (fail_in == 0 || --fail_in > 0)
		return false;
	failures++;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

/* Whatever allocation fails, the branch arrives; at the latest when a lost request has timed out. */
static void
memory_that_fails_costs_time_only(void **state)
{
	(void)state;
	struct branch *b = branch_new(200);

	for (unsigned n = 1; n < 200; n += n < 40 ? 1 : 11) {
		struct world *w = world_new(n);
		behind_own_changed(w, &w->own);
		for (unsigned i = 0; i < 3; i++)
			w->peer_branch[i] = b;
		fail_in = n;
		for (unsigned turn = 0; turn < 8 && w->own.tip < 200; turn++) {
			/* Peers tell their tips every now and then, so that a lost one is told again. */
			for (unsigned i = 0; i < 3; i++)
				behind_announce(w, i, 0);
			behind_run(w, w->now + 15000);
			behind_synced(w, w->told);
		}
		fail_in = 0;
		assert_int_equal(w->own.tip, 200);
		world_free(w);
	}
	print_message("%u allocations failed\n", failures);
	failures = 0;
	free(b);
}

/* With seals of 1 MiB, six peers could send 300 MiB ahead of one that is slow. */
static void
what_waits_is_bounded(void **state)
{
	(void)state;
	struct branch *b = branch_new(128);
	struct world *w = world_new(13);
	static uint8_t big[1 << 20];
	size_t given = 0;

	memcpy(big, w->seal, OBJECT_HEAD);
	behind_own_changed(w, &w->own);
	for (unsigned i = 0; i < PEERS; i++) {
		w->peer_branch[i] = b;
		behind_announce(w, i, 0);
	}
	w->now += PERIOD;
	behind_begun(w, space_time(w->space, &w->out, w->now));
	while (w->started == 0)
		assert_true(behind_step(w));
	unsigned slow = NOBODY, released = w->asks;
	for (unsigned i = 0; i < w->asks; i++)
		if (w->ask[i].hid == 1)
			slow = i;
	assert_true(slow < w->asks);
	for (unsigned i = 0; i < released; i++) {
		struct ask k = w->ask[i];
		struct pubkey key = behind_key_of(k.peer);
		for (unsigned part = 0; i != slow && part < k.count * 3; part++) {
			struct bytes raw = part % 3 ? (struct bytes){big, sizeof big} :
			    (struct bytes){b->head[k.hid + part / 3], HYPER_HEAD};
			behind_begun(w, space_part(w->space, &w->out, &key, k.request, raw, w->now));
			given += raw.len;
		}
	}
	assert_true(given > 2 * (size_t)SPACE_HELD);
	assert_true(space_held(w->space) <= SPACE_HELD);
	assert_true(space_held(w->space) > SPACE_HELD / 4);
	for (unsigned i = 0; i < PEERS; i++)
		assert_int_equal(w->blamed[i], 0);
	/* And it goes on once the slow one has spoken. */
	w->ask[0] = w->ask[slow];
	memmove(&w->ask[1], &w->ask[released], (w->asks - released) * sizeof *w->ask);
	w->asks -= released - 1;
	behind_run(w, w->now + 60000);
	assert_int_equal(w->own.tip, 128);
	world_free(w);
	free(b);
}

static void
serving_is_bounded(void **state)
{
	(void)state;
	struct world *w = world_new(12);
	struct branch *b = branch_new(1);
	struct pubkey key = behind_key_of(0), stranger = behind_key_of(5);
	unsigned served = 0;

	behind_play(w, b, 1, 10);
	assert_int_equal(space_asked(w->space, &stranger, 1, w->now), ERR_BUSY);
	assert_int_equal(space_asked(w->space, &key, SPACE_WINDOW + 1, w->now), ERR_RANGE);
	assert_int_equal(space_asked(w->space, &key, SPACE_WINDOW, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 0, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 1, w->now), ERR_BUSY);
	space_answered(w->space, &key);
	assert_int_equal(space_asked(w->space, &key, 1, w->now), ERR_OK);
	assert_int_equal(space_asked(w->space, &key, 1, w->now + SPACE_STALL_MS), ERR_OK); /* forgotten ones free themselves */
	space_answered(w->space, &key);
	while (space_asked(w->space, &key, 1, w->now + SPACE_STALL_MS) == ERR_OK) {
		space_answered(w->space, &key);
		served++;
	}
	assert_int_equal(served, SPACE_ASKED_RATE - 1);
	world_free(w);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_that_fails_costs_time_only),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(serving_is_bounded),
	};

	return cmocka_run_group_tests(tests, behind_start, NULL);
}
