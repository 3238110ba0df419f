#include <string.h>

#include "overlay/overlay_impl.h"

/* How often it is looked whether each chain has a peer that follows it: at first, and later. */
enum { LOOK_FIRST_MS = 1000, LOOK_MS = 10000 };

/* --- where followers are found --- */

/* para-protocol(7) OVERLAY: Who follows a chain stores its contact under Hash(para.followers, network id, chain) */
static struct hash
place_of(const struct overlay *o, uint32_t chain)
{
	const uint8_t number[4] = {(uint8_t)chain, (uint8_t)(chain >> 8), (uint8_t)(chain >> 16), (uint8_t)(chain >> 24)};
	struct hasher h;

	hash_init(&h, HASH_FOLLOWERS);
	hash_add(&h, o->network.b, sizeof o->network.b);
	hash_add(&h, number, sizeof number);
	return hash_end(&h);
}

/* para-protocol(7) OVERLAY: Full nodes stand under chain 0, under which nobody else does. */
static bool
stands_under(const struct following *f, uint32_t chain)
{
	for (unsigned i = 0; i < f->chains && chain != 0; i++) {
		if (f->chain[i] == chain)
			return true;
	}
	return chain == 0 && f->known && f->role == ROLE_FULL;
}

/* Withdraws what is not true any more, publishes what is new. */
static enum err
stand(struct overlay *o, const struct following *before)
{
	const struct following *f = &o->following;
	const struct contact own = {.key = o->self};
	struct buf value = {0};
	enum err e = ERR_OK;

	if (o->url[0] == '\0')
		return ERR_OK;
	message_contact_put(&value, &own.key, o->url);
	for (unsigned i = 0; i <= before->chains; i++) {
		uint32_t chain = i < before->chains ? before->chain[i] : 0;
		const struct hash place = place_of(o, chain);
		if (!stands_under(f, chain))
			values_withdraw(o->values, &place);
	}
	for (unsigned i = 0; e == ERR_OK && i <= f->chains; i++) {
		uint32_t chain = i < f->chains ? f->chain[i] : 0;
		const struct hash place = place_of(o, chain);
		if (stands_under(f, chain) && !stands_under(before, chain))
			e = value.failed ? ERR_NOMEM : values_publish(o->values, &place, bytes_of(&value), o->now_ms);
	}
	buf_free(&value);
	return e;
}

/*
 * The nodes nearest to the place of an own value are known: they are to keep it. For one of them too much may wait
 * (ERR_BUSY); the others are told all the same.
 */
static enum err
store(struct overlay *o, struct overlay_effects *out, const struct kad_result *r)
{
	struct value_due due;
	struct message m = {.type = MESSAGE_STORE, .network = o->network};
	unsigned told = 0;

	if (!values_own(o->values, &due, &r->target))
		return ERR_OK;
	m.store = (struct message_store){.key = due.key, .ttl_s = due.ttl_s, .value = due.bytes};
	for (unsigned i = 0; i < r->contacts; i++) {
		enum err e = overlay_say(o, out, &r->contact[i], &m);
		if (e != ERR_OK && e != ERR_BUSY)
			return e;
		told += e == ERR_OK;
	}
	if (told == 0)
		values_again(o->values, &due.key, o->now_ms + LOOK_FIRST_MS);
	return ERR_OK;
}

static enum err
announce(struct overlay *o)
{
	struct value_due due;
	enum err e = ERR_OK;

	if (kad_count(o->kad) >= 2 * o->following.told_nodes) {
		o->following.told_nodes = kad_count(o->kad) + (kad_count(o->kad) == 0);
		values_renew(o->values, o->now_ms);
	}
	while (e != ERR_NOMEM && values_due(o->values, &due, o->now_ms)) {
		e = kad_lookup_start(o->kad, KAD_LOCATE, &due.key, FOR_STORE, o->now_ms);
		if (e != ERR_OK)
			values_again(o->values, &due.key, o->now_ms + LOOK_FIRST_MS);
	}
	return e == ERR_NOMEM ? e : ERR_OK;
}

/* --- whom to ask --- */

/* One that sync was disappointed by is none: it would keep others from being looked for by its word alone. */
static bool
has_follower(struct overlay *o, uint32_t chain)
{
	const struct peer *peer;

	for (unsigned at = 0; (peer = peers_next(o->peers, &at));) {
		if (peers_follow(peer, chain) && !space_avoids(o->space, &peer->other.key, o->now_ms))
			return true;
	}
	return false;
}

enum err
overlay_follow_seek(struct overlay *o, uint32_t chain)
{
	const struct hash place = place_of(o, chain);
	enum err e = kad_lookup_start(o->kad, KAD_GET, &place, FOR_FOLLOWERS | (uint64_t)chain << 8, o->now_ms);

	return e == ERR_NOMEM ? e : ERR_OK;
}

/* What a value says is tried: who answers there proves its key, and says itself what it follows. */
static enum err
dial_followers(struct overlay *o, const struct kad_result *r)
{
	uint32_t chain = (uint32_t)(r->tag >> 8);
	enum err e = ERR_OK;
	unsigned tried = 0;

	for (unsigned i = 0; e == ERR_OK && i < r->values; i++) {
		struct contact c;
		if (message_contact_get(&c, (struct bytes){r->value[i], r->value_len[i]}) != ERR_OK || c.url[0] == '\0' ||
		    peers_same_key(&c.key, &o->self))
			continue;
		tried++;
		if (!peers_by_key(o->peers, &c.key))
			e = peers_wanted(o->peers, c.url, &c.key, o->now_ms);
	}
	return e != ERR_OK || tried > 0 || chain == 0 ? e : overlay_follow_seek(o, 0);
}

enum err
overlay_follow_found(struct overlay *o, struct overlay_effects *out, const struct kad_result *r)
{
	return r->tag == FOR_STORE ? store(o, out, r) : dial_followers(o, r);
}

/*
 * Without a peer that follows it a chain's bodies would not come. Every other look is for full nodes: anybody can store
 * contacts of nobody under a chain. Who follows all looks for these alone, when nobody gives what sync needs.
 */
static enum err
look(struct overlay *o)
{
	struct following *f = &o->following;
	enum err e = ERR_OK;
	bool lacks = f->chains == 0 && space_starves(o->space);

	f->to_full |= lacks;
	for (unsigned i = 0; e == ERR_OK && i < f->chains; i++) {
		if (has_follower(o, f->chain[i]))
			continue;
		lacks = true;
		if (!f->to_full)
			e = overlay_follow_seek(o, f->chain[i]);
	}
	if (e == ERR_OK && lacks && f->to_full)
		e = overlay_follow_seek(o, 0);
	f->to_full = lacks && !f->to_full;
	o->following.look_ms = o->now_ms + (lacks ? LOOK_FIRST_MS : LOOK_MS);
	return e;
}

/* --- events --- */

static enum err
say_follows(struct overlay *o, struct overlay_effects *out, struct peer *peer)
{
	const struct following *f = &o->following;
	const struct message m = {.type = MESSAGE_FOLLOWS, .network = o->network, .follows = {f->role, f->chains, f->chain}};

	return peers_say(o->peers, out, peer, &m, o->now_ms);
}

void
overlay_follow_soon(struct overlay *o)
{
	uint64_t soon = o->now_ms + LOOK_FIRST_MS, at = o->following.look_ms;

	o->following.look_ms = at > o->now_ms && at < soon ? at : soon;
}

enum err
overlay_follow_peer(struct overlay *o, struct overlay_effects *out, struct peer *peer)
{
	/* When it has had time to say what it follows. */
	overlay_follow_soon(o);
	/* Its role may be another than that which the hello told. */
	return o->following.chains > 0 || peer->own.role != o->following.role ? say_follows(o, out, peer) : ERR_OK;
}

enum space_gives
overlay_follow_gives(const struct overlay *o, const struct peer *peer)
{
	const struct following *f = &o->following;
	bool all = peer->other.role == ROLE_FULL && peer->follows == 0;

	if (peer->other.role == ROLE_LIGHT)
		return SPACE_NOTHING;
	for (unsigned i = 0; i < f->chains; i++) {
		if (!peers_follow(peer, f->chain[i]))
			return SPACE_HEADS_ONLY;
	}
	return all || f->chains > 0 ? SPACE_BODIES : SPACE_HEADS_ONLY;
}

enum err
overlay_follow(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	const struct following before = o->following;
	struct following *f = &o->following;
	struct peer *peer;

	f->chains = event->follows < MESSAGE_CHAINS ? event->follows : MESSAGE_CHAINS;
	if (f->chains > 0)
		memcpy(f->chain, event->follow, f->chains * sizeof *f->chain);
	f->role = event->role;
	f->known = true;
	f->look_ms = o->now_ms;
	peers_role(o->peers, f->role);
	replica_role(o->replica, f->role == ROLE_FULL);
	enum err e = stand(o, &before);
	if (e == ERR_OK)
		e = overlay_sync_follow(o, out);
	for (unsigned at = 0; e == ERR_OK && (peer = peers_next(o->peers, &at));) {
		e = say_follows(o, out, peer);
		if (e == ERR_OK)
			e = overlay_sync_peer(o, out, peer);
	}
	return e;
}

enum err
overlay_follow_time(struct overlay *o, struct overlay_effects *out)
{
	(void)out;
	if (peers_count(o->peers) == 0)
		return ERR_OK;
	enum err e = announce(o), looked = o->now_ms >= o->following.look_ms ? look(o) : ERR_OK;
	return e == ERR_OK ? looked : e;
}

uint64_t
overlay_follow_ms(const struct overlay *o)
{
	uint64_t due = values_due_ms(o->values), at = o->following.look_ms;

	return peers_count(o->peers) == 0 ? UINT64_MAX : due < at ? due : at;
}
