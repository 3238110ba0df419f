#include "net.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

/* The allocation that fails, counted down; 0: none. `all`: those after it too. */
static unsigned long fail_in;
static bool fail_all, failed;

/* The sanitizer has its own allocator, which cannot be replaced; there the stories run without failures. */
#ifndef SANITIZED
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t n, size_t len);
extern void *__libc_realloc(void *old, size_t len);

static bool
is_failing(void)
{
	if (!net_inside || fail_in == 0 || (failed && !fail_all))
		return false;
	if (fail_in > 1) {
		fail_in--;
		return false;
	}
	failed = true;
	return true;
}

void *
malloc(size_t len)
{
	return is_failing() ? NULL : __libc_malloc(len);
}

void *
calloc(size_t n, size_t len)
{
	return is_failing() ? NULL : __libc_calloc(n, len);
}

void *
realloc(void *old, size_t len)
{
	return is_failing() ? NULL : __libc_realloc(old, len);
}
#endif

static void
three_nodes(struct net *n)
{
	net_add(n, "tcp://127.0.0.1:1000", "tcp://127.0.0.1:1001");
	net_add(n, "tcp://127.0.0.1:1001", "tcp://127.0.0.1:1000");
	net_add(n, "tcp://127.0.0.1:1002", "tcp://127.0.0.1:1000");
}

/* Whatever failed, once there is memory again they are all together, and what is said arrives. */
static void
check_healed(struct net *n)
{
	fail_in = 0;
	net_run(n, 60000);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(net_peers(n, i), 2);
	net_publish(n, 0, NULL, 9);
	net_run(n, 200);
	assert_true(n->node[1].seen[9] == 1 && n->node[2].seen[9] == 1);
}

static void
one_allocation_fails(void **state)
{
	bool more = true;

	(void)state;
	for (unsigned long nth = 1; more && nth < 2000; nth++) {
		struct net *n = net_new(3);
		three_nodes(n);
		failed = fail_all = false;
		fail_in = nth;
		net_run(n, 3000);
		more = failed;
		check_healed(n);
		net_free(n);
	}
	assert_false(more);
}

static void
all_fail_for_a_while(void **state)
{
	(void)state;
	for (unsigned long nth = 1; nth < 300; nth += 7) {
		struct net *n = net_new(nth);
		three_nodes(n);
		failed = false;
		fail_all = true;
		fail_in = nth;
		net_run(n, 10000);
		check_healed(n);
		net_free(n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_allocation_fails),
		cmocka_unit_test(all_fail_for_a_while),
	};

	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
