/* greedy: a request that no machine grants comes back as NULL, under the address sanitizer too. */
#ifndef TESTS_BASE_GREEDY_H
#define TESTS_BASE_GREEDY_H

const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

#endif
