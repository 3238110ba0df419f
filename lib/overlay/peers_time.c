#include "overlay/peers_impl.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 100, TIP_MS = 50, PING_LEAST_MS = 1000, CLOCKS = 1024, STEP_MS = 5 };

static uint64_t
ping_interval(const struct peers *p)
{
	uint64_t ms = p->period_ms < PEERS_PING_MS ? p->period_ms : PEERS_PING_MS;

	return ms > PING_LEAST_MS ? ms : PING_LEAST_MS;
}

static enum err
look_after(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms)
{
	enum err e = ERR_OK;

	if (peer->state != PEER_READY) {
		if (now_ms >= peer->since_ms + PEERS_HANDSHAKE_MS)
			peers_doom(p, peer, ERR_TIMEOUT);
		else
			peers_due(p, peer->since_ms + PEERS_HANDSHAKE_MS);
		return ERR_OK;
	}
	if (now_ms >= peer->heard_ms + PEERS_SILENT_MS) {
		peers_doom(p, peer, ERR_TIMEOUT);
		return ERR_OK;
	}
	if (now_ms >= peer->ping_ms) {
		e = peers_ping(p, out, peer, now_ms);
		peer->ping_ms = now_ms + (e == ERR_OK ? ping_interval(p) : AGAIN_MS);
	}
	peers_due(p, peer->ping_ms);
	peers_due(p, peer->heard_ms + PEERS_SILENT_MS);
	return e;
}

/* --- the own tip --- */

static enum err
tell_tip(struct peers *p, struct overlay_effects *out, uint64_t now_ms)
{
	const struct message m = {.type = MESSAGE_TIP, .network = p->network, .tip = p->self.tip};
	struct peer *peer;

	/* Who comes later is told in the hello. */
	p->tip_new = p->tip_new && peers_count(p) > 0;
	if (p->tip_new && now_ms < p->tip_ms)
		peers_due(p, p->tip_ms);
	if (!p->tip_new || now_ms < p->tip_ms)
		return ERR_OK;
	/* para-protocol(7) OVERLAY: Its tip a node tells 20 times a second at most. */
	p->tip_ms = now_ms + TIP_MS;
	struct bytes raw = emit_pack(out, &m);
	if (!raw.data) {
		peers_due(p, p->tip_ms);
		return ERR_NOMEM;
	}
	p->tip_new = false;
	for (unsigned at = 0; (peer = peers_next(p, &at));) {
		if (peers_send(p, out, peer, raw, now_ms) != ERR_OK)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

void
peers_role(struct peers *p, enum role role)
{
	p->self.role = role;
}

enum err
peers_tip(struct peers *p, struct overlay_effects *out, const struct tip *tip, uint64_t now_ms)
{
	p->self.tip = *tip;
	p->tip_new = true;
	return tell_tip(p, out, now_ms);
}

enum err
peers_time(struct peers *p, struct overlay_effects *out, uint64_t now_ms)
{
	enum err first = ERR_OK;

	p->now_ms = now_ms;
	if (now_ms >= p->dial_ms)
		dials_expire(&p->dials, now_ms);
	if (now_ms < p->due_ms)
		return ERR_OK;
	p->due_ms = UINT64_MAX;
	first = tell_tip(p, out, now_ms);
	for (unsigned i = 0; i < p->places; i++) {
		struct peer *peer = &p->link[i];
		if (peer->state == PEER_NONE || peer->state == PEER_LOST || peer->doomed)
			continue;
		enum err e = look_after(p, out, peer, now_ms);
		first = first == ERR_OK ? e : first;
	}
	return first;
}

/* --- dials --- */

static bool
is_connected(const void *arg, const struct pubkey *key)
{
	/* Only read: peers_by_key hands out what may be changed. */
	const struct peers *p = arg;

	for (unsigned i = 0; i < p->places; i++) {
		const struct peer *peer = &p->link[i];
		if (peer->state == PEER_READY && !peer->doomed && peers_same_key(&peer->other.key, key))
			return true;
	}
	return false;
}

enum err
peers_found(struct peers *p, const char *url, const struct pubkey *key)
{
	struct dial *dial;

	if (peers_same_key(key, &p->self.key) || strcmp(url, p->self.url) == 0)
		return ERR_OK;
	p->dial_now = true;
	return dials_add(&p->dials, &dial, url, key, DIAL_FOUND);
}

static void
want(struct peers *p, struct dial *dial, uint64_t now_ms)
{
	dial->wanted_ms = now_ms + DIALS_WANTED_MS;
	p->dial_now = true;
}

enum err
peers_wanted(struct peers *p, const char *url, const struct pubkey *key, uint64_t now_ms)
{
	struct dial *dial;
	enum err e = dials_add(&p->dials, &dial, url, key, DIAL_FOUND);

	if (e == ERR_OK && dial && strcmp(url, p->self.url) != 0)
		want(p, dial, now_ms);
	return e;
}

bool
peers_wanted_key(struct peers *p, const struct pubkey *key, uint64_t now_ms)
{
	struct dial *dial = dials_by_key(&p->dials, key);

	if (dial)
		want(p, dial, now_ms);
	return dial && dial->failures == 0;
}

static enum err
dial_some(struct peers *p, struct overlay_effects *out, uint64_t now_ms)
{
	struct dials_peers there = {.peers = peers_count(p), .wanted = p->wanted, .connected = is_connected, .arg = p};
	struct dial *dial;

	while ((dial = dials_next(&p->dials, &p->dial_ms, &there, now_ms))) {
		if (dial->keyed && avoid_has_key(&p->avoid, &dial->key, now_ms)) {
			dial->next_ms = now_ms + DIALS_PAUSE_MS;
			continue;
		}
		const char *url = emit_text(out, dial->url);
		if (!url || emit_reserve(out, 1) != ERR_OK)
			return ERR_NOMEM;
		struct overlay_effect *effect = emit_add(out, OVERLAY_DIAL);
		effect->url = url;
		effect->tag = dials_begin(&p->dials, dial, now_ms);
	}
	p->dial_now = false;
	return ERR_OK;
}

/* --- the end of a step --- */

static void
settle_dial(struct peers *p, const struct peer *peer, uint64_t now_ms)
{
	struct dial *dial = peers_dial_of(p, peer);

	if (!dial || dial->own)
		return;
	if (peer->state == PEER_READY || peer->why == ERR_DUPLICATE || is_connected(p, &peer->other.key))
		dials_met(&p->dials, dial, &peer->other.key, now_ms);
	else
		dials_failed(&p->dials, dial, now_ms);
	/* Another network does not become ours by asking again; the entry may be gone, then this is nobody's. */
	dial = peers_dial_of(p, peer);
	if (dial && (peer->why == ERR_NETWORK || peer->why == ERR_PERMISSION))
		dial->next_ms = now_ms + AVOID_MS;
}

static enum err
close_one(struct peers *p, struct overlay_effects *out, struct peer *peer, uint64_t now_ms)
{
	bool replaced = is_connected(p, &peer->other.key), ready = peer->state == PEER_READY;

	if (emit_reserve(out, 2) != ERR_OK)
		return ERR_NOMEM;
	if (!peer->hung_up) {
		struct overlay_effect *effect = emit_add(out, OVERLAY_CLOSE);
		effect->link = peer->link;
		effect->key = peer->other.key;
		effect->err = peer->why;
	}
	if (ready && !replaced) {
		struct overlay_effect *effect = emit_add(out, OVERLAY_NOTE);
		effect->note = NOTE_GONE;
		effect->link = peer->link;
		effect->key = peer->other.key;
		effect->err = peer->why;
	}
	settle_dial(p, peer, now_ms);
	peer->state = ready && !replaced && peer->told ? PEER_LOST : PEER_NONE;
	peer->doomed = false;
	p->doomed--;
	p->news = p->dial_now = p->clock_moved = true;
	return ERR_OK;
}

static enum err
tell_clock(struct peers *p, struct overlay_effects *out)
{
	bool off;
	int64_t ahead = peers_clock(p, &off);

	if (off == p->clock_off) {
		p->clock_moved = false;
		return ERR_OK;
	}
	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	struct overlay_effect *effect = emit_add(out, OVERLAY_NOTE);
	effect->note = NOTE_CLOCK;
	effect->ms = ahead;
	effect->err = off ? ERR_LATE : ERR_OK;
	p->clock_off = off;
	p->clock_moved = false;
	return ERR_OK;
}

enum err
peers_settle(struct peers *p, struct overlay_effects *out, uint64_t now_ms)
{
	enum err e = ERR_OK;

	p->now_ms = now_ms;
	for (unsigned i = 0; p->doomed && e == ERR_OK && i < p->places; i++) {
		if (p->link[i].doomed)
			e = close_one(p, out, &p->link[i], now_ms);
	}
	if (e == ERR_OK && p->clock_moved)
		e = tell_clock(p, out);
	if (e == ERR_OK && (p->dial_now || now_ms >= p->dial_ms))
		e = dial_some(p, out, now_ms);
	return e;
}

uint64_t
peers_deadline_ms(const struct peers *p)
{
	if (p->doomed || p->dial_now || p->clock_moved)
		return p->now_ms + AGAIN_MS; /* memory ran out */
	return p->due_ms < p->dial_ms ? p->due_ms : p->dial_ms;
}

/* --- clock --- */

void
peers_wall(struct peers *p, int64_t ahead_ms)
{
	int64_t stepped = ahead_ms - p->ahead_ms;

	if (stepped > -STEP_MS && stepped < STEP_MS)
		return;
	for (unsigned i = 0; i < p->places; i++)
		p->link[i].clock_ms -= stepped;
	p->ahead_ms = ahead_ms;
	p->clock_moved = true;
}

uint64_t
peers_clock_now(const struct peers *p, uint64_t now_ms)
{
	return now_ms + (uint64_t)p->ahead_ms;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of two in the middle the one nearer to zero. */
static int64_t
median(int64_t *value, unsigned n)
{
	if (n == 0)
		return 0;
	qsort(value, n, sizeof *value, by_value);
	int64_t low = value[(n - 1) / 2], high = value[n / 2];
	return (low < 0 ? -low : low) < (high < 0 ? -high : high) ? low : high;
}

/* What is left of the offset when the way took all of its time in one direction. */
static int64_t
surely(int64_t offset, uint32_t rtt_ms)
{
	int64_t doubt = rtt_ms / 2;

	if (offset < 0)
		return offset + doubt < 0 ? offset + doubt : 0;
	return offset - doubt > 0 ? offset - doubt : 0;
}

int64_t
peers_clock(const struct peers *p, bool *off)
{
	int64_t all[CLOCKS], sure[CLOCKS];
	unsigned n = 0;

	for (unsigned i = 0; i < p->places && n < CLOCKS - 1; i++) {
		const struct peer *peer = &p->link[i];
		if (peer->state != PEER_READY || peer->doomed || !peer->timed)
			continue;
		all[n] = peer->clock_ms;
		sure[n++] = surely(peer->clock_ms, peer->rtt_ms);
	}
	/* Two peers cannot outvote each other: the own clock is the third. */
	if (n == 2) {
		all[n] = 0;
		sure[n++] = 0;
	}
	int64_t sure_ms = median(sure, n);
	*off = (uint64_t)(sure_ms < 0 ? -sure_ms : sure_ms) > p->period_ms / 8;
	return -median(all, n);
}
