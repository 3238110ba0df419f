#include "consensus/difficulty.h"

__extension__ typedef unsigned __int128 wide;

uint64_t
difficulty_wanted(const struct genesis *g, uint32_t lanes_in_use)
{
	return g->seals + (uint64_t)g->seals_per_lane * lanes_in_use;
}

uint32_t
difficulty_bound(const struct genesis *g, uint32_t lanes_in_use)
{
	uint64_t wanted = difficulty_wanted(g, lanes_in_use);

	return wanted > LIMIT_SEALS / 8 ? LIMIT_SEALS : (uint32_t)(wanted * 8);
}

static uint64_t
at_least(const struct genesis *g, uint64_t d)
{
	return d < g->difficulty ? g->difficulty : d;
}

uint64_t
difficulty_retarget(const struct genesis *g, uint64_t d, uint64_t seals, uint64_t slots, uint32_t lanes_in_use)
{
	wide w = (wide)slots * difficulty_wanted(g, lanes_in_use);

	if (seals / 4 >= w)
		return d > UINT64_MAX / 4 ? UINT64_MAX : at_least(g, d * 4);
	if ((wide)seals * 4 <= w)
		return at_least(g, d / 4);
	w = (wide)d * seals / w;
	return w > UINT64_MAX ? UINT64_MAX : at_least(g, (uint64_t)w);
}

uint64_t
difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot)
{
	uint64_t empty = slot - parent_slot - 1;
	uint64_t halvings = empty > 2 ? empty - 2 : 0;

	return at_least(g, halvings > 63 ? 0 : d >> halvings);
}
