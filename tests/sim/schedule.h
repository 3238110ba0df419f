/*
 * schedule: a random scheduler against the rules of finality. A few voters, one of them hostile; messages take as long
 * as the scheduler likes, the hostile voter endorses everything and shows it to whom it likes, and assembles blocks on
 * any parent with any source that it can defend. Whatever happens, no two final blocks may conflict.
 *
 * Played with a model of the rules alone, which has no bytes, so that a million runs take seconds; and with real cores,
 * some thousands of times, to see that both agree.
 */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "consensus/snapshot.h"

struct schedule {
	const char *name;
	uint32_t without; /* bits of enum defence */
	uint32_t honest;  /* beside the hostile voter; at most SCHEDULE_HONEST */
	uint32_t aim;     /* real cores alone: the defence that the hostile voter's plan is made against; 0: it has none */
};

enum { SCHEDULE_HONEST = 7 };

/* Does this seed make two conflicting final blocks? The same seed does the same. */
bool schedule_model(const struct schedule *s, uint64_t seed);
bool schedule_core(const struct schedule *s, uint64_t seed);

#endif
