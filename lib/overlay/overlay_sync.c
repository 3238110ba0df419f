#include "overlay/overlay_impl.h"

static enum err
ask_peer(struct overlay *o, struct overlay_effects *out, const struct space_action *a)
{
	struct peer *peer = peers_by_key(o->peers, &a->key);
	struct message m = {.network = o->network, .request = a->request};

	if (a->type == SPACE_ASK_HEADS) {
		m.type = MESSAGE_GET_HEADS;
		m.locator = (struct message_locator){.count = a->locators, .most = OVERLAY_HEADS, .hash = a->locator,
		    .hid = a->locator_hid};
	} else {
		m.type = MESSAGE_GET_BLOCKS;
		m.blocks = (struct message_blocks){.hid = a->hid, .count = a->count, .hash = a->hash,
		    .what = a->chains > 0 ? BLOCKS_OF : BLOCKS_ALL, .chains = a->chains, .chain = a->chain};
	}
	return peer ? peers_say(o->peers, out, peer, &m, o->now_ms) : ERR_OK;
}

static enum err
tell(struct overlay_effects *out, const struct space_action *a)
{
	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	struct overlay_effect *effect = emit_add(out, a->type == SPACE_OBJECT ? OVERLAY_SYNC_OBJECT
	    : a->type == SPACE_END ? OVERLAY_SYNC_END : OVERLAY_NOTE);
	effect->note = a->type == SPACE_PARTED ? NOTE_PARTED : a->type == SPACE_STARTED ? NOTE_SYNC : NOTE_SYNCED;
	effect->key = a->key;
	effect->hid = a->hid;
	effect->raw = a->raw;
	effect->err = a->err;
	return ERR_OK;
}

/* A peer that was slow may be so for good reasons. Whether there are others to ask is looked at. */
static void
blame(struct overlay *o, const struct space_action *a)
{
	struct peer *peer = peers_by_key(o->peers, &a->key);

	overlay_follow_soon(o);
	if (peer)
		peers_blame(o->peers, peer, a->err == ERR_TIMEOUT ? PEERS_COST_SLOW : PEERS_COST_WRONG, a->err, o->now_ms);
}

/* Does what sync asks for, whatever e says, and returns e or the error of doing it. */
static enum err
act(struct overlay *o, struct overlay_effects *out, const struct space_actions *actions, enum err e)
{
	for (size_t i = 0; i < actions->count; i++) {
		const struct space_action *a = &actions->item[i];
		enum err now = ERR_OK;
		if (a->type == SPACE_ASK_HEADS || a->type == SPACE_ASK_BLOCKS)
			now = ask_peer(o, out, a);
		else if (a->type == SPACE_BLAME)
			blame(o, a);
		else
			now = tell(out, a);
		e = e == ERR_OK ? now : e;
	}
	return e;
}

enum err
overlay_sync_tip(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	const struct space_own own = {.tip = event->tip, .locator = event->locator, .locator_hid = event->locator_hid,
	    .locator_work = event->locator_work, .locators = event->locators};
	struct space_actions actions = {.arena = &out->arena};
	enum err e = space_own(o->space, &actions, &own, o->now_ms);

	e = act(o, out, &actions, e);
	return e == ERR_OK ? peers_tip(o->peers, out, &event->tip, o->now_ms) : e;
}

enum err
overlay_sync_synced(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct space_actions actions = {.arena = &out->arena};
	enum err e = space_synced(o->space, &actions, event->hid, event->err, o->now_ms);

	return act(o, out, &actions, e);
}

enum err
overlay_sync_follow(struct overlay *o, struct overlay_effects *out)
{
	struct space_actions actions = {.arena = &out->arena};
	const struct following *f = &o->following;

	return act(o, out, &actions, space_follow(o->space, &actions, f->chain, f->chains, o->now_ms));
}

enum err
overlay_sync_peer(struct overlay *o, struct overlay_effects *out, const struct peer *peer)
{
	struct space_actions actions = {.arena = &out->arena};
	const struct message_hello *h = &peer->other;

	return act(o, out, &actions,
	    space_peer(o->space, &actions, &h->key, overlay_follow_gives(o, peer), &h->tip, o->now_ms));
}

enum err
overlay_sync_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key)
{
	struct space_actions actions = {.arena = &out->arena};

	return act(o, out, &actions, space_gone(o->space, &actions, key, o->now_ms));
}

enum err
overlay_sync_time(struct overlay *o, struct overlay_effects *out)
{
	struct space_actions actions = {.arena = &out->arena};

	if (o->now_ms < space_deadline_ms(o->space, o->now_ms))
		return ERR_OK;
	return act(o, out, &actions, space_time(o->space, &actions, o->now_ms));
}

static enum err
take_asked(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	const struct message none = {.type = MESSAGE_END, .network = o->network, .request = m->request};
	bool heads = m->type == MESSAGE_GET_HEADS;

	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	enum err e = space_asked(o->space, &from->other.key, heads ? 0 : m->blocks.count, o->now_ms);
	if (e != ERR_OK) {
		if (e != ERR_NOMEM)
			peers_blame(o->peers, from, e == ERR_BUSY ? PEERS_COST_RATE : PEERS_COST_FORM, e, o->now_ms);
		/* Who fetches a history beside its sync may ask for too much at once: it is not to wait for nothing. */
		if (e == ERR_BUSY && !heads && m->blocks.what == SEALS_OF)
			return peers_say(o->peers, out, from, &none, o->now_ms);
		return e == ERR_NOMEM ? e : ERR_OK;
	}
	struct overlay_effect *effect = emit_add(out, heads ? OVERLAY_ASKED_HEADS : OVERLAY_ASKED_BLOCKS);
	effect->link = from->link;
	effect->key = from->other.key;
	effect->request = m->request;
	if (heads) {
		effect->count = m->locator.most;
		effect->locator = m->locator.hash;
		effect->locator_hid = m->locator.hid;
		effect->locators = m->locator.count;
	} else {
		effect->hid = m->blocks.hid;
		effect->count = m->blocks.count;
		effect->hash = m->blocks.hash;
		effect->chain = m->blocks.chain;
		effect->chains = m->blocks.chains;
		effect->bare = m->blocks.what == SEALS_OF;
	}
	return ERR_OK;
}

static enum err
take_part(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	struct space_actions actions = {.arena = &out->arena};
	const struct pubkey *key = &from->other.key;
	enum err e;

	if (m->type == MESSAGE_HEADS)
		e = space_heads(o->space, &actions, key, m->request, m->raw, o->now_ms);
	else if (m->type == MESSAGE_BLOCK_PART)
		e = space_part(o->space, &actions, key, m->request, m->raw, o->now_ms);
	else
		e = space_end(o->space, &actions, key, m->request, o->now_ms);
	return act(o, out, &actions, e);
}

enum err
overlay_sync_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	switch (m->type) {
	case MESSAGE_GET_HEADS: case MESSAGE_GET_BLOCKS: return take_asked(o, out, from, m);
	case MESSAGE_HEADS: case MESSAGE_BLOCK_PART: case MESSAGE_END:
		return overlay_history_answers(o, from, m) ? overlay_history_take(o, out, m) : take_part(o, out, from, m);
	default: return ERR_OK;
	}
}
