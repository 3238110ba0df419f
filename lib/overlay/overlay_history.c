#include <string.h>

#include "overlay/overlay_impl.h"

/* Requests for a chain's history carry this bit; those of sync do not, and those for bodies a higher one. */
enum { HISTORY_REQUEST = 1 << 30 };

/*
 * How long who gave nothing yet is waited for while there is another to ask; how long anybody is between two seals; and
 * how long the whole may take, unless it comes at so many bytes a millisecond.
 */
enum { TURN_MS = 2000, SILENCE_MS = 10000, SLOW_MS = 60000, SLOW_RATE = 16 };

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
fits(const struct overlay *o, const struct peer *peer)
{
	return peer && peers_follow(peer, o->history.chain) && peer->other.tip.hid >= o->history.hid + o->history.count - 1;
}

static unsigned
count_fit(const struct overlay *o)
{
	const struct peer *peer;
	unsigned n = 0;

	for (unsigned at = 0; (peer = peers_next(o->peers, &at));)
		n += fits(o, peer);
	return n;
}

/* Who gave the last answer as long as it gives any, so that who gives none is waited for once and not in between. */
static struct peer *
pick(struct overlay *o)
{
	struct peer *peer = peers_by_key(o->peers, &o->history.from);
	unsigned fit = count_fit(o), n = 0;

	if (!o->history.failed && fits(o, peer))
		return peer;
	for (unsigned at = 0; fit && (peer = peers_next(o->peers, &at));) {
		if (fits(o, peer) && n++ == o->history.turn % fit)
			return peer;
	}
	return NULL;
}

static enum err
ask_peer(struct overlay *o, struct overlay_effects *out, struct peer *peer)
{
	struct history *h = &o->history;
	struct message m = {.type = MESSAGE_GET_BLOCKS, .network = o->network};

	m.request = h->request = HISTORY_REQUEST | (++h->asks & 0xffffff);
	h->from = peer->other.key;
	h->failed = h->given = false;
	h->asked_ms = h->moved_ms = o->now_ms;
	h->got = 0;
	h->past[h->asks % HISTORY_PAST] = (struct history_asked){m.request, h->from};
	m.blocks = (struct message_blocks){.hid = h->hid, .count = h->count, .hash = h->hash, .what = SEALS_OF, .chains = 1,
	    .chain = &h->chain};
	return peers_say(o->peers, out, peer, &m, o->now_ms);
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

/* Of one that gave nothing the node need not hear, as long as there are others that were not asked for this. */
static enum err
fail(struct overlay *o, struct overlay_effects *out, enum err why)
{
	bool others = !o->history.given && ++o->history.tried < count_fit(o);
	enum err e = turn_away(o);
	struct peer *peer = others ? pick(o) : NULL;
	enum err next = peer ? ask_peer(o, out, peer) : tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, why);

	return e == ERR_OK ? next : e;
}

static void
blame(struct overlay *o, unsigned cost, enum err why)
{
	struct peer *peer = peers_by_key(o->peers, &o->history.from);

	if (peer)
		peers_blame(o->peers, peer, cost, why, o->now_ms);
}

enum err
overlay_history_ask(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct history *h = &o->history;
	enum err e = ERR_OK;

	/* The answer that the node has ceased to wait for did not come. */
	if (h->request != 0) {
		blame(o, PEERS_COST_SLOW, ERR_TIMEOUT);
		e = turn_away(o);
	}
	h->chain = event->chain;
	h->hid = event->hid;
	h->count = event->count;
	h->hash = event->hash;
	h->tried = 0;
	struct peer *peer = pick(o);
	h->given = false;
	enum err asked = peer ? ask_peer(o, out, peer) : fail(o, out, ERR_UNREACHABLE);
	return e == ERR_OK ? asked : e;
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
	return o->history.request != 0 && gives(o, key) ? fail(o, out, ERR_UNREACHABLE) : ERR_OK;
}

uint64_t
overlay_history_ms(const struct overlay *o)
{
	const struct history *h = &o->history;
	uint64_t needs = h->got / SLOW_RATE, slow = h->asked_ms + (needs > SLOW_MS ? needs : SLOW_MS), silent;

	if (h->request == 0)
		return UINT64_MAX;
	silent = h->moved_ms + (h->given || h->tried + 1 >= count_fit(o) ? SILENCE_MS : TURN_MS);
	return silent < slow ? silent : slow;
}

enum err
overlay_history_time(struct overlay *o, struct overlay_effects *out)
{
	if (o->now_ms < overlay_history_ms(o))
		return ERR_OK;
	blame(o, PEERS_COST_SLOW, ERR_TIMEOUT);
	return fail(o, out, ERR_TIMEOUT);
}

bool
overlay_history_answers(const struct overlay *o, const struct peer *from, const struct message *m)
{
	if (m->type == MESSAGE_HEADS)
		return false;
	for (unsigned i = 0; i < HISTORY_PAST; i++) {
		const struct history_asked *asked = &o->history.past[i];
		if (asked->request != 0 && asked->request == m->request && peers_same_key(&asked->key, &from->other.key))
			return true;
	}
	return false;
}

enum err
overlay_history_take(struct overlay *o, struct overlay_effects *out, const struct message *m)
{
	/* It comes too late: another one is asked, or nobody. */
	if (m->request != o->history.request)
		return ERR_OK;
	o->history.moved_ms = o->now_ms;
	if (m->type != MESSAGE_END) {
		o->history.given = true;
		o->history.got += m->raw.len;
		if (o->history.got > OVERLAY_HISTORY_BYTES) {
			blame(o, PEERS_COST_WRONG, ERR_TOO_LONG);
			return fail(o, out, ERR_TOO_LONG);
		}
		return tell(o, out, OVERLAY_HISTORY, m->raw, ERR_OK);
	}
	/* An end without a body before it: it has none of these blocks, or no time now. It may have them later. */
	return o->history.given ? tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, ERR_OK) : fail(o, out, ERR_NOT_FOUND);
}
