#include "consensus/difficulty.h"

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

/*
 * floor(d * s / w), at most 2^64 - 1, without a wider type: Horner's rule over the bits of d, whole and rest apart.
 * s / w is below 4 and s at most LIMIT_SEALS * 2^32, so nothing else comes near overflow.
 */
static uint64_t
scale(uint64_t d, uint64_t s, uint64_t w)
{
	uint64_t whole = 0, rest = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t add = 0;
		rest *= 2;
		if (d >> bit & 1) {
			rest += s % w;
			add = s / w;
		}
		add += rest / w;
		rest %= w;
		if (whole > (UINT64_MAX - add) / 2)
			return UINT64_MAX;
		whole = whole * 2 + add;
	}
	return whole;
}

uint64_t
difficulty_retarget(const struct genesis *g, uint64_t d, uint64_t seals, uint64_t slots, uint32_t lanes_in_use)
{
	uint64_t wanted = difficulty_wanted(g, lanes_in_use);
	uint64_t w = slots > UINT64_MAX / wanted ? UINT64_MAX : slots * wanted;

	if (seals / 4 >= w)
		return d > UINT64_MAX / 4 ? UINT64_MAX : at_least(g, d * 4);
	if (seals <= w / 4)
		return at_least(g, d / 4);
	return at_least(g, scale(d, seals, w));
}

uint64_t
difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot)
{
	uint64_t empty = slot - parent_slot - 1;
	uint64_t halvings = empty > 2 ? empty - 2 : 0;

	return at_least(g, halvings > 63 ? 0 : d >> halvings);
}
