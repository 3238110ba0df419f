/* rivals: payloads of one seq that pay more or less, and how each of them leaves. */
#ifndef TESTS_CONSENSUS_RIVALS_H
#define TESTS_CONSENSUS_RIVALS_H

#include "resign.h"
#include "world.h"

static inline struct made
rivals_paying(struct world *w, uint64_t seq, uint64_t fee)
{
	return world_payload_full(w, 1, 0, seq, (struct bytes){ 0 }, fee, 0);
}

static inline enum err
rivals_pays(struct world *w, uint64_t seq, uint64_t fee)
{
	struct made m = rivals_paying(w, seq, fee);

	return world_pool(w, &m);
}

/* The nth payload that left did so for this reason, because of that one. */
static inline void
rivals_left(const struct world *w, uint32_t n, const struct made *m, enum left why, const struct made *by)
{
	static const struct hash nobody;
	const struct effect_drop *d = &w->heard.dropped[n];

	assert_true(n < w->heard.drops);
	assert_true(hash_equal(&d->id, &m->id));
	assert_int_equal(d->why, why);
	assert_true(hash_equal(&d->by, by ? &by->id : &nobody));
}

static inline uint64_t
rivals_fee_of_seq(const struct world *w, uint64_t seq)
{
	for (uint64_t i = 1; i < w->rows; i++) {
		if (w->row[i].item.seq == seq && w->row[i].executed_hid)
			return w->row[i].item.fee.units;
	}
	return 0;
}

#endif
