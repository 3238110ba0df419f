#include "node/timing.h"

#include <time.h>

static uint64_t
read_ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t
timing_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

uint64_t
timing_steady_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

void
timing_wait(pthread_cond_t *wake, pthread_mutex_t *mutex, uint64_t ms)
{
	uint64_t at = timing_steady_ms() + ms;
	struct timespec until = { .tv_sec = (time_t)(at / 1000), .tv_nsec = (long)(at % 1000) * 1000000 };
	pthread_cond_clockwait(wake, mutex, CLOCK_MONOTONIC, &until);
}
