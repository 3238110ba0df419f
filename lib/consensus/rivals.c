#include <string.h>

#include "consensus/effects.h"
#include "consensus/pool.h"

bool
pool_raise(struct amount *out, struct amount fee)
{
	uint64_t more = fee.units / 10 + (fee.units % 10 != 0 || fee.units == 0);

	out->units = fee.units + more;
	return out->units > fee.units;
}

static bool
outbids(const struct pool_item *item, const struct entry *e)
{
	struct amount least;

	return pool_raise(&least, e->item.fee) && item->fee.units >= least.units;
}

/* Of two copies of one payload, whose signatures differ, the one that was here first stays. */
static bool
beats(const struct entry *e, const struct entry *x)
{
	return hash_equal(&e->item.id, &x->item.id) ? e->row < x->row : outbids(&e->item, x);
}

struct entry *
pool_known(const struct pool *p, const struct pool_item *item)
{
	const struct queue *q = pool_queue(p, item->chain, &item->signer);
	struct entry *const *rival, *known = NULL;
	size_t n = 0;

	rival = q ? queue_rivals(q, &n, item->seq) : NULL;
	for (size_t i = 0; i < n; i++) {
		if (hash_equal(&rival[i]->item.id, &item->id) && (!known || rival[i]->held))
			known = rival[i];
	}
	return known;
}

/* Nothing but the pool knows it: no offer, no seal, no block, in whatever branch. */
static bool
is_alone(const struct entry *e)
{
	return e->state == ENTRY_FREE && e->refs == 1;
}

enum err
pool_outbids(const struct queue *q, const struct pool_item *item, uint32_t *leave, size_t *bytes)
{
	size_t n;
	struct entry *const *rival = queue_rivals(q, &n, item->seq);

	for (size_t i = 0; i < n; i++) {
		if (!pool_waits(rival[i]))
			return ERR_SEQ_TAKEN;
		if (!outbids(item, rival[i]))
			return ERR_FEE_RAISE;
		*leave += is_alone(rival[i]);
		*bytes += is_alone(rival[i]) ? rival[i]->item.size : 0;
	}
	return ERR_OK;
}

/* No entry is replaced by itself, round several corners: the link that would close the ring is taken away. */
void
pool_replace(struct entry *e, struct entry *by)
{
	struct entry *old = e->rival;

	for (struct entry *x = by; x; x = x->rival) {
		if (x->rival != e)
			continue;
		x->rival = NULL;
		e->refs--;
	}
	if (by)
		by->refs++;
	e->rival = by;
	if (old)
		pool_unref(old);
}

void
pool_contend(struct pool *p, struct entry *e)
{
	size_t n;
	struct entry *const *rival = queue_rivals(e->queue, &n, e->item.seq);

	for (size_t i = 0; i < n; i++) {
		struct entry *x = rival[i];
		bool lost = beats(e, x);
		/* What a block holds decides with its execution, and not at all when it is a void copy. */
		if (x != e && pool_waits(x) && x->rival && !pool_waits(x->rival))
			pool_replace(x, NULL);
		if (x == e || !pool_waits(x) || (!lost && !beats(x, e)))
			continue;
		pool_replace(lost ? x : e, lost ? e : x);
		pool_bury(p, lost ? x : e);
	}
}

static struct entry *
next_to_leave(const struct entry *e)
{
	size_t n;
	struct entry *const *rival = queue_rivals(e->queue, &n, e->item.seq);

	for (size_t i = 0; i < n; i++) {
		if (rival[i] != e && is_alone(rival[i]) && outbids(&e->item, rival[i]))
			return rival[i];
	}
	return NULL;
}

void
pool_oust(struct pool *p, struct effects *out, struct entry *e)
{
	struct entry *x;

	while ((x = next_to_leave(e))) {
		pool_replace(x, e);
		pool_drop(p, out, x, LEFT_REPLACED);
	}
}

struct entry *
pool_winner(const struct entry *e)
{
	size_t n;
	struct entry *const *rival = queue_rivals(e->queue, &n, e->item.seq);

	for (size_t i = 0; i < n; i++) {
		if (rival[i] != e && !pool_waits(rival[i]) && rival[i]->held)
			return rival[i];
	}
	return NULL;
}

static bool
may_leave(const struct entry *e)
{
	return e->rival && e->state == ENTRY_FREE;
}

bool
pool_replacing(const struct pool *p)
{
	for (size_t i = 0; i < p->dead_count; i++) {
		if (may_leave(p->dead[i]))
			return true;
	}
	return false;
}

/* The next flush takes those that are gone from the list. */
void
pool_yield(struct pool *p, struct effects *out)
{
	for (size_t i = 0; i < p->dead_count; i++) {
		struct entry *e = p->dead[i];
		if (may_leave(e) && e->undecided != p->undecided)
			pool_drop(p, out, e, LEFT_REPLACED);
	}
}
