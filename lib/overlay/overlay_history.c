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

/* Who follows the chain, in turn, so that one that fails is not asked again at once. */
static struct peer *
pick(struct overlay *o, uint32_t chain, uint64_t last)
{
	struct peer *peer, *first = NULL;
	unsigned fit = 0, turn = o->history.turn++;

	for (unsigned at = 0; (peer = peers_next(o->peers, &at));)
		fit += peers_follow(peer, chain) && peer->other.tip.hid >= last;
	for (unsigned at = 0, n = 0; fit && (peer = peers_next(o->peers, &at));) {
		if (peers_follow(peer, chain) && peer->other.tip.hid >= last && n++ == turn % fit)
			first = peer;
	}
	return first;
}

enum err
overlay_history_ask(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct message m = {.type = MESSAGE_GET_BLOCKS, .network = o->network};
	struct peer *peer = pick(o, event->chain, event->hid + event->count - 1);

	if (!peer) {
		enum err e = overlay_follow_seek(o, event->chain);
		return e == ERR_OK ? tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, ERR_UNREACHABLE) : e;
	}
	m.request = o->history.request = HISTORY_REQUEST | ((o->history.turn & 0xffffff) + 1);
	o->history.from = peer->other.key;
	m.blocks = (struct message_blocks){.hid = event->hid, .count = event->count, .hash = event->hash,
	    .what = SEALS_OF, .chains = 1, .chain = &event->chain};
	return peers_say(o->peers, out, peer, &m, o->now_ms);
}

bool
overlay_history_answers(const struct overlay *o, const struct peer *from, const struct message *m)
{
	return m->type != MESSAGE_HEADS && o->history.request != 0 && m->request == o->history.request &&
	    memcmp(&from->other.key, &o->history.from, sizeof o->history.from) == 0;
}

enum err
overlay_history_take(struct overlay *o, struct overlay_effects *out, const struct message *m)
{
	if (m->type == MESSAGE_END)
		return tell(o, out, OVERLAY_HISTORY_END, (struct bytes){0}, ERR_OK);
	return tell(o, out, OVERLAY_HISTORY, m->raw, ERR_OK);
}
