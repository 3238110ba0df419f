/* What the keeper tells the service manager, and when it keeps silent. */
#include "world.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "node/inside.h"

/* A manager that listens in the node's directory and a node with a watchdog of 300 ms. */
static struct world *
watched(int *manager)
{
	struct world *w = world_new(200);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", w->dir);
	*manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*manager, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", at.sun_path, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "300000", 1), 0);
	world_up(w);
	return w;
}

static void
unwatch(struct world *w, int manager)
{
	world_free(w);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(manager);
}

/* True when a message that contains text comes in this time; what comes before it is dropped. */
static bool
hears(int manager, const char *text, uint64_t ms)
{
	char message[1024];
	for (uint64_t end = world_now_ms() + ms; world_now_ms() < end;) {
		ssize_t n = recv(manager, message, sizeof(message) - 1, MSG_DONTWAIT);
		if (n < 0) {
			usleep(5000);
			continue;
		}
		message[n] = '\0';
		if (strstr(message, text) != NULL)
			return true;
	}
	return false;
}

static void
drain(int manager)
{
	char message[1024];
	while (recv(manager, message, sizeof(message), MSG_DONTWAIT) >= 0)
		;
}

static void
test_ready_then_fed(void **state)
{
	int manager;
	struct world *w = watched(&manager);
	(void)state;
	assert_true(hears(manager, "READY=1", 60000));
	for (int i = 0; i < 3; i++)
		assert_true(hears(manager, "WATCHDOG=1", 60000));
	assert_true(hears(manager, "STATUS=hyper 0, final 0, 0 payloads in the pool", 60000));
	world_down(w);
	assert_true(hears(manager, "STOPPING=1", 60000));
	assert_false(hears(manager, "WATCHDOG=1", 500));
	unwatch(w, manager);
}

/* The loop turns under this lock: whoever keeps it stops the loop. */
static void
test_a_stuck_loop_starves_it(void **state)
{
	int manager;
	struct world *w = watched(&manager);
	(void)state;
	assert_true(hears(manager, "WATCHDOG=1", 60000));
	pthread_mutex_lock(&w->node->core.mutex);
	usleep(500000);
	drain(manager);
	assert_false(hears(manager, "WATCHDOG=1", 1000));
	pthread_mutex_unlock(&w->node->core.mutex);
	assert_true(hears(manager, "WATCHDOG=1", 60000));
	unwatch(w, manager);
}

/* A loop that turns no more though its lock is free: what it noted last grows old. */
static void
test_a_stale_beat_starves_it(void **state)
{
	int manager;
	struct world *w = watched(&manager);
	(void)state;
	assert_true(hears(manager, "WATCHDOG=1", 60000));
	pthread_mutex_lock(&w->node->core.mutex);
	w->node->core.beat_ms -= 15000;
	uint64_t stale = w->node->core.beat_ms;
	pthread_mutex_unlock(&w->node->core.mutex);
	bool told = false;
	for (int i = 0; i < 200 && !told; i++) {
		pthread_mutex_lock(&w->node->core.mutex);
		w->node->core.beat_ms = stale;
		pthread_mutex_unlock(&w->node->core.mutex);
		told = hears(manager, "STATUS=the main loop stands still", 10);
	}
	assert_true(told);
	assert_true(hears(manager, "WATCHDOG=1", 3000));
	unwatch(w, manager);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready_then_fed),
		cmocka_unit_test(test_a_stuck_loop_starves_it),
		cmocka_unit_test(test_a_stale_beat_starves_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
