/* A clock that somebody sets while the node runs, and while it does not. */
#include "world.h"

#include <stdatomic.h>
#include <sys/syscall.h>

enum { HOUR_MS = 3600 * 1000 };

static _Atomic int64_t set_by_ms;

/* Takes the C library's place: the time of day is off, the steady clock is not. */
int
clock_gettime(clockid_t clock, struct timespec *t)
{
	long rc = syscall(SYS_clock_gettime, clock, t);
	int64_t off = clock == CLOCK_REALTIME ? atomic_load(&set_by_ms) : 0;
	t->tv_sec += off / 1000;
	return (int)rc;
}

static int
begin(void **state)
{
	atomic_store(&set_by_ms, 0);
	struct world *w = world_new(200);
	world_up(w);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	world_free(*state);
	return 0;
}

static bool
said(struct world *w, const char *what)
{
	uint64_t patience = 600;
	while (!world_said(w, what) && patience-- > 0)
		usleep(100000);
	return world_said(w, what);
}

/* As after a suspended night. */
static void
test_an_hour_is_skipped(void **state)
{
	struct world *w = *state;
	struct hash before, after;
	uint32_t chain = world_chain(w, "night");
	json_free(world_submit(w, &before, chain, 1, (struct bytes){ (const uint8_t *)"x", 1 }));
	atomic_store(&set_by_ms, HOUR_MS);
	world_reach(w, &before, "final");
	json_free(world_submit(w, &after, chain, 2, (struct bytes){ (const uint8_t *)"y", 1 }));
	world_reach(w, &after, "final");
	assert_false(world_said(w, "clock"));
}

static void
test_a_clock_set_back_is_named_and_waited_for(void **state)
{
	struct world *w = *state;
	struct hash id;
	uint32_t chain = world_chain(w, "back");
	atomic_store(&set_by_ms, -HOUR_MS);
	assert_true(said(w, "the clock is 3"));
	struct json *j = world_submit(w, &id, chain, 1, (struct bytes){ (const uint8_t *)"x", 1 });
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	world_down(w);
	w->said[0] = '\0';
	world_up(w);
	assert_true(said(w, "the clock is 3"));
	assert_false(world_said(w, "clock is right"));
	atomic_store(&set_by_ms, 0);
	assert_true(said(w, "clock is right"));
	world_reach(w, &id, "final");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_hour_is_skipped, begin, end),
		cmocka_unit_test_setup_teardown(test_a_clock_set_back_is_named_and_waited_for, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
