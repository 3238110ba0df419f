#include "node/timing.h"

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

struct timespec
timing_at(uint64_t now_ms)
{
	return (struct timespec){ .tv_sec = (time_t)(now_ms / 1000), .tv_nsec = (long)(now_ms % 1000) * 1000000 };
}
