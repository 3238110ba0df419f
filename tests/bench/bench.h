/*
 * bench: what the measuring programs share: clocks, medians, the line a result is.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double
bench_seconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* CPU time of this thread: what else runs on the machine hardly shows in it. */
static inline double
bench_cpu(void)
{
	return bench_seconds(CLOCK_THREAD_CPUTIME_ID);
}

static inline double
bench_wall(void)
{
	return bench_seconds(CLOCK_MONOTONIC);
}

static inline int
bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The value that `part` of all n are below; sorts them. */
static inline double
bench_part(double *v, size_t n, double part)
{
	qsort(v, n, sizeof *v, bench_compare);
	return v[(size_t)((double)(n - 1) * part)];
}

static inline void
bench_print(const char *name, double ratio, double value, const char *unit, const char *against)
{
	printf("{\"name\":\"%s\",\"ratio\":%.3f,\"value\":%.6g,\"unit\":\"%s\",\"against\":\"%s\"}\n", name, ratio, value,
	    unit, against);
}

static inline _Noreturn void
bench_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

#endif
