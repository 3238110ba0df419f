#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* The own key speaks through own.c alone: nothing that comes from outside speaks for it. */
static bool
foreign(const struct consensus *c, const struct pubkey *voter)
{
	return memcmp(voter, &c->self, sizeof *voter) != 0;
}

static enum err
handle(struct consensus *c, struct effects *out, const struct event *event)
{
	switch (event->type) {
	case EVENT_POOLED:
		return admit_pooled(c, &event->pooled);
	case EVENT_PAYLOAD:
		return admit_payload(c, out, &event->payload);
	case EVENT_SEAL:
		return accept_seal(c, out, &event->seal, &event->from);
	case EVENT_WORK:
		return offer_request(c, out, &event->work);
	case EVENT_EXECUTED:
		return execute_done(c, out, &event->executed);
	case EVENT_LIST:
		return foreign(c, &event->list->voter) ? hear_list(c, event->list) : ERR_OK;
	case EVENT_ENDORSEMENT:
		return foreign(c, &event->endorsement->voter) ? hear_endorsement(c, out, event->endorsement) : ERR_OK;
	case EVENT_HYPER:
		return c->genesis->solo ? ERR_OK : know_hyper(c, out, &event->hyper, &event->from);
	case EVENT_HAVE:
		return buddy_have(c, out, event->holdings, &event->from);
	case EVENT_WANT:
		return ask_give(c, out, event->holdings, &event->from);
	case EVENT_TIME:
		break;
	}
	return ERR_OK;
}

enum err
consensus_step(struct consensus *c, struct effects *out, const struct event *event)
{
	size_t before;
	enum err e;

	/* What is restored comes before time: no slot is open yet. */
	if (!c->started && event->type == EVENT_POOLED)
		return admit_pooled(c, &event->pooled);
	if (event->now_ms > c->now_ms)
		c->now_ms = event->now_ms;
	round_advance(c, out);
	if (!c->started)
		return ERR_NOMEM;
	before = out->count;
	e = handle(c, out, event);
	if (e)
		out->count = before;
	return e;
}
