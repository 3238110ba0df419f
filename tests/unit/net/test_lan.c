/* Nodes of one machine hear each other on loopback's broadcast address; a flood is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/lan.h"

struct ear {
	pthread_mutex_t mutex;
	const char *name; /* of the beacon it waits for */
	unsigned heard, loopback, floods;
	size_t longest;
};

static void
on_heard(void *arg, struct bytes beacon, const char *address)
{
	struct ear *e = arg;
	pthread_mutex_lock(&e->mutex);
	if (beacon.len == strlen(e->name) && memcmp(beacon.data, e->name, beacon.len) == 0) {
		e->heard++;
		e->loopback += strncmp(address, "127.", 4) == 0;
	}
	e->floods += beacon.len == 5 && memcmp(beacon.data, "flood", 5) == 0;
	e->longest = beacon.len > e->longest ? beacon.len : e->longest;
	pthread_mutex_unlock(&e->mutex);
}

static unsigned
port(void)
{
	return 20000 + (unsigned)getpid() % 10000;
}

static struct lan_config
config(struct ear *e, const char *say, unsigned interval_ms)
{
	return (struct lan_config){ .port = port(), .beacon = { (const uint8_t *)say, strlen(say) },
		.interval_ms = interval_ms, .heard = on_heard, .arg = e };
}

static unsigned
count(struct ear *e, const unsigned *counter)
{
	pthread_mutex_lock(&e->mutex);
	unsigned n = *counter;
	pthread_mutex_unlock(&e->mutex);
	return n;
}

static void
await(struct ear *e, const unsigned *counter, unsigned at_least)
{
	for (int i = 0; i < 6000 && count(e, counter) < at_least; i++)
		usleep(10000);
	assert_true(count(e, counter) >= at_least);
}

static void
test_hear_each_other(void **state)
{
	struct ear a = { .mutex = PTHREAD_MUTEX_INITIALIZER, .name = "bob" };
	struct ear b = { .mutex = PTHREAD_MUTEX_INITIALIZER, .name = "alice" };
	struct lan_config ca = config(&a, "alice", 200), cb = config(&b, "bob", 200);
	struct lan *alice, *bob;
	(void)state;
	assert_int_equal(lan_start(&alice, &ca), ERR_OK);
	assert_int_equal(lan_start(&bob, &cb), ERR_OK);
	await(&a, &a.loopback, 2);
	await(&b, &b.loopback, 2);
	lan_stop(bob);
	usleep(300000);
	unsigned heard = count(&a, &a.heard);
	usleep(450000);
	assert_int_equal(count(&a, &a.heard), heard);
	lan_stop(alice);
}

static void
test_flood(void **state)
{
	static uint8_t big[LAN_BEACON_MAX + 1];
	struct ear a = { .mutex = PTHREAD_MUTEX_INITIALIZER, .name = "nobody" };
	struct lan_config ca = config(&a, "alice", 60000);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port()),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct lan *alice;
	struct timespec from, until;
	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(lan_start(&alice, &ca), ERR_OK);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	/* Too long and empty ones are nobody's beacon. */
	sendto(fd, big, sizeof(big), 0, (struct sockaddr *)&to, sizeof(to));
	sendto(fd, big, 0, 0, (struct sockaddr *)&to, sizeof(to));
	for (int i = 0; i < 3000; i++)
		sendto(fd, "flood", 5, 0, (struct sockaddr *)&to, sizeof(to));
	await(&a, &a.floods, 10);
	usleep(100000);
	clock_gettime(CLOCK_MONOTONIC, &until);
	lan_stop(alice);
	assert_true(a.floods <= LAN_HEARD_MAX * (unsigned)(until.tv_sec - from.tv_sec + 1));
	assert_int_equal(a.longest, 5);
	close(fd);
}

static void
test_bad_config(void **state)
{
	static uint8_t big[LAN_BEACON_MAX + 1];
	struct ear a = { .mutex = PTHREAD_MUTEX_INITIALIZER, .name = "" };
	struct lan *lan;
	struct lan_config c = config(&a, "", 100);
	(void)state;
	assert_int_equal(lan_start(&lan, &c), ERR_RANGE);
	c = config(&a, "a", 0);
	assert_int_equal(lan_start(&lan, &c), ERR_RANGE);
	c = config(&a, "a", 100);
	c.port = 65536;
	assert_int_equal(lan_start(&lan, &c), ERR_RANGE);
	c.port = port();
	c.beacon = (struct bytes){ big, sizeof(big) };
	assert_int_equal(lan_start(&lan, &c), ERR_TOO_LONG);
	lan_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hear_each_other),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_bad_config),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
