/* What hinders the execution of a block is said once, by its name, and goes by itself. */
#include <stdatomic.h>

#include "world.h"
#include "node/results.h"

/* What the executor meets, one after the other, before it may go on (--wrap). */
static enum err trouble[4];
static _Atomic unsigned troubles, met;
static bool before_a_block; /* no block is known yet */

enum err __wrap_results_run(struct results **out, uint64_t *hid, struct node *n);
enum err __real_results_run(struct results **out, uint64_t *hid, struct node *n);

enum err
__wrap_results_run(struct results **out, uint64_t *hid, struct node *n)
{
	enum err e = __real_results_run(out, hid, n);
	if (e != ERR_OK || met == troubles)
		return e;
	results_free(*out);
	*out = NULL;
	*hid = before_a_block ? 0 : *hid;
	return trouble[met++];
}

static unsigned
times(struct world *w, const char *what)
{
	unsigned n = 0;
	pthread_mutex_lock(&w->mutex);
	for (const char *at = w->said; (at = strstr(at, what)) != NULL; at++)
		n++;
	pthread_mutex_unlock(&w->mutex);
	return n;
}

/* A payload is executed in the end. The hyper block of which the log says that it can be. */
static uint64_t
go_on(struct world *w)
{
	struct buf body = { 0 };
	struct hash id;
	unsigned long long hid = 0;
	world_registration(&body, "notes");
	json_free(world_submit(w, &id, 0, 1, bytes_of(&body)));
	buf_free(&body);
	world_reach(w, &id, "final");
	assert_int_equal(met, troubles);
	assert_int_equal(times(w, " can be executed now"), 1);
	pthread_mutex_lock(&w->mutex);
	const char *at = strstr(w->said, " can be executed now");
	while (at > w->said && at[-1] != '\n')
		at--;
	assert_int_equal(sscanf(at, "hyper %llu can", &hid), 1);
	pthread_mutex_unlock(&w->mutex);
	return hid;
}

static struct world *
hindered(const enum err *list, unsigned n, bool before)
{
	struct world *w = world_new(200);
	memcpy(trouble, list, n * sizeof(*list));
	troubles = n;
	met = 0;
	before_a_block = before;
	world_up(w);
	return w;
}

static void
the_block_is_named_once_for_each_hindrance(void **state)
{
	static const enum err list[] = { ERR_IO, ERR_IO, ERR_BUSY };
	struct world *w = hindered(list, 3, false);
	char line[160];
	(void)state;
	unsigned long long hid = go_on(w);
	assert_int_equal(times(w, "cannot be executed"), 2);
	for (unsigned i = 1; i < 3; i++) {
		snprintf(line, sizeof(line), "hyper %llu cannot be executed: %s; trying again every second\n", hid, err_text(list[i]));
		assert_int_equal(times(w, line), 1);
	}
	world_free(w);
}

static void
no_block_is_named_before_one_is_known(void **state)
{
	static const enum err list[] = { ERR_NOMEM, ERR_NOMEM };
	struct world *w = hindered(list, 2, true);
	char line[160];
	(void)state;
	go_on(w);
	assert_int_equal(times(w, "cannot be executed"), 0);
	snprintf(line, sizeof(line), "cannot execute: %s; trying again every second\n", err_text(ERR_NOMEM));
	assert_int_equal(times(w, line), 1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_block_is_named_once_for_each_hindrance),
		cmocka_unit_test(no_block_is_named_before_one_is_known),
	};
	return cmocka_run_group_tests_name("node/executor", tests, NULL, NULL);
}
