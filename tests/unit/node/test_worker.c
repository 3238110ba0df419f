/* Tasks on the threads that requests come in on: only so many at once, the others are the workers'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "node/worker.h"

enum { MOST = 8 };

struct held {
	struct task task;
	struct node *n;
	pthread_t thread;
	bool taken;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned inside;
static bool leave;

static void
stay(struct node *n, struct task *task)
{
	(void)n;
	(void)task;
	pthread_mutex_lock(&mutex);
	inside++;
	pthread_cond_broadcast(&changed);
	while (!leave)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *
enter(void *arg)
{
	struct held *h = arg;
	h->taken = worker_inplace(h->n, &h->task);
	return NULL;
}

static void
wait_inside(unsigned count)
{
	pthread_mutex_lock(&mutex);
	while (inside < count)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static struct node *
node_new(void)
{
	struct node *n = calloc(1, sizeof(*n));
	assert_non_null(n);
	pthread_mutex_init(&n->tasks.mutex, NULL);
	pthread_cond_init(&n->tasks.wake, NULL);
	n->tasks.quick.last = &n->tasks.quick.first;
	n->tasks.heavy.last = &n->tasks.heavy.first;
	return n;
}

static void
half_of_the_threads_stay_free(void **state)
{
	(void)state;
	struct node *n = node_new();
	static struct held held[MOST];
	struct task more = { .run = stay };
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	assert_false(worker_inplace(n, &more));
	assert_int_equal(worker_start(n), ERR_OK);
	unsigned most = n->tasks.inplace_most;
	assert_in_range(most, 1, processors < 8 ? processors : 8);
	for (unsigned i = 0; i < most; i++) {
		held[i] = (struct held){ .task.run = stay, .n = n };
		assert_int_equal(pthread_create(&held[i].thread, NULL, enter, &held[i]), 0);
	}
	wait_inside(most);
	assert_false(worker_inplace(n, &more));
	worker_push(n, &more, false);
	wait_inside(most + 1);
	pthread_mutex_lock(&mutex);
	leave = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	for (unsigned i = 0; i < most; i++) {
		pthread_join(held[i].thread, NULL);
		assert_true(held[i].taken);
	}
	assert_true(worker_inplace(n, &more));
	worker_stop(n);
	pthread_mutex_destroy(&n->tasks.mutex);
	pthread_cond_destroy(&n->tasks.wake);
	free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(half_of_the_threads_stay_free) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
