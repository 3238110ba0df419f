#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

static void
reply(struct effects *out, uint64_t tag, enum err err, const struct entry *e, const struct hash *id)
{
	struct effect_reply *r = &effects_add(out, EFFECT_REPLY_PAYLOAD)->reply;

	*r = (struct effect_reply){ .tag = tag, .err = err, .id = *id };
	if (err == ERR_OK) {
		r->row = e->row;
		r->status = pool_waits(e) ? STATUS_POOLED : STATUS_SEALED;
	}
}

enum err
admit_check(const struct consensus *c, const struct lane_entry *lane, uint32_t size, uint64_t expiry,
    uint64_t hid)
{
	if (size > PAYLOAD_FIXED && size - PAYLOAD_FIXED > lane->info.body_bytes)
		return ERR_BODY_SIZE;
	if (size > c->genesis->seal_bytes)
		return ERR_BODY_SIZE;
	/* Expiry is the last HID that may seal it. */
	return expiry != 0 && expiry < hid ? ERR_EXPIRED : ERR_OK;
}

/* One that is here already: fine, unless another has used its seq, perhaps in an execution this core has yet to hear of. */
static enum err
check_known(const struct entry *e, uint64_t last_seq)
{
	if (e->state == ENTRY_BLOCK || e->held)
		return ERR_OK;
	return e->state == ENTRY_DONE || e->item.seq <= last_seq ? ERR_SEQ_USED : ERR_OK;
}

static enum err
check(const struct consensus *c, const struct lane_entry *lane, const struct event_payload *event)
{
	enum err e = !lane ? ERR_CHAIN_UNKNOWN : lane->info.unfollowed ? ERR_CHAIN_NOT_FOLLOWED :
	    admit_check(c, lane, event->item.size, event->item.expiry, c->tip.hid + 1);

	return e ? e : pool_check(&c->pool, &event->item, event->last_seq);
}

/*
 * para-protocol(7) ROUNDS: A payload that another node was handed is sealed here only after that node had a slot for it
 * and did not.
 */
void
admit_foreign(struct consensus *c, struct entry *e)
{
	pool_delay(&c->pool, e, c->round.slot + 2);
}

static size_t
rivals(const struct consensus *c, const struct pool_item *item)
{
	const struct queue *q = pool_queue(&c->pool, item->chain, &item->signer);
	size_t n = 0;

	if (q)
		queue_rivals(q, &n, item->seq);
	return n;
}

enum err
admit_payload(struct consensus *c, struct effects *out, const struct event_payload *event, const struct pubkey *from)
{
	static const struct pubkey nobody;
	const struct pool_item *item = &event->item;
	struct lane_entry *lane = lanes_find(&c->lanes, item->chain);
	struct entry *e = pool_known(&c->pool, item);
	enum err err;

	if (effects_reserve(out, 2) != ERR_OK)
		return ERR_NOMEM;
	if (e) {
		reply(out, event->tag, check_known(e, event->last_seq), e, &item->id);
		return ERR_OK;
	}
	err = check(c, lane, event);
	if (err) {
		reply(out, event->tag, err, NULL, &item->id);
		return ERR_OK;
	}
	if (effects_reserve(out, 2 + rivals(c, item)) != ERR_OK ||
	    pool_insert(&c->pool, &e, item, c->next_row, event->last_seq, &lane->ready) != ERR_OK)
		return ERR_NOMEM;
	c->next_row++;
	if (memcmp(from, &nobody, sizeof nobody) != 0)
		admit_foreign(c, e);
	effects_add(out, EFFECT_KEEP_PAYLOAD)->payload =
	    (struct effect_keep_payload){ .row = e->row, .id = item->id, .raw = event->raw };
	pool_oust(&c->pool, out, e);
	reply(out, event->tag, ERR_OK, e, &item->id);
	pool_settle(&c->pool, e);
	offer_serve(c, out, lane);
	return ERR_OK;
}

enum err
admit_pooled(struct consensus *c, const struct event_pooled *event)
{
	struct lane_entry *lane = lanes_find(&c->lanes, event->item.chain);
	struct entry *e;
	enum err err;

	if (!lane || pool_find(&c->pool, &event->item.leaf))
		return ERR_OK;
	err = pool_insert(&c->pool, &e, &event->item, event->row, event->last_seq, &lane->ready);
	if (err)
		return err;
	e->held = event->held;
	err = pool_restore(&c->pool, e, event->sealed_hid);
	if (err) {
		pool_remove(&c->pool, e);
		return err;
	}
	if (c->next_row <= event->row)
		c->next_row = event->row + 1;
	return ERR_OK;
}
