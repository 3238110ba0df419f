#include <stdlib.h>
#include <string.h>

#include "overlay/overlay_impl.h"

/* A node that left is waited for, and holders tell each other what they keep again. */
enum { GRACE_LEAST_MS = 1000, GRACE_PERIODS = 8, CHECK_LEAST_MS = 1000, CHECK_PERIODS = 64 };

enum err
overlay_new(struct overlay **out, const struct overlay_config *config)
{
	struct overlay *o = calloc(1, sizeof *o);
	const struct pubkey *self = sign_key_public(config->key);
	const struct hash id = kad_id(self);
	const struct space_config space = {.network = config->network, .period_ms = config->period_ms,
	    .seed = config->seed ^ 0x7370616365, .least_difficulty = config->least_difficulty};

	const struct replica_config replica = {.self = *self, .offer = config->offer, .full = config->role == ROLE_FULL,
	    .seed = config->seed ^ 0x626f6479,
	    .grace_ms = GRACE_LEAST_MS + GRACE_PERIODS * config->period_ms, .check_ms = CHECK_LEAST_MS + CHECK_PERIODS * config->period_ms};

	*out = NULL;
	if (!o)
		return ERR_NOMEM;
	o->network = config->network;
	o->self = *self;
	o->following.role = config->role;
	if (config->advertised > 0 && strlen(config->advertise[0]) < sizeof o->url)
		strcpy(o->url, config->advertise[0]);
	o->period_ms = config->period_ms;
	if (peers_new(&o->peers, config) != ERR_OK || kad_new(&o->kad, self, config->seed ^ 0x6b6164) != ERR_OK
	    || values_new(&o->values, &id, config->seed ^ 0x76616c) != ERR_OK || space_new(&o->space, &space) != ERR_OK
	    || replica_new(&o->replica, &replica) != ERR_OK) {
		overlay_free(o);
		return ERR_NOMEM;
	}
	*out = o;
	return ERR_OK;
}

void
overlay_free(struct overlay *o)
{
	if (!o)
		return;
	waiting_free(&o->waiting);
	replica_free(o->replica);
	space_free(o->space);
	values_free(o->values);
	kad_free(o->kad);
	peers_free(o->peers);
	free(o);
}

static enum err
take_message(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	enum peer_word word;
	struct peer *from;
	struct message m;
	enum err e = peers_heard(o->peers, out, &word, &from, &m, event);

	if (e != ERR_OK || word == WORD_NONE)
		return e;
	if (word == WORD_MESSAGE)
		return overlay_answer(o, out, from, &m);
	if (emit_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	struct overlay_effect *effect = emit_add(out, OVERLAY_OBJECT);
	effect->link = event->link;
	effect->key = from->other.key;
	effect->raw = event->raw;
	return ERR_OK;
}

static enum err
take_blame(struct overlay *o, const struct overlay_event *event)
{
	struct peer *peer = peers_by_key(o->peers, &event->key);

	if (peer)
		peers_blame(o->peers, peer, PEERS_COST_WRONG, event->err ? event->err : ERR_SIGNATURE, o->now_ms);
	return overlay_history_wrong(o, &event->key);
}

static void
take_answered(struct overlay *o, const struct overlay_event *event)
{
	struct peer *peer = peers_by_link(o->peers, event->link);

	if (peer)
		space_answered(o->space, &peer->other.key);
}

static enum err
take_event(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	switch (event->type) {
	case OVERLAY_TIME: break;
	case OVERLAY_OPENED: return peers_opened(o->peers, out, event);
	case OVERLAY_FAILED: peers_failed(o->peers, event->tag, event->now_ms); break;
	case OVERLAY_MESSAGE_IN: return take_message(o, out, event);
	case OVERLAY_CLOSED: peers_closed(o->peers, event->link, event->now_ms); break;
	case OVERLAY_TIP: return overlay_sync_tip(o, out, event);
	case OVERLAY_PUBLISH: return overlay_publish(o, out, &event->key, event->raw);
	case OVERLAY_RELAY: return overlay_relay(o, out, &event->key, event->raw);
	case OVERLAY_FOLLOWS: return overlay_follow(o, out, event);
	case OVERLAY_HEARD: return peers_wanted(o->peers, event->address, NULL, event->now_ms);
	case OVERLAY_ANSWERED: take_answered(o, event); break;
	case OVERLAY_ASK_HISTORY: return overlay_history_ask(o, out, event);
	case OVERLAY_SYNCED: return overlay_sync_synced(o, out, event);
	case OVERLAY_BLAME: return take_blame(o, event);
	case OVERLAY_VOTES: case OVERLAY_BODIES: case OVERLAY_FIND_BODY: case OVERLAY_BODY_KEPT: case OVERLAY_BODY_ANSWERED:
		return overlay_body_event(o, out, event);
	}
	return ERR_OK;
}

enum err
overlay_step(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event)
{
	struct overlay_event copy = *event;

	o->now_ms = event->now_ms > o->now_ms ? event->now_ms : o->now_ms;
	copy.now_ms = o->now_ms;
	peers_wall(o->peers, (int64_t)((event->wall_ms > 0 ? event->wall_ms : o->now_ms) - o->now_ms));
	enum err e = take_event(o, out, &copy);
	enum err after = overlay_settle(o, out);
	return e != ERR_OK ? e : after;
}

uint64_t
overlay_deadline_ms(const struct overlay *o)
{
	const uint64_t due[] = {peers_deadline_ms(o->peers), kad_deadline_ms(o->kad), values_deadline_ms(o->values),
	    space_deadline_ms(o->space, o->now_ms), waiting_deadline_ms(&o->waiting), overlay_search_ms(o),
	    replica_deadline_ms(o->replica), overlay_follow_ms(o), overlay_history_ms(o)};
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < sizeof due / sizeof *due; i++)
		first = due[i] < first ? due[i] : first;
	return first;
}

/* --- views --- */

static void
view_peer(struct peer_view *out, const struct peer *peer)
{
	*out = (struct peer_view){.key = peer->other.key, .role = peer->other.role, .incoming = peer->incoming,
	    .tip = peer->other.tip, .clock_ms = peer->clock_ms, .since_ms = peer->since_ms, .heard_ms = peer->heard_ms,
	    .in_bytes = peer->in_bytes, .out_bytes = peer->out_bytes, .rtt_ms = peer->rtt_ms, .score = peer->score};
	out->follows = peer->follows;
	memcpy(out->follow, peer->follow, sizeof out->follow);
	memcpy(out->address, peer->host, sizeof out->address);
	memcpy(out->url, peer->url, sizeof out->url);
	memcpy(out->version, peer->other.version, sizeof out->version);
}

/* The peer with the lowest key above `above`, of all when NULL. */
static const struct peer *
next_by_key(const struct overlay *o, const struct pubkey *above)
{
	const struct peer *best = NULL, *peer;

	for (unsigned at = 0; (peer = peers_next(o->peers, &at));) {
		const uint8_t *key = peer->other.key.b;
		if (above && memcmp(key, above->b, sizeof above->b) <= 0)
			continue;
		if (!best || memcmp(key, best->other.key.b, sizeof above->b) < 0)
			best = peer;
	}
	return best;
}

unsigned
overlay_peers(const struct overlay *o, struct peer_view *out, unsigned most)
{
	const struct peer *peer = NULL;

	for (unsigned i = 0; i < most; i++) {
		peer = next_by_key(o, peer ? &peer->other.key : NULL);
		if (!peer)
			break;
		view_peer(&out[i], peer);
	}
	return peers_count(o->peers);
}

void
overlay_look(const struct overlay *o, struct overlay_view *out)
{
	struct replica_view bodies;

	*out = (struct overlay_view){.peers = peers_count(o->peers), .known = kad_count(o->kad),
	    .sync_hid = space_syncing(o->space)};
	replica_look(o->replica, &bodies);
	out->bodies = bodies.bodies;
	out->body_bytes = bodies.bytes;
	out->offers = bodies.nodes;
	out->syncing = out->sync_hid != 0;
	out->clock_ms = peers_clock(o->peers, &out->clock_off);
}
