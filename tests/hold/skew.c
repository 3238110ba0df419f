/*
 * skew.so, for LD_PRELOAD: the wall clock of the process is ahead by as many milliseconds as the file $SKEW_FILE says,
 * which is read anew ten times a second.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { AGAIN_MS = 100 };

static int
real(clockid_t clock, struct timespec *t)
{
	static _Atomic(int (*)(clockid_t, struct timespec *)) next;
	int (*call)(clockid_t, struct timespec *) = next;
	if (!call) {
		void *found = dlsym(RTLD_NEXT, "clock_gettime");
		*(void **)&call = found;
		next = call;
	}
	return call(clock, t);
}

static long
skew_ms(void)
{
	static _Atomic long ms, due;
	struct timespec t;
	real(CLOCK_MONOTONIC, &t);
	long now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (now < due)
		return ms;
	due = now + AGAIN_MS;
	const char *path = getenv("SKEW_FILE");
	FILE *f = path ? fopen(path, "re") : NULL;
	long read;
	if (f && fscanf(f, "%ld", &read) == 1)
		ms = read;
	if (f)
		fclose(f);
	return ms;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int got = real(clock, t);
	if (got || clock != CLOCK_REALTIME)
		return got;
	long ns = t->tv_nsec + skew_ms() % 1000 * 1000000;
	t->tv_sec += skew_ms() / 1000 + (ns >= 1000000000) - (ns < 0);
	t->tv_nsec = ns - (ns >= 1000000000 ? 1000000000 : 0) + (ns < 0 ? 1000000000 : 0);
	return 0;
}
