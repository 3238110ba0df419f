#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* The own key speaks through own.c alone: nothing that comes from outside speaks for it. */
static bool
foreign(const struct consensus *c, const struct pubkey *voter)
{
	return memcmp(voter, &c->self, sizeof *voter) != 0;
}

static bool
from_self(const struct event *event)
{
	static const struct pubkey zero;

	return memcmp(&event->from, &zero, sizeof zero) == 0;
}

/* Was this signed in a slot that the record has not, or differently? */
static bool
unknown_to(uint64_t slot, const struct hash *hash, uint64_t own_slot, const struct hash *own)
{
	return slot > own_slot || (slot == own_slot && !hash_equal(hash, own));
}

static bool
is_endorsed(struct effect_alert *out, const struct consensus *c, const struct endorsement *e)
{
	const struct node *node = tree_find(&c->tree, &e->hash);

	if (foreign(c, &e->voter) || !unknown_to(e->slot, &e->hash, c->record.endorse_slot, &c->record.endorsed))
		return false;
	*out = (struct effect_alert){ ALERT_ENDORSEMENT, e->slot, node ? node->brief.hid : 0, false };
	return true;
}

static bool
is_listed(const struct consensus *c, const struct hyper *h)
{
	for (uint32_t i = 0; h->header.slot > c->record.list_slot && i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].lists; k++) {
			if (!foreign(c, &h->cert[i].list[k].voter))
				return true;
		}
	}
	return false;
}

/* By who assembled the block, by an endorsement that it carries, or by a list. */
static bool
shown_in_block(struct effect_alert *out, const struct consensus *c, const struct event_hyper *event)
{
	const struct sign_record *r = &c->record;
	const struct hyper *h = event->hyper;

	*out = (struct effect_alert){ ALERT_HYPER, h->header.slot, h->header.hid, false };
	if (!foreign(c, &h->header.assembler) && unknown_to(h->header.slot, &event->hash, r->candidate_slot, &r->candidate))
		return true;
	for (uint32_t i = 0; i < h->endorsements; i++) {
		if (!is_endorsed(out, c, &h->endorsement[i]))
			continue;
		if (out->hid == 0)
			*out = (struct effect_alert){ ALERT_ENDORSEMENT, out->slot, h->header.hid, true };
		return true;
	}
	out->what = ALERT_LIST;
	out->carried = true;
	return is_listed(c, h);
}

static bool
used_elsewhere(struct effect_alert *out, const struct consensus *c, const struct event *event)
{
	const struct sign_record *r = &c->record;
	struct hash root;

	if (event->type == EVENT_LIST) {
		if (foreign(c, &event->list->voter) || list_root(&root, event->list) != ERR_OK)
			return false;
		root = list_hash(&event->list->network, event->list->slot, &root);
		*out = (struct effect_alert){ .what = ALERT_LIST, .slot = event->list->slot };
		return unknown_to(event->list->slot, &root, r->list_slot, &r->list);
	}
	if (event->type == EVENT_ENDORSEMENT)
		return is_endorsed(out, c, event->endorsement);
	return event->type == EVENT_HYPER && shown_in_block(out, c, &event->hyper);
}

/*
 * para-protocol(7) EVIDENCE: A node that is shown a signature of its own key which its record lacks signs nothing more
 */
static void
beware(struct consensus *c, struct effects *out, const struct event *event)
{
	struct effect_alert alert;

	if (c->genesis->solo || c->silenced || !used_elsewhere(&alert, c, event) || effects_reserve(out, 1) != ERR_OK)
		return;
	c->silenced = true;
	c->round.signing = false;
	effects_add(out, EFFECT_ALERT)->alert = alert;
}

static enum err
handle(struct consensus *c, struct effects *out, const struct event *event)
{
	switch (event->type) {
	case EVENT_POOLED:
		return admit_pooled(c, &event->pooled);
	case EVENT_PAYLOAD:
		return admit_payload(c, out, &event->payload, &event->from);
	case EVENT_SEAL:
		return accept_seal(c, out, &event->seal, &event->from);
	case EVENT_WORK:
		return offer_request(c, out, &event->work);
	case EVENT_EXECUTED:
		return execute_done(c, out, &event->executed);
	case EVENT_LIST:
		return foreign(c, &event->list->voter) ? hear_list(c, event->list) : ERR_OK;
	case EVENT_ENDORSEMENT:
		return foreign(c, &event->endorsement->voter) || from_self(event)
		    ? hear_endorsement(c, out, event->endorsement) : ERR_OK;
	case EVENT_HYPER:
		return c->genesis->solo ? ERR_OK : know_hyper(c, out, &event->hyper, &event->from);
	case EVENT_HAVE:
		return buddy_have(c, out, event->holdings, &event->from);
	case EVENT_WANT:
		return ask_give(c, out, event->holdings, &event->from);
	case EVENT_CLOCK:
		c->clock_off = event->clock_off;
		c->round.signing = c->round.signing && !c->clock_off;
		return ERR_OK;
	case EVENT_FOLLOW:
		return role_follow(c, out, &event->follow);
	case EVENT_TIME:
		break;
	}
	return ERR_OK;
}

/* para-protocol(7) ROUNDS: Objects of the next slot are held back until it begins, in a bounded queue */
static bool
hold_back(struct consensus *c, const struct event *event)
{
	uint64_t slot = later_slot(event);

	if (c->genesis->solo || slot <= c->round.slot)
		return false;
	if (event->type == EVENT_SEAL && from_self(event))
		return false;
	if (slot > c->round.slot + 1)
		return true;
	if (!c->later)
		c->later = calloc(1, sizeof *c->later);
	if (c->later)
		later_keep(c->later, event);
	return true;
}

/* What waited for this slot. Effects lend its bytes, so it lives as long as they do. */
static void
bring_back(struct consensus *c, struct effects *out)
{
	struct event event;

	while (c->later && later_take(&event, c->later, c->round.slot, &out->arena)) {
		size_t before = out->count;
		if (handle(c, out, &event) != ERR_OK)
			out->count = before;
	}
}

enum err
consensus_step(struct consensus *c, struct effects *out, const struct event *event)
{
	size_t before;
	enum err e;

	/* What is restored comes before time: no slot is open yet. */
	if (!c->started && event->type == EVENT_POOLED)
		return admit_pooled(c, &event->pooled);
	/* Only a clock that was wrong goes back; the record keeps a slot from being signed twice. */
	if (event->now_ms > c->now_ms || event->type == EVENT_CLOCK)
		c->now_ms = event->now_ms;
	round_advance(c, out);
	if (!c->started)
		return ERR_NOMEM;
	bring_back(c, out);
	if (hold_back(c, event))
		return ERR_OK;
	beware(c, out, event);
	before = out->count;
	e = handle(c, out, event);
	if (e)
		out->count = before;
	return e;
}
