/* schedule: what random payloads are drawn from, the same for whoever executes them. */
#ifndef TESTS_NODE_SCHEDULE_H
#define TESTS_NODE_SCHEDULE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>

#include "laid.h"

#include "node/draft.h"

enum { COINS = 5, PEOPLE = 12, BLOCKS = 14, MOST_PAYLOADS = 60 };

/* --- a schedule of random payloads, the same for every store --- */

struct schedule {
	struct laid *laid;
	uint64_t seed;
	uint64_t seq[COINS + 1][PEOPLE];
	uint64_t row[COINS + 1]; /* one of an earlier block */
};

static inline uint64_t
schedule_draw(struct schedule *s, uint64_t n)
{
	s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
	return (s->seed >> 33) % n;
}

#endif
