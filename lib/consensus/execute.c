#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"

static int
compare_rows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t *
sorted_rows(const uint64_t *row, uint32_t n)
{
	uint64_t *copy = malloc((n + (size_t)1) * sizeof *copy);

	if (copy && n) {
		memcpy(copy, row, n * sizeof *copy);
		qsort(copy, n, sizeof *copy, compare_rows);
	}
	return copy;
}

static void
move_roots(struct consensus *c, const struct event_executed *event)
{
	for (uint32_t i = 0; i < event->lanes; i++) {
		struct lane_entry *lane = lanes_find(&c->lanes, event->lane[i].lane.chain);
		/* para-protocol(7) VOTES: the executed HID of a lane never falls */
		if (lane && event->lane[i].roots.executed >= lane->state.executed.executed)
			lanes_executed(lane, &event->lane[i].roots, event->lane[i].paid);
	}
}

static enum err
add_chains(struct consensus *c, const struct event_executed *event)
{
	for (uint32_t i = 0; i < event->chains; i++) {
		struct lane_entry *lane = lanes_find(&c->lanes, event->chain[i].number);
		/* Another branch gives the number to another chain. */
		if (lane && lane->info.registered == LANES_NEVER) {
			lane->info = event->chain[i];
			if (!lane->info.unfollowed)
				role_drop_heads(c, lane);
		}
		else if (!lane && lanes_add(&c->lanes, &event->chain[i]) == ERR_NOMEM)
			return ERR_NOMEM;
	}
	for (uint32_t i = 0; i < event->sets; i++) {
		if (lanes_add_set(&c->lanes, &event->set[i]) != ERR_OK)
			return ERR_NOMEM;
	}
	/* A block that came before its chains were known may need more bodies, or fewer. */
	for (size_t i = 0; event->chains && i < c->tree.count; i++) {
		if (!c->tree.node[i]->connected)
			know_count(c, c->tree.node[i]);
	}
	return ERR_OK;
}

/* What execution reached stays with the block: a branch that comes back to it goes on from there. */
static enum err
keep_roots(struct node *node, const struct event_executed *event)
{
	struct executed_lane *copy = node ? calloc(event->lanes + (size_t)1, sizeof *copy) : NULL;

	if (!copy)
		return node ? ERR_NOMEM : ERR_OK;
	if (event->lanes)
		memcpy(copy, event->lane, event->lanes * sizeof *copy);
	free(node->roots);
	node->roots = copy;
	node->roots_count = event->lanes;
	return ERR_OK;
}

enum err
execute_done(struct consensus *c, struct effects *out, const struct event_executed *event)
{
	uint64_t *unfit;

	if (event->hid <= c->executed_hid || event->hid > c->tip.hid)
		return ERR_OK;
	unfit = sorted_rows(event->unfit, event->unfits);
	if (!unfit || add_chains(c, event) != ERR_OK) {
		free(unfit);
		return ERR_NOMEM;
	}
	if (keep_roots(tree_at(c->tree.tip, event->hid), event) != ERR_OK ||
	    pool_executed(&c->pool, event, unfit) != ERR_OK) {
		free(unfit);
		return ERR_NOMEM;
	}
	c->executed_hid = event->hid;
	free(unfit);
	move_roots(c, event);
	/* What memory lacks for now leaves with the next slot. */
	connect_flush(c, out);
	follow_best(c, out);
	offer_serve(c, out, NULL);
	return ERR_OK;
}
