#include "overlay/peers_impl.h"

#include <string.h>

/* Room for it is reserved. */
static enum err
note(struct overlay_effects *out, enum overlay_note what, const struct peer *peer, enum err err)
{
	const char *address = emit_text(out, peer->host);
	struct overlay_effect *effect = address ? emit_add(out, OVERLAY_NOTE) : NULL;

	if (!effect)
		return ERR_NOMEM;
	effect->note = what;
	effect->link = peer->link;
	effect->key = peer->other.key;
	effect->url = address;
	effect->err = err;
	return ERR_OK;
}

/* Says why, in words, and ends it. */
static enum err
refuse(struct peers *p, struct overlay_effects *out, struct peer *peer, const char *words, enum err why, uint64_t now_ms)
{
	struct message m = {.type = MESSAGE_BYE, .network = p->network};

	memcpy(m.bye, words, strlen(words));
	peers_doom(p, peer, why);
	if (emit_reserve(out, 2) != ERR_OK || peers_say(p, out, peer, &m, now_ms) != ERR_OK)
		return ERR_NOMEM;
	return note(out, NOTE_REFUSED, peer, why);
}

static enum err
send_auth(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms)
{
	struct hash hash = message_auth_hash(&peer->own, &peer->other, !peer->incoming);
	const struct message m = {.type = MESSAGE_AUTH, .network = p->network, .auth = sign_make(p->key, &hash)};

	return peers_say(p, out, peer, &m, now_ms);
}

/* Where this node reaches itself it need not dial again. */
static void
forget_own(struct peers *p, struct peer *peer)
{
	struct dial *dial = peers_dial_of(p, peer);

	if (dial)
		dial->own = true;
	peers_doom(p, peer, ERR_DUPLICATE);
}

static enum err
take_hello(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct message *m, uint64_t now_ms)
{
	peer->other = m->hello;
	if (memcmp(&m->network, &p->network, sizeof m->network) != 0
	    || !hash_equal(&m->hello.genesis, &p->self.genesis))
		return refuse(p, out, peer, "another network", ERR_NETWORK, now_ms);
	if (peers_same_key(&m->hello.key, &p->self.key)) {
		forget_own(p, peer);
		return ERR_OK;
	}
	if (avoid_has_key(&p->avoid, &m->hello.key, now_ms)) {
		peers_doom(p, peer, ERR_PERMISSION);
		return ERR_OK;
	}
	enum err e = send_auth(p, out, peer, now_ms);
	if (e != ERR_OK)
		return e;
	address_reachable(peer->url, sizeof peer->url, m->hello.url, peer->host);
	peer->clock_ms = (int64_t)(m->hello.clock_ms - peers_clock_now(p, now_ms));
	peer->session = message_auth_hash(peer->incoming ? &peer->other : &peer->own,
	    peer->incoming ? &peer->own : &peer->other, true);
	peer->state = PEER_AUTH;
	return ERR_OK;
}

/* Whether the later one, of two links with one node, is the one that stays. */
static bool
is_kept(const struct peers *p, const struct peer *later, const struct peer *earlier)
{
	bool own_is_lower = memcmp(p->self.key.b, later->other.key.b, sizeof p->self.key.b) < 0;

	if (later->since_ms >= earlier->since_ms + PEERS_HANDSHAKE_MS)
		return true;
	if (later->incoming == earlier->incoming)
		return hash_compare(&later->session, &earlier->session) < 0;
	return later->incoming != own_is_lower;
}

/* When all places are taken: the youngest incoming peer, or for a dial of ours the own one of least use. */
static struct peer *
who_gives_way(struct peers *p, const struct peer *newcomer, uint64_t now_ms)
{
	struct peer *incoming = NULL, *idle = NULL, *peer;

	for (unsigned at = 0; (peer = peers_next(p, &at));) {
		if (now_ms < peer->since_ms + PEERS_YOUNG_MS)
			continue;
		if (peer->incoming && (!incoming || peer->since_ms > incoming->since_ms))
			incoming = peer;
		if (!peer->incoming && (!idle || peer->used_ms < idle->used_ms))
			idle = peer;
	}
	return incoming || newcomer->incoming ? incoming : idle;
}

static enum err
tell_admitted(struct peers *p, struct overlay_effects *out, struct peer *peer)
{
	const char *url = peer->dialled[0] ? emit_text(out, peer->dialled) : NULL;

	if (emit_reserve(out, 2) != ERR_OK || (peer->dialled[0] && !url))
		return ERR_NOMEM;
	if (!peer->told && note(out, NOTE_PEER, peer, ERR_OK) != ERR_OK)
		return ERR_NOMEM;
	if (url) {
		struct overlay_effect *save = emit_add(out, OVERLAY_SAVE);
		save->url = url;
		save->key = peer->other.key;
	}
	p->news = p->dial_now = true;
	return ERR_OK;
}

static void
become_ready(struct peers *p, struct peer *peer, uint64_t now_ms)
{
	struct dial *dial = peers_dial_of(p, peer);

	if (dial)
		dials_met(&p->dials, dial, &peer->other.key, now_ms);
	peer->state = PEER_READY;
	peer->score = PEERS_SCORE;
	peer->scored_ms = peer->heard_ms = now_ms;
	for (int class = 0; class < CLASS_OF; class++)
		peer->bucket[class] = bucket_full(&peers_rate[class], now_ms);
	peer->ping_ms = now_ms;
	peers_due(p, now_ms);
}

static enum err
admit(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms)
{
	struct peer *rival = peers_by_key(p, &peer->other.key), *leaving = rival;
	bool later = rival && rival->since_ms <= peer->since_ms;

	if (rival && is_kept(p, later ? peer : rival, later ? rival : peer) != later) {
		struct dial *dial = peers_dial_of(p, peer);
		if (dial)
			dials_met(&p->dials, dial, &peer->other.key, now_ms);
		peers_doom(p, peer, ERR_DUPLICATE);
		return ERR_OK;
	}
	if (!rival && peers_count(p) >= p->most) {
		leaving = who_gives_way(p, peer, now_ms);
		if (!leaving)
			return refuse(p, out, peer, "no room", ERR_BUSY, now_ms);
	}
	peer->told = rival && rival->told;
	peer->fresh = true;
	enum err e = tell_admitted(p, out, peer);
	if (e != ERR_OK)
		return e;
	if (leaving)
		peers_doom(p, leaving, rival ? ERR_DUPLICATE : ERR_BUSY);
	become_ready(p, peer, now_ms);
	return ERR_OK;
}

static enum err
take_auth(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct message *m, uint64_t now_ms)
{
	struct hash hash = message_auth_hash(&peer->other, &peer->own, peer->incoming);

	if (memcmp(&m->network, &p->network, sizeof m->network) != 0
	    || !sign_verify(&peer->other.key, &hash, &m->auth)) {
		peers_doom(p, peer, ERR_SIGNATURE);
		return ERR_OK;
	}
	return admit(p, out, peer, now_ms);
}

/* The other side refuses. */
static enum err
take_bye(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct message *m)
{
	enum err why = strcmp(m->bye, "another network") == 0 ? ERR_NETWORK : ERR_BUSY;

	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	peers_doom(p, peer, why);
	return note(out, NOTE_REFUSES, peer, why);
}

enum err
peers_handshake(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct overlay_event *event)
{
	struct message m;
	enum err e = event->raw.len > PEERS_HANDSHAKE_BYTES ? ERR_TOO_LONG
	    : message_unpack(&m, &out->arena, event->raw);

	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_VERSION)
		return refuse(p, out, peer, "another version", e, event->now_ms);
	if (e == ERR_OK && m.type == MESSAGE_HELLO && peer->state == PEER_HELLO)
		return take_hello(p, out, peer, &m, event->now_ms);
	if (e == ERR_OK && m.type == MESSAGE_AUTH && peer->state == PEER_AUTH)
		return take_auth(p, out, peer, &m, event->now_ms);
	if (e == ERR_OK && m.type == MESSAGE_BYE)
		return take_bye(p, out, peer, &m);
	peers_doom(p, peer, e == ERR_OK ? ERR_TYPE : e);
	return ERR_OK;
}
