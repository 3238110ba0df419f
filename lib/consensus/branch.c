#include "consensus/core.h"

static const struct lane_state *
changed(const struct node *node, const struct lane *lane)
{
	uint32_t lo = 0, hi = node->state_after ? node->hyper.header.lanes : 0;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = lane_compare(&node->state_after[mid].lane, lane);
		if (order == 0)
			return &node->state_after[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct lane_state *
branch_lane(const struct node *node, const struct node *base, const struct lane_entry *lane)
{
	for (; node && node != base; node = node->parent) {
		const struct lane_state *state = changed(node, &lane->state.lane);
		if (state)
			return state;
	}
	return &lane->base;
}

static uint64_t
committed(const struct consensus *c, const struct node *node)
{
	return branch_lane(node, c->tree.base, c->lanes.item[0])->committed.executed;
}

bool
branch_known(const struct consensus *c, const struct node *node)
{
	const struct node *fork = tree_fork(&c->tree, node);
	uint64_t executed = committed(c, node);

	/* What the other branch registered is known when it is executed here, or happened before the branches parted. */
	return fork && executed <= c->executed_hid && executed <= fork->brief.hid;
}

const struct authorities *
branch_authorities(const struct consensus *c, const struct node *node, const struct lane_entry *lane)
{
	return lanes_authorities(lane, committed(c, node));
}

bool
branch_in_force(const struct consensus *c, const struct node *node, const struct lane_entry *lane)
{
	return lane->info.registered <= committed(c, node);
}
