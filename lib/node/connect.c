#include "node/connect.h"

static bool
changes(const struct roots *a, const struct roots *b)
{
	return !hash_equal(&a->state, &b->state) || !hash_equal(&a->outbox, &b->outbox);
}

enum err
connect_lanes(struct lane_state **out, struct arena *arena, struct store_txn *t, const struct hyper *h)
{
	struct lane_state *lane = arena_alloc(arena, h->header.lanes + (size_t)1, sizeof(*lane));
	enum err e = lane == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < h->header.lanes; i++) {
		const struct cert_core *core = &h->cert[i].core;
		struct lane_state *s = &lane[i];
		e = store_get_lane(t, s, &core->lane);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
		s->lane = core->lane;
		if (core->payloads > 0 || changes(&core->roots, &s->committed))
			s->busy_hid = h->header.hid;
		s->tip = core->tip;
		s->tip_lid = core->tip_lid;
		s->committed = core->roots;
	}
	*out = lane;
	return e;
}
