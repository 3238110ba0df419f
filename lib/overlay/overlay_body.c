#include <string.h>

#include "overlay/overlay_impl.h"

/* A peer by its link; otherwise the message waits while the node is dialled. */
static enum err
say(struct overlay *o, struct overlay_effects *out, const struct pubkey *key, const struct message *m)
{
	struct peer *peer = peers_by_key(o->peers, key);

	if (peer)
		return peers_say(o->peers, out, peer, m, o->now_ms);
	struct bytes raw = emit_pack(out, m);
	return raw.data ? overlay_wait(o, key, raw) : ERR_NOMEM;
}

static enum err
say_ask(struct overlay *o, struct overlay_effects *out, const struct replica_action *a)
{
	const struct message m = {.type = MESSAGE_GET_BODY, .network = o->network, .request = a->request, .target = a->id};

	return say(o, out, &a->key, &m);
}

static enum err
say_hold(struct overlay *o, struct overlay_effects *out, const struct replica_action *a)
{
	struct message m = {.type = MESSAGE_HOLD, .network = o->network};

	m.hold = (struct message_hold){.count = a->bodies, .body = a->body};
	return say(o, out, &a->key, &m);
}

static enum err
tell(struct overlay_effects *out, enum overlay_effect_type type, const struct replica_action *a)
{
	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	struct overlay_effect *effect = emit_add(out, type);
	effect->key = a->key;
	effect->hash = a->id;
	effect->raw = a->raw;
	effect->count = a->store;
	return ERR_OK;
}

/* Whoever left may be back under the URL it had. */
static enum err
probe(struct overlay *o, const struct pubkey *key)
{
	const struct hash id = kad_id(key);
	struct contact near;

	if (peers_by_key(o->peers, key) || peers_wanted_key(o->peers, key, o->now_ms))
		return ERR_OK;
	if (kad_closest(o->kad, &id, &near, 1) == 1 && peers_same_key(&near.key, key))
		return peers_wanted(o->peers, near.url, key, o->now_ms);
	return ERR_OK;
}

static void
blame(struct overlay *o, const struct replica_action *a)
{
	struct peer *peer = peers_by_key(o->peers, &a->key);

	if (peer)
		peers_blame(o->peers, peer, PEERS_COST_WRONG, a->err, o->now_ms);
}

static enum err
act_one(struct overlay *o, struct overlay_effects *out, const struct replica_action *a)
{
	switch (a->type) {
	case REPLICA_LOOK: return tell(out, OVERLAY_LOOK_BODY, a);
	case REPLICA_ASK: return say_ask(o, out, a);
	case REPLICA_KEEP: return tell(out, OVERLAY_BODY, a);
	case REPLICA_MISS: return tell(out, OVERLAY_NO_BODY, a);
	case REPLICA_DROP: return tell(out, OVERLAY_DROP_BODY, a);
	case REPLICA_HOLD: return say_hold(o, out, a);
	case REPLICA_PROBE: return probe(o, &a->key);
	case REPLICA_BLAME: blame(o, a); return ERR_OK;
	}
	return ERR_OK;
}

/* Does what is asked for, whatever e says, and returns e or the error of doing it. */
static enum err
act(struct overlay *o, struct overlay_effects *out, const struct replica_actions *actions, enum err e)
{
	for (size_t i = 0; i < actions->count; i++) {
		enum err now = act_one(o, out, &actions->item[i]);
		e = e == ERR_OK ? now : e;
	}
	return e;
}

static void
answered(struct overlay *o, uint64_t link)
{
	struct peer *peer = peers_by_link(o->peers, link);

	if (peer)
		replica_answered(o->replica, &peer->other.key);
}

enum err
overlay_body_event(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct replica_actions actions = {.arena = &out->arena};
	struct replica *r = o->replica;
	enum err e = ERR_OK;

	switch (event->type) {
	case OVERLAY_VOTES: e = replica_votes(r, &actions, event->voter, event->voters, event->total, o->now_ms); break;
	case OVERLAY_BODIES: e = replica_told(r, &actions, event->body, event->bodies, event->fresh, o->now_ms); break;
	case OVERLAY_FIND_BODY: e = replica_find(r, &actions, &event->hash, o->now_ms); break;
	case OVERLAY_BODY_KEPT: e = replica_kept(r, &actions, event->body, event->err, o->now_ms); break;
	default: answered(o, event->link); break;
	}
	return act(o, out, &actions, e);
}

enum err
overlay_body_peer(struct overlay *o, struct overlay_effects *out, const struct peer *peer)
{
	struct replica_actions actions = {.arena = &out->arena};
	const struct message_hello *h = &peer->other;
	enum err e = replica_node(o->replica, &actions, &h->key, h->offer, h->role == ROLE_FULL, o->now_ms);

	return act(o, out, &actions, e);
}

enum err
overlay_body_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key)
{
	struct replica_actions actions = {.arena = &out->arena};

	return act(o, out, &actions, replica_gone(o->replica, &actions, key, o->now_ms));
}

enum err
overlay_body_time(struct overlay *o, struct overlay_effects *out)
{
	struct replica_actions actions = {.arena = &out->arena};

	if (o->now_ms < replica_deadline_ms(o->replica))
		return ERR_OK;
	return act(o, out, &actions, replica_time(o->replica, &actions, o->now_ms));
}

/* One request too many is told that nothing is here, and asks elsewhere. */
static enum err
take_asked(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	const struct message none = {.type = MESSAGE_END, .network = o->network, .request = m->request};

	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	if (!replica_asked(o->replica, &from->other.key))
		return peers_say(o->peers, out, from, &none, o->now_ms);
	struct overlay_effect *effect = emit_add(out, OVERLAY_ASKED_BODY);
	effect->link = from->link;
	effect->key = from->other.key;
	effect->request = m->request;
	effect->hash = m->target;
	return ERR_OK;
}

enum err
overlay_body_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	struct replica_actions actions = {.arena = &out->arena};
	const struct pubkey *key = &from->other.key;
	enum err e;

	switch (m->type) {
	case MESSAGE_GET_BODY: return take_asked(o, out, from, m);
	case MESSAGE_HOLD: e = replica_hold(o->replica, &actions, key, m->hold.body, m->hold.count, o->now_ms); break;
	case MESSAGE_BLOCK_PART: e = replica_body(o->replica, &actions, key, m->request, m->raw, o->now_ms); break;
	default: e = replica_end(o->replica, &actions, key, m->request, o->now_ms); break;
	}
	return act(o, out, &actions, e);
}
