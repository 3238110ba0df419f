#include "json/view.h"
#include "node/fields.h"
#include "node/mesh.h"
#include "node/params.h"
#include "node/roles.h"
#include "node/timing.h"

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

static void
put_peer(struct json_writer *w, const struct peer_view *p, uint64_t now)
{
	json_put_object(w);
	view_address(w, "key", p->key.b);
	fields_text(w, "role", roles_word(p->role));
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
	unsigned count;
	enum err e = params_known(call, nothing);
	if (e == ERR_OK)
		e = mesh_peers(&peer, &count, &arena, call->node);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	json_put_key(w, "peers");
	json_put_array(w);
	for (unsigned i = 0; i < count; i++)
		put_peer(w, &peer[i], timing_now_ms());
	json_end_array(w);
	json_end_object(w);
	arena_free(&arena);
	return ERR_OK;
}

const struct method rpc_peers_methods[] = {
	{ "peers", peers, NULL },
	{ NULL, NULL, NULL }
};
