/*
 * nomem: one allocation fails, the NOMEM_AT-th of malloc, calloc, realloc and their like together; with NOMEM_FROM all
 * from there on. Threads count together; children start without it.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static _Atomic long seen;
static long at, from;

__attribute__((constructor)) static void
start(void)
{
	const char *a = getenv("NOMEM_AT"), *f = getenv("NOMEM_FROM");
	at = a ? atol(a) : 0;
	from = f ? atol(f) : 0;
	unsetenv("LD_PRELOAD");
	atomic_store(&seen, 0);
}

static bool
fails(void)
{
	long i = atomic_fetch_add(&seen, 1) + 1;
	bool now = (at && i == at) || (from && i >= from);
	if (now)
		errno = ENOMEM;
	return now;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

int
posix_memalign(void **out, size_t align, size_t size)
{
	void *p = fails() ? NULL : __libc_memalign(align, size);
	if (p)
		*out = p;
	return p ? 0 : ENOMEM;
}
