#include "overlay/peers_impl.h"

#include <string.h>

static enum peer_class
class_of(struct bytes raw)
{
	switch (message_peek(raw)) {
	case MESSAGE_FIND_NODE: case MESSAGE_NODES: case MESSAGE_STORE: case MESSAGE_FIND_VALUE: case MESSAGE_VALUE:
		return CLASS_KAD;
	case MESSAGE_GET_HEADS: case MESSAGE_GET_BLOCKS: case MESSAGE_GET_BODY: case MESSAGE_HOLD:
		return CLASS_ASK;
	case MESSAGE_HEADS: case MESSAGE_BLOCK_PART: case MESSAGE_END:
		return CLASS_ANSWER;
	case MESSAGE_HELLO: case MESSAGE_AUTH: case MESSAGE_PING: case MESSAGE_PONG: case MESSAGE_TIP: case MESSAGE_BYE:
	case MESSAGE_FOLLOWS:
		return CLASS_LINK;
	case MESSAGE_AFTER: break;
	}
	return CLASS_OBJECT;
}

static void
take_tip(struct peers *p, struct peer *peer, const struct tip *tip)
{
	if (tip->hid == peer->other.tip.hid && tip->final_hid == peer->other.tip.final_hid
	    && hash_equal(&tip->hash, &peer->other.tip.hash))
		return;
	peer->other.tip = *tip;
	peer->fresh = p->news = true;
}

static enum err
ping(struct peers *p, struct overlay_effects *out, struct peer *peer, enum message_type type, uint64_t nonce,
    uint64_t now_ms)
{
	const struct message m = {.type = type, .network = p->network,
	    .ping = {.nonce = nonce, .clock_ms = peers_clock_now(p, now_ms), .tip = p->self.tip}};
	uint64_t used_ms = peer->used_ms;
	enum err e = peers_say(p, out, peer, &m, now_ms);

	peer->used_ms = used_ms; /* a sign of life is no use */
	return e;
}

enum err
peers_ping(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms)
{
	uint64_t nonce = (peers_draw(p) & ~PEERS_PING_OF_TABLE) | 1;
	enum err e = ping(p, out, peer, MESSAGE_PING, nonce, now_ms);

	if (e != ERR_OK)
		return e;
	peer->ping_nonce = nonce;
	peer->pinged_ms = now_ms;
	return ERR_OK;
}

/* A PONG to a ping that was followed by another is of no use any more. Its news remind those who may have missed some. */
static void
take_pong(struct peers *p, struct peer *peer, const struct message_ping *pong, uint64_t now_ms)
{
	if (!peer->ping_nonce || pong->nonce != peer->ping_nonce)
		return;
	peer->ping_nonce = 0;
	peer->rtt_ms = (uint32_t)(now_ms - peer->pinged_ms);
	peer->clock_ms = (int64_t)(pong->clock_ms + peer->rtt_ms / 2 - peers_clock_now(p, now_ms));
	peer->timed = p->clock_moved = true;
	peer->fresh = p->news = true;
}

static void
take_follows(struct peers *p, struct peer *peer, const struct message_follows *f)
{
	peer->other.role = f->role;
	peer->follows = f->chains;
	memcpy(peer->follow, f->chain, f->chains * sizeof *f->chain);
	peer->fresh = p->news = true;
}

static enum err
take_message(struct peers *p, struct overlay_effects *out, enum peer_word *word, struct peer *peer, struct message *m,
    uint64_t now_ms)
{
	switch (m->type) {
	case MESSAGE_PING:
		take_tip(p, peer, &m->ping.tip);
		return ping(p, out, peer, MESSAGE_PONG, m->ping.nonce, now_ms);
	case MESSAGE_PONG:
		take_tip(p, peer, &m->ping.tip);
		take_pong(p, peer, &m->ping, now_ms);
		*word = m->ping.nonce & PEERS_PING_OF_TABLE ? WORD_MESSAGE : WORD_NONE;
		return ERR_OK;
	case MESSAGE_TIP:
		take_tip(p, peer, &m->tip);
		return ERR_OK;
	case MESSAGE_FOLLOWS:
		take_follows(p, peer, &m->follows);
		return ERR_OK;
	case MESSAGE_BYE:
		peers_doom(p, peer, ERR_UNREACHABLE);
		return ERR_OK;
	case MESSAGE_HELLO: case MESSAGE_AUTH:
		peers_blame(p, peer, PEERS_COST_FORM, ERR_TYPE, now_ms);
		return ERR_OK;
	default:
		*word = WORD_MESSAGE;
		return ERR_OK;
	}
}

static enum err
take_word(struct peers *p, struct overlay_effects *out, enum peer_word *word, struct peer *peer, struct message *m,
    const struct overlay_event *event)
{
	enum err e;

	if (object_peek(event->raw)) {
		e = memcmp(event->raw.data + 2, &p->network, sizeof p->network) == 0 ? ERR_OK : ERR_NETWORK;
		*word = e == ERR_OK ? WORD_OBJECT : WORD_NONE;
	} else {
		e = message_unpack(m, &out->arena, event->raw);
		if (e == ERR_NOMEM)
			return e;
		if (e == ERR_OK && memcmp(&m->network, &p->network, sizeof m->network) != 0)
			e = ERR_NETWORK;
		if (e == ERR_OK)
			return take_message(p, out, word, peer, m, event->now_ms);
	}
	if (e != ERR_OK)
		peers_blame(p, peer, PEERS_COST_FORM, e, event->now_ms);
	return ERR_OK;
}

enum err
peers_heard(struct peers *p, struct overlay_effects *out, enum peer_word *word, struct peer **from,
    struct message *m, const struct overlay_event *event)
{
	struct peer *peer = peers_by_link(p, event->link);

	*word = WORD_NONE;
	*from = peer;
	if (!peer) {
		if (emit_reserve(out, 1) != ERR_OK)
			return ERR_NOMEM;
		emit_add(out, OVERLAY_CLOSE)->link = event->link;
		return ERR_OK;
	}
	if (peer->doomed)
		return ERR_OK;
	peer->in_bytes += event->raw.len;
	if (peer->state != PEER_READY)
		return peers_handshake(p, out, peer, event);
	enum peer_class class = class_of(event->raw);
	if (!bucket_take(&peer->bucket[class], &peers_rate[class], event->raw.len, event->now_ms)) {
		peers_blame(p, peer, PEERS_COST_RATE, ERR_BUSY, event->now_ms);
		return ERR_OK;
	}
	peer->heard_ms = event->now_ms;
	return take_word(p, out, word, peer, m, event);
}
