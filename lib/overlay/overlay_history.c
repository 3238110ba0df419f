#include <string.h>

#include "overlay/overlay_impl.h"

/* Requests for a chain's history carry this bit; those of sync do not, and those for bodies a higher one. */
enum { HISTORY_REQUEST = 1 << 30 };

static enum err
tell(struct overlay *o, struct overlay_effects *out, enum overlay_effect_type type, struct bytes raw, enum err err)
{
	struct overlay_effect *effect;

	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	effect = emit_add(out, type);
	effect->key = o->history.from;
	effect->raw = raw;
	effect->err = err;
	if (type == OVERLAY_HISTORY_END)
		o->history.request = 0;
	return ERR_OK;
}

static bool
fits(const struct peer *peer, uint32_t chain, uint64_t last)
{
	return peer && peers_follow(peer, chain) && peer->other.tip.hid >= last;
}

/* Who gave the last answer as long as it gives any, so that who gives none is waited for once and not in between. */
static struct peer *
pick(struct overlay *o, uint32_t chain, uint64_t last)
{
	struct peer *peer = peers_by_key(o->peers, &o->history.from);
	unsigned fit = 0, n = 0;

	if (!o->history.failed && fits(peer, chain, last))
		return peer;
	for (unsigned at = 0; (peer = peers_next(o->peers, &at));)
		fit += fits(peer, chain, last);
	for (unsigned at = 0; fit && (peer = peers_next(o->peers, &at));) {
		if (fits(peer, chain, last) && n++ == o->history.turn % fit)
			return peer;
	}
	return NULL;
}

/*
 * The next one is asked, and more are looked for: what follows the chain as it says may lack the bodies. Every other look
 * is for full nodes; see overlay_follow.c.
 */
static enum err
turn_away(struct overlay *o)
{
	o->history.failed = true;
	o->history.turn++;
	return overlay_follow_seek(o, o->history.turn % 2 ? o->history.chain : 0);
}

/* The answer that the node has ceased to wait for did not come. */
static enum err
give_up(struct overlay *o)
{
	struct peer *peer = peers_by_key(o->peers, &o->history.from);

	if (o->history.request == 0)
		return ERR_OK;
	if (peer)
		peers_blame(o->peers, peer, PEERS_COST_SLOW, ERR_TIMEOUT, o->now_ms);
	return turn_away(o);
}

enum err
overlay_history_ask(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct message m = {.type = MESSAGE_GET_BLOCKS, .network = o->network};
	enum err e = give_up(o);
	struct peer *peer = pick(o, event->chain, event->hid + event->count - 1);

	o->history.chain = event->chain;
	if (!peer && e == ERR_OK)
		e = turn_away(o);
	if (!peer)
		return e == ERR_OK ? tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, ERR_UNREACHABLE) : e;
	m.request = o->history.request = HISTORY_REQUEST | (++o->history.asks & 0xffffff);
	o->history.from = peer->other.key;
	o->history.failed = o->history.given = false;
	m.blocks = (struct message_blocks){.hid = event->hid, .count = event->count, .hash = event->hash,
	    .what = SEALS_OF, .chains = 1, .chain = &event->chain};
	enum err said = peers_say(o->peers, out, peer, &m, o->now_ms);
	return e == ERR_OK ? said : e;
}

/* Is it the one that gives the history? */
static bool
gives(const struct overlay *o, const struct pubkey *key)
{
	return peers_same_key(key, &o->history.from);
}

enum err
overlay_history_wrong(struct overlay *o, const struct pubkey *key)
{
	return gives(o, key) && !o->history.failed ? turn_away(o) : ERR_OK;
}

enum err
overlay_history_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key)
{
	if (o->history.request == 0 || !gives(o, key))
		return ERR_OK;
	enum err e = turn_away(o), told = tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, ERR_UNREACHABLE);
	return e == ERR_OK ? told : e;
}

bool
overlay_history_answers(const struct overlay *o, const struct peer *from, const struct message *m)
{
	return m->type != MESSAGE_HEADS && o->history.request != 0 && m->request == o->history.request &&
	    gives(o, &from->other.key);
}

/* An end without a body before it: it has none of these blocks. It may have them later. */
enum err
overlay_history_take(struct overlay *o, struct overlay_effects *out, const struct message *m)
{
	enum err e = ERR_OK;

	if (m->type != MESSAGE_END) {
		o->history.given = true;
		return tell(o, out, OVERLAY_HISTORY, m->raw, ERR_OK);
	}
	if (!o->history.given)
		e = turn_away(o);
	enum err told = tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, o->history.given ? ERR_OK : ERR_NOT_FOUND);
	return e == ERR_OK ? told : e;
}
