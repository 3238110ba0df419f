#include <string.h>

#include "chain/seal.h"
#include "overlay/overlay_impl.h"

enum { RELAYS = 2 };

/* Payloads and seals name their chain right after the head of every object. */
static bool
follows_it(const struct peer *peer, struct bytes raw)
{
	struct reader r = wire_reader((struct bytes){raw.data + OBJECT_HEAD, raw.len - OBJECT_HEAD});
	uint32_t chain = wire_get_u32(&r);

	return r.err == ERR_OK && peers_follow(peer, chain);
}

enum err
overlay_send(struct overlay *o, struct overlay_effects *out, struct peer *peer, struct bytes raw)
{
	/* para-protocol(7) OVERLAY: To who does not follow a chain its seals go as their heads. */
	if (object_peek(raw) == OBJECT_SEAL && raw.len > SEAL_HEAD && !follows_it(peer, raw))
		raw.len = SEAL_HEAD;
	if (!pace_may_send(&peer->pace, raw, o->period_ms, o->now_ms))
		return ERR_OK;
	return peers_send(o->peers, out, peer, raw, o->now_ms);
}

enum err
overlay_publish(struct overlay *o, struct overlay_effects *out, const struct pubkey *to, struct bytes raw)
{
	static const struct pubkey all;
	struct peer *peer;
	enum err e = ERR_OK;

	if (!peers_same_key(to, &all)) {
		peer = peers_by_key(o->peers, to);
		return peer ? overlay_send(o, out, peer, raw) : overlay_wait(o, to, raw);
	}
	for (unsigned at = 0; e == ERR_OK && (peer = peers_next(o->peers, &at));)
		e = overlay_send(o, out, peer, raw);
	return e;
}

/* para-protocol(7) OVERLAY: Payloads go only to who follows their chain */
enum err
overlay_relay(struct overlay *o, struct overlay_effects *out, const struct pubkey *from, struct bytes raw)
{
	static const struct pubkey nobody;
	unsigned count = peers_count(o->peers), told = 0, at = 0;
	unsigned most = peers_same_key(from, &nobody) ? count : RELAYS;
	struct peer *peer;
	enum err e = ERR_OK;

	if (count == 0 || raw.len <= OBJECT_HEAD)
		return ERR_OK;
	/* Once round, from a chance one on. */
	for (uint64_t skip = peers_draw(o->peers) % count; skip > 0; skip--)
		peers_next(o->peers, &at);
	for (unsigned i = 0; e == ERR_OK && i < count && told < most; i++) {
		if (!(peer = peers_next(o->peers, &at))) {
			at = 0;
			peer = peers_next(o->peers, &at);
		}
		if (!peer || peers_same_key(&peer->other.key, from) || !follows_it(peer, raw))
			continue;
		e = overlay_send(o, out, peer, raw);
		told++;
	}
	return e;
}
