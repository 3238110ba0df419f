#include <stdlib.h>

#include "node/loop.h"
#include "node/mesh_impl.h"
#include "node/timing.h"

struct clock_item {
	struct item item;
	bool off;
};

static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	struct event event = { .type = EVENT_CLOCK, .now_ms = timing_now_ms(),
		.clock_off = ((struct clock_item *)item)->off };
	(void)look;
	return consensus_step(n->core.consensus, &n->core.open->effects, &event);
}

static void
release(struct item *item)
{
	free(item);
}

bool
mesh_clock(struct node *n, bool off)
{
	struct clock_item *x = calloc(1, sizeof(*x));
	if (x == NULL)
		return false;
	*x = (struct clock_item){ .item = { .step = step, .release = release }, .off = off };
	loop_push_always(n, &x->item);
	return true;
}
