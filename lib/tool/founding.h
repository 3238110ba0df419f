/* founding: the genesis of a new network, from options. */
#ifndef TOOL_FOUNDING_H
#define TOOL_FOUNDING_H

#include "chain/genesis.h"
#include "tool/options.h"

/* As given; 0 means the default, and so does OPTION_NONE where 0 can be meant. */
struct founding {
	const char *name;
	uint64_t time_ms, fee, reward; /* OPTION_NONE: now, the defaults. A fee of 0 makes the bytes of chain 0 free too */
	uint64_t period_ms, epoch, seals, difficulty;
	struct option_list founders, allocs; /* addresses; ADDRESS=AMOUNT */
	bool solo;
};

/* Its arrays live in the arena. 0, or TOOL_TROUBLE with a message that names the option. */
int founding_make(struct genesis *out, struct arena *arena, struct tool *t, const struct founding *founding);

#endif
