#include <string.h>

#include "overlay/overlay_impl.h"

enum { SEARCH_FIRST_MS = 1000, SEARCH_MS = 30000, SEARCHES_FAST = 5, WAIT_PERIODS = 2 };

/* --- who is not here yet --- */

enum err
overlay_wait(struct overlay *o, const struct pubkey *to, struct bytes raw)
{
	const struct hash id = kad_id(to);
	struct contact near;
	struct bytes oldest;
	bool sought = waiting_oldest(&o->waiting, &oldest, to);

	if (peers_same_key(to, &o->self))
		return ERR_OK;
	enum err e = waiting_add(&o->waiting, to, raw, o->now_ms + WAIT_PERIODS * o->period_ms);
	/* A full queue loses what came last, as the wire might. */
	if (e != ERR_OK || sought)
		return e == ERR_NOMEM ? e : ERR_OK;
	if (peers_wanted_key(o->peers, to, o->now_ms))
		return ERR_OK;
	if (kad_closest(o->kad, &id, &near, 1) == 1 && peers_same_key(&near.key, to))
		return peers_wanted(o->peers, near.url, to, o->now_ms);
	e = kad_lookup_start(o->kad, KAD_LOCATE, &id, FOR_KEY, o->now_ms);
	return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err
send_waiting(struct overlay *o, struct overlay_effects *out, struct peer *peer)
{
	struct bytes raw;

	while (waiting_oldest(&o->waiting, &raw, &peer->other.key)) {
		raw = emit_copy(out, raw);
		if (!raw.data || overlay_send(o, out, peer, raw) != ERR_OK)
			return ERR_NOMEM;
		waiting_drop(&o->waiting, &peer->other.key);
	}
	return ERR_OK;
}

/* --- the table --- */

static struct message
query_message(const struct overlay *o, const struct kad_query *q)
{
	struct message m = {.network = o->network, .request = q->request};

	if (q->type == KAD_PING) {
		m.type = MESSAGE_PING;
		m.ping = (struct message_ping){.nonce = PEERS_PING_OF_TABLE | q->request, .clock_ms = peers_clock_now(o->peers, o->now_ms),
		    .tip = *peers_own_tip(o->peers)};
	} else {
		m.type = q->type == KAD_FIND_NODE ? MESSAGE_FIND_NODE : MESSAGE_FIND_VALUE;
		m.target = q->target;
	}
	return m;
}

enum err
overlay_say(struct overlay *o, struct overlay_effects *out, const struct contact *to, const struct message *m)
{
	struct peer *peer = peers_by_key(o->peers, &to->key);

	if (peer)
		return peers_say(o->peers, out, peer, m, o->now_ms);
	struct bytes raw = emit_pack(out, m);
	if (!raw.data)
		return ERR_NOMEM;
	enum err e = waiting_add(&o->waiting, &to->key, raw, o->now_ms + KAD_QUERY_MS);
	return e == ERR_OK ? peers_wanted(o->peers, to->url, &to->key, o->now_ms) : e;
}

static enum err
ask(struct overlay *o, struct overlay_effects *out, const struct kad_query *q)
{
	const struct message m = query_message(o, q);
	enum err e = overlay_say(o, out, &q->to, &m);

	if (e == ERR_BUSY)
		kad_failed(o->kad, q->request, o->now_ms);
	return e == ERR_BUSY ? ERR_OK : e;
}

static enum err
take_result(struct overlay *o, struct overlay_effects *out, const struct kad_result *r)
{
	enum err e = ERR_OK;

	if (r->tag == FOR_STORE || (r->tag & 0xff) == FOR_FOLLOWERS)
		return overlay_follow_found(o, out, r);
	for (unsigned i = 0; e == ERR_OK && i < r->contacts; i++) {
		const struct hash id = kad_id(&r->contact[i].key);
		if (r->tag == FOR_SEARCH)
			e = peers_found(o->peers, r->contact[i].url, &r->contact[i].key);
		else if (r->tag == FOR_KEY && hash_equal(&id, &r->target))
			e = peers_wanted(o->peers, r->contact[i].url, &r->contact[i].key, o->now_ms);
	}
	return e;
}

static enum err
run_table(struct overlay *o, struct overlay_effects *out)
{
	struct kad_query query;
	struct kad_result result;
	enum err first = ERR_OK;

	while (kad_next(o->kad, &query, o->now_ms)) {
		enum err e = ask(o, out, &query);
		first = first == ERR_OK ? e : first;
	}
	while (kad_result(o->kad, &result)) {
		enum err e = take_result(o, out, &result);
		first = first == ERR_OK ? e : first;
	}
	return first;
}

uint64_t
overlay_search_ms(const struct overlay *o)
{
	return peers_count(o->peers) == 0 || peers_enough(o->peers) ? UINT64_MAX : o->search_ms;
}

/* The first searches go to the own neighbourhood and come close together, later ones anywhere. */
static enum err
search(struct overlay *o)
{
	struct hash target = kad_id(&o->self);

	if (overlay_search_ms(o) > o->now_ms)
		return ERR_OK;
	for (size_t i = 0; o->searches % 2 == 1 && i < sizeof target.b; i++)
		target.b[i] = (uint8_t)peers_draw(o->peers);
	o->search_ms = o->now_ms + (o->searches < SEARCHES_FAST ? SEARCH_FIRST_MS : SEARCH_MS);
	o->searches++;
	enum err e = kad_lookup_start(o->kad, KAD_LOCATE, &target, FOR_SEARCH, o->now_ms);
	return e == ERR_NOMEM ? e : ERR_OK;
}

/* --- the end of a step --- */

static enum err
came_or_moved(struct overlay *o, struct overlay_effects *out, const struct peer_news *news)
{
	struct peer *peer = peers_by_key(o->peers, &news->key);
	struct contact contact = {.key = news->key};

	memcpy(contact.url, peer->url, sizeof contact.url);
	enum err heard = kad_heard(o->kad, &contact, peer->host, o->now_ms);
	enum err e = overlay_sync_peer(o, out, peer);
	e = e == ERR_OK ? heard : e;
	enum err bodies = overlay_body_peer(o, out, peer);
	e = e == ERR_OK ? bodies : e;
	if (news->type == NEWS_JOINED) {
		enum err follows = overlay_follow_peer(o, out, peer);
		e = e == ERR_OK ? follows : e;
		enum err sent = send_waiting(o, out, peer);
		e = e == ERR_OK ? sent : e;
		if (o->searches < SEARCHES_FAST)
			o->search_ms = o->now_ms;
	}
	return e;
}

static enum err
went(struct overlay *o, struct overlay_effects *out, const struct pubkey *key)
{
	overlay_follow_soon(o);
	enum err history = overlay_history_gone(o, out, key), sync = overlay_sync_gone(o, out, key),
	    bodies = overlay_body_gone(o, out, key);

	return history != ERR_OK ? history : sync != ERR_OK ? sync : bodies;
}

static enum err
run_news(struct overlay *o, struct overlay_effects *out)
{
	struct peer_news news;
	enum err first = ERR_OK;

	while (peers_news(o->peers, &news)) {
		enum err e = news.type == NEWS_GONE ? went(o, out, &news.key) : came_or_moved(o, out, &news);
		first = first == ERR_OK ? e : first;
	}
	return first;
}

enum err
overlay_settle(struct overlay *o, struct overlay_effects *out)
{
	enum err (*const part[])(struct overlay *, struct overlay_effects *) = {run_news, overlay_sync_time, overlay_body_time,
	    overlay_follow_time, overlay_history_time, run_table};
	enum err first = peers_time(o->peers, out, o->now_ms), e;

	waiting_expire(&o->waiting, o->now_ms);
	if (o->now_ms >= values_deadline_ms(o->values))
		values_expire(o->values, o->now_ms);
	e = search(o);
	first = first == ERR_OK ? e : first;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		e = part[i](o, out);
		first = first == ERR_OK ? e : first;
	}
	e = peers_settle(o->peers, out, o->now_ms);
	first = first == ERR_OK ? e : first;
	/* Who was closed just now. */
	e = run_news(o, out);
	return first == ERR_OK ? e : first;
}
