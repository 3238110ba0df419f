#include "overlay/peers_impl.h"

#include <stdlib.h>
#include <string.h>

enum { CLOSING = 64 };

/* Enough for an honest buddy in a slot with thousands of seals; what this node asked for may come as fast as it can. */
const struct bucket_rate peers_rate[CLASS_OF] = {
	[CLASS_OBJECT] = {4000, 20000, 16 << 20, 32 << 20},
	[CLASS_LINK] = {50, 200, 16384, 65536},
	[CLASS_KAD] = {100, 500, 128 << 10, 512 << 10},
	[CLASS_ASK] = {300, 600, 512 << 10, 2 << 20},
	[CLASS_ANSWER] = {50000, 100000, 256 << 20, 512 << 20},
};

uint64_t
peers_draw(struct peers *p)
{
	uint64_t z = p->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

bool
peers_same_key(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

void
peers_due(struct peers *p, uint64_t at_ms)
{
	if (at_ms < p->due_ms)
		p->due_ms = at_ms;
}

static void
copy_text(char *out, const char *text, size_t room)
{
	size_t len = text ? strlen(text) : 0;

	memset(out, 0, room);
	if (len < room && len > 0)
		memcpy(out, text, len);
}

static void
fill_self(struct peers *p, const struct overlay_config *config)
{
	p->self = (struct message_hello){.role = config->role, .key = *sign_key_public(config->key),
	    .genesis = config->genesis_hash, .offer = config->offer};
	copy_text(p->self.url, config->advertised ? config->advertise[0] : NULL, sizeof p->self.url);
	copy_text(p->self.version, config->version, sizeof p->self.version);
}

static enum err
fill_dials(struct peers *p, const struct overlay_config *config)
{
	struct dial *dial;
	enum err e = ERR_OK;

	p->dials.random = config->seed ^ 0x6469616c73;
	for (unsigned i = 0; e == ERR_OK && i < config->bootstraps; i++)
		e = dials_add(&p->dials, &dial, config->bootstrap[i], NULL, DIAL_BOOTSTRAP);
	for (unsigned i = 0; e == ERR_OK && i < config->saveds; i++)
		e = dials_add(&p->dials, &dial, config->saved[i], NULL, DIAL_SAVED);
	for (unsigned i = 0; i < p->dials.count; i++)
		p->dials.item[i].own = strcmp(p->dials.item[i].url, p->self.url) == 0;
	return e;
}

enum err
peers_new(struct peers **out, const struct overlay_config *config)
{
	struct peers *p = calloc(1, sizeof *p);

	*out = NULL;
	if (!p)
		return ERR_NOMEM;
	p->network = config->network;
	p->key = config->key;
	p->most = config->peers ? config->peers : OVERLAY_PEERS;
	p->wanted = p->most < 8 ? p->most : p->most / 2;
	p->places = p->most + PEERS_HANDSHAKES + DIALS_AT_ONCE + CLOSING;
	p->period_ms = config->period_ms;
	p->random = config->seed;
	p->due_ms = UINT64_MAX;
	p->dial_now = true;
	fill_self(p, config);
	p->link = calloc(p->places, sizeof *p->link);
	if (!p->link || fill_dials(p, config) != ERR_OK) {
		peers_free(p);
		return ERR_NOMEM;
	}
	*out = p;
	return ERR_OK;
}

void
peers_free(struct peers *p)
{
	if (!p)
		return;
	dials_free(&p->dials);
	free(p->link);
	free(p);
}

/* --- who is there --- */

struct peer *
peers_by_link(struct peers *p, uint64_t link)
{
	for (unsigned i = 0; i < p->places; i++) {
		struct peer *peer = &p->link[i];
		if (peer->link == link && peer->state != PEER_NONE && peer->state != PEER_LOST)
			return peer;
	}
	return NULL;
}

struct peer *
peers_next(struct peers *p, unsigned *at)
{
	while (*at < p->places) {
		struct peer *peer = &p->link[(*at)++];
		if (peer->state == PEER_READY && !peer->doomed)
			return peer;
	}
	return NULL;
}

struct peer *
peers_by_key(struct peers *p, const struct pubkey *key)
{
	struct peer *peer;

	for (unsigned at = 0; (peer = peers_next(p, &at));) {
		if (peers_same_key(&peer->other.key, key))
			return peer;
	}
	return NULL;
}

unsigned
peers_count(const struct peers *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->places; i++)
		n += p->link[i].state == PEER_READY && !p->link[i].doomed;
	return n;
}

bool
peers_enough(const struct peers *p)
{
	return peers_count(p) >= p->wanted;
}

const struct tip *
peers_own_tip(const struct peers *p)
{
	return &p->self.tip;
}

/* --- links come and go --- */

void
peers_doom(struct peers *p, struct peer *peer, enum err why)
{
	if (peer->doomed)
		return;
	peer->doomed = true;
	peer->why = why;
	p->doomed++;
}

struct dial *
peers_dial_of(struct peers *p, const struct peer *peer)
{
	return peer->dialled[0] ? dials_by_url(&p->dials, peer->dialled) : NULL;
}

static bool
is_handshaking(const struct peer *peer)
{
	return (peer->state == PEER_HELLO || peer->state == PEER_AUTH) && !peer->doomed;
}

static bool
is_of(const struct peer *peer, const struct address *range)
{
	return memcmp(peer->address.range, range->range, sizeof range->range) == 0;
}

/* Strangers that shake hands from this range. */
static unsigned
crowd_of(const struct peers *p, const struct address *range)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->places; i++)
		n += p->link[i].incoming && is_handshaking(&p->link[i]) && is_of(&p->link[i], range);
	return n;
}

/*
 * The oldest link of strangers that shakes hands makes room: of this range, or when NULL of the range that has most of
 * them, so that a crowd pushes out its own and not the one who comes alone.
 */
static bool
doom_oldest(struct peers *p, const struct address *range)
{
	struct peer *oldest = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < p->places; i++) {
		struct peer *peer = &p->link[i];
		if (!is_handshaking(peer) || !peer->incoming || (range && !is_of(peer, range)))
			continue;
		unsigned crowd = range ? 1 : crowd_of(p, &peer->address);
		if (crowd < most || (crowd == most && peer->since_ms >= oldest->since_ms))
			continue;
		oldest = peer;
		most = crowd;
	}
	if (oldest)
		peers_doom(p, oldest, ERR_BUSY);
	return oldest;
}

static bool
has_room(struct peers *p, const struct address *address)
{
	unsigned in_range = 0, strangers = 0;

	for (unsigned i = 0; i < p->places; i++) {
		const struct peer *peer = &p->link[i];
		if (!peer->incoming || peer->doomed || peer->state == PEER_NONE || peer->state == PEER_LOST)
			continue;
		strangers += is_handshaking(peer);
		in_range += memcmp(peer->address.range, address->range, sizeof address->range) == 0;
	}
	if (in_range >= (address->kind == ADDRESS_PUBLIC ? PEERS_RANGE : PEERS_RANGE_LOCAL))
		return doom_oldest(p, address);
	return strangers < PEERS_HANDSHAKES || doom_oldest(p, NULL);
}

static struct peer *
free_place(struct peers *p)
{
	for (unsigned i = 0; i < p->places; i++) {
		if (p->link[i].state == PEER_NONE)
			return &p->link[i];
	}
	return NULL;
}

static struct message_hello
make_hello(struct peers *p, uint64_t now_ms)
{
	struct message_hello hello = p->self;

	for (size_t i = 0; i < sizeof hello.nonce; i += sizeof(uint64_t)) {
		uint64_t word = peers_draw(p);
		memcpy(hello.nonce + i, &word, sizeof word);
	}
	hello.clock_ms = peers_clock_now(p, now_ms);
	return hello;
}

enum err
peers_opened(struct peers *p, struct overlay_effects *out, const struct overlay_event *event)
{
	const struct address address = address_parse(event->address ? event->address : "");
	struct message m = {.type = MESSAGE_HELLO, .network = p->network, .hello = make_hello(p, event->now_ms)};
	struct bytes raw = emit_pack(out, &m);
	const struct dial *dial = event->incoming ? NULL : dials_by_tag(&p->dials, event->tag);

	if (!raw.data || emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	bool avoided = avoid_has_host(&p->avoid, &address, event->now_ms);
	struct peer *peer = avoided || (event->incoming && !has_room(p, &address)) ? NULL : free_place(p);
	if (!peer) {
		struct overlay_effect *effect = emit_add(out, OVERLAY_CLOSE);
		effect->link = event->link;
		effect->err = avoided ? ERR_PERMISSION : ERR_BUSY;
		if (dial)
			peers_failed(p, event->tag, event->now_ms);
		return ERR_OK;
	}
	*peer = (struct peer){.link = event->link, .state = PEER_HELLO, .incoming = event->incoming, .address = address,
	    .own = m.hello, .since_ms = event->now_ms, .heard_ms = event->now_ms, .used_ms = event->now_ms};
	copy_text(peer->host, event->address, sizeof peer->host);
	copy_text(peer->dialled, dial ? dial->url : NULL, sizeof peer->dialled);
	peers_due(p, event->now_ms + PEERS_HANDSHAKE_MS);
	return peers_send(p, out, peer, raw, event->now_ms);
}

void
peers_failed(struct peers *p, uint64_t tag, uint64_t now_ms)
{
	struct dial *dial = dials_by_tag(&p->dials, tag);

	if (dial)
		dials_failed(&p->dials, dial, now_ms);
	p->dial_now = true;
}

void
peers_closed(struct peers *p, uint64_t link, uint64_t now_ms)
{
	struct peer *peer = peers_by_link(p, link);

	(void)now_ms;
	if (!peer)
		return;
	peers_doom(p, peer, ERR_UNREACHABLE);
	peer->hung_up = true;
}

/* --- what is said --- */

bool
peers_follow(const struct peer *peer, uint32_t chain)
{
	for (unsigned i = 0; i < peer->follows; i++) {
		if (peer->follow[i] == chain)
			return true;
	}
	return chain == 0 || (peer->follows == 0 && peer->other.role != ROLE_LIGHT);
}

enum err
peers_send(struct peers *p, struct overlay_effects *out, struct peer *peer, struct bytes raw, uint64_t now_ms)
{
	(void)p;
	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	struct overlay_effect *effect = emit_add(out, OVERLAY_SEND);
	effect->link = peer->link;
	effect->key = peer->other.key;
	effect->raw = raw;
	peer->out_bytes += raw.len;
	peer->used_ms = now_ms;
	return ERR_OK;
}

enum err
peers_say(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct message *m, uint64_t now_ms)
{
	struct bytes raw = emit_pack(out, m);

	return raw.data ? peers_send(p, out, peer, raw, now_ms) : ERR_NOMEM;
}

void
peers_blame(struct peers *p, struct peer *peer, unsigned cost, enum err why, uint64_t now_ms)
{
	uint64_t won = (now_ms - peer->scored_ms) / PEERS_SCORE_MS;

	peer->scored_ms += won * PEERS_SCORE_MS;
	peer->score = won < PEERS_SCORE - peer->score ? peer->score + (unsigned)won : PEERS_SCORE;
	peer->score -= cost < peer->score ? cost : peer->score;
	if (peer->score > 0 || peer->doomed)
		return;
	avoid_key(&p->avoid, &peer->other.key, now_ms);
	avoid_host(&p->avoid, &peer->address, now_ms);
	peers_doom(p, peer, why);
}

bool
peers_news(struct peers *p, struct peer_news *out)
{
	for (unsigned i = 0; p->news && i < p->places; i++) {
		struct peer *peer = &p->link[i];
		bool ready = peer->state == PEER_READY && !peer->doomed;
		*out = (struct peer_news){.key = peer->other.key, .peer = peer};
		if (ready && !peer->told)
			out->type = NEWS_JOINED;
		else if (ready && peer->fresh)
			out->type = NEWS_TIP;
		else if (peer->state == PEER_LOST)
			out->type = NEWS_GONE;
		else
			continue;
		if (peer->state == PEER_LOST)
			peer->state = PEER_NONE;
		peer->told = true;
		peer->fresh = false;
		return true;
	}
	p->news = false;
	return false;
}
