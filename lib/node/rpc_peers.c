#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/mesh.h"
#include "node/params.h"
#include "node/roles.h"
#include "node/timing.h"

enum { VOTERS_TOLD = 1024 };

/* Of a peer that says so: the only chains that it follows. */
static void
put_follows(struct json_writer *w, const struct peer_view *p)
{
	json_put_key(w, "follows");
	json_put_array(w);
	for (unsigned i = 0; i < p->follows; i++)
		json_put_int(w, p->follow[i]);
	json_end_array(w);
}

/* The votes as the core knows them, ascending by key. */
struct electorate {
	struct vote_view *voter;
	uint32_t count;
};

static enum err
read_votes(struct electorate *out, struct arena *arena, struct node *n)
{
	struct u128 total;
	out->voter = arena_alloc(arena, VOTERS_TOLD, sizeof(*out->voter));
	if (out->voter == NULL)
		return ERR_NOMEM;
	pthread_mutex_lock(&n->core.mutex);
	out->count = consensus_votes(n->core.consensus, out->voter, VOTERS_TOLD, &total);
	pthread_mutex_unlock(&n->core.mutex);
	out->count = out->count < VOTERS_TOLD ? out->count : VOTERS_TOLD;
	return ERR_OK;
}

/* The slot of the latest block here that it endorsed; null: it has no votes. */
static void
put_voted(struct json_writer *w, const struct electorate *all, const struct pubkey *key)
{
	json_put_key(w, "voted");
	for (uint32_t i = 0; i < all->count; i++) {
		if (memcmp(&all->voter[i].key, key, sizeof(*key)) == 0) {
			json_put_uint(w, all->voter[i].heard_slot);
			return;
		}
	}
	json_put_null(w);
}

static void
put_peer(struct json_writer *w, const struct peer_view *p, const struct electorate *all, uint64_t now)
{
	json_put_object(w);
	view_address(w, "key", p->key.b);
	fields_text(w, "role", roles_word(p->role));
	put_voted(w, all, &p->key);
	if (p->follows > 0)
		put_follows(w, p);
	fields_text(w, "address", p->address);
	fields_bool(w, "incoming", p->incoming);
	fields_text(w, "url", p->url);
	fields_text(w, "version", p->version);
	fields_uint(w, "hid", p->tip.hid);
	view_hash(w, "hash", &p->tip.hash);
	fields_uint(w, "final_hid", p->tip.final_hid);
	json_put_key(w, "clock_ms");
	json_put_int(w, p->clock_ms);
	fields_uint(w, "rtt_ms", p->rtt_ms);
	fields_uint(w, "score", p->score);
	fields_uint(w, "connected_s", now > p->since_ms ? (now - p->since_ms) / 1000 : 0);
	fields_uint(w, "in_bytes", p->in_bytes);
	fields_uint(w, "out_bytes", p->out_bytes);
	json_end_object(w);
}

static enum err
peers(struct call *call, struct json_writer *w)
{
	static const char *const nothing[] = { NULL };
	struct arena arena = { 0 };
	struct peer_view *peer;
	struct electorate all;
	unsigned count;
	enum err e = params_known(call, nothing);
	if (e == ERR_OK)
		e = mesh_peers(&peer, &count, &arena, call->node);
	if (e == ERR_OK)
		e = read_votes(&all, &arena, call->node);
	if (e != ERR_OK) {
		arena_free(&arena);
		return e;
	}
	json_put_object(w);
	json_put_key(w, "peers");
	json_put_array(w);
	for (unsigned i = 0; i < count; i++)
		put_peer(w, &peer[i], &all, timing_now_ms());
	json_end_array(w);
	json_end_object(w);
	arena_free(&arena);
	return ERR_OK;
}

const struct method rpc_peers_methods[] = {
	{ "peers", peers, NULL, false },
	{ NULL, NULL, NULL, false }
};
