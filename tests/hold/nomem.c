/*
 * nomem: one allocation fails, the NOMEM_AT-th of malloc, calloc, realloc and their like together; with NOMEM_FROM all
 * from there on. Threads count together; children start without it.
 *
 * nng 1.5.2 follows a NULL of its own, so what it allocates for itself is left out.
 */
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static _Atomic long seen;
static long at, from;
static bool started;

enum { FRAMES = 24, LIBRARIES = 3 };

/* Where the code of libc, the dynamic linker and this shim (0) and of nng (1) lies. */
static struct range {
	uintptr_t begin, end;
} system_code[LIBRARIES], nng_code;
static int libraries;

static void
note(struct range *out, const struct dl_phdr_info *info)
{
	out->begin = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
		if (info->dlpi_phdr[i].p_type == PT_LOAD && end > out->end)
			out->end = end;
	}
}

static int
find_code(struct dl_phdr_info *info, size_t size, void *arg)
{
	static const char *const names[LIBRARIES] = {"/libc.so", "/ld-linux", "/nomem.so"};
	(void)size;
	(void)arg;
	if (strstr(info->dlpi_name, "/libnng.so"))
		note(&nng_code, info);
	for (int i = 0; i < LIBRARIES; i++)
		if (strstr(info->dlpi_name, names[i]) && libraries < LIBRARIES)
			note(&system_code[libraries++], info);
	return 0;
}

static bool
inside(const struct range *r, const void *address)
{
	return (uintptr_t)address >= r->begin && (uintptr_t)address < r->end;
}

/* Does nng ask for it, itself or through libc? */
static bool
is_for_nng(void)
{
	void *frame[FRAMES];
	int n = nng_code.end ? backtrace(frame, FRAMES) : 0;
	for (int i = 0; i < n; i++) {
		bool system = false;
		for (int k = 0; k < libraries; k++)
			system = system || inside(&system_code[k], frame[i]);
		if (!system)
			return inside(&nng_code, frame[i]);
	}
	return false;
}

__attribute__((constructor)) static void
start(void)
{
	const char *a = getenv("NOMEM_AT"), *f = getenv("NOMEM_FROM");
	at = a ? atol(a) : 0;
	from = f ? atol(f) : 0;
	unsetenv("LD_PRELOAD");
	dl_iterate_phdr(find_code, NULL);
	/* Its first call allocates. */
	is_for_nng();
	started = true;
}

static bool
fails(void)
{
	if (!started || is_for_nng())
		return false;
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
