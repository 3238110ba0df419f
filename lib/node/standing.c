#include "node/standing.h"

#include "json/fields.h"
#include "json/view.h"
#include "node/lookup.h"
#include "node/roles.h"

void
standing_init(struct standing *s)
{
	*s = (struct standing){ .commit = 0 };
	pthread_mutex_init(&s->mutex, NULL);
}

void
standing_free(struct standing *s)
{
	buf_free(&s->text);
	pthread_mutex_destroy(&s->mutex);
}

static void
put_self(struct json_writer *w, struct node *n)
{
	fields_hex(w, "network", n->network.b, sizeof(n->network.b));
	view_hash(w, "genesis", &n->genesis_hash);
	fields_text(w, "name", n->genesis.name);
	fields_bool(w, "solo", n->genesis.solo);
	fields_uint(w, "period_ms", n->genesis.period_ms);
	fields_text(w, "version", PARA_VERSION);
	view_address(w, "key", sign_key_public(n->config.key)->b);
}

/* The names are the wish; `chains` tells how far it has come. */
static enum err
put_roles(struct json_writer *w, struct look *look)
{
	struct arena arena = { 0 };
	struct roles roles = { .role = ROLE_FULL };
	uint64_t base = 0;
	enum err e = roles_read(&roles, &arena, look->t);
	if (e == ERR_OK)
		e = store_get_base(look->t, &base);
	fields_text(w, "role", roles_word(roles.role));
	json_put_key(w, "follows");
	json_put_array(w);
	for (uint32_t i = 0; i < roles.names; i++)
		json_put_text(w, roles.name[i]);
	json_end_array(w);
	fields_uint(w, "bodies_from", base + 1);
	arena_free(&arena);
	return e;
}

static enum err
put_chain_state(struct json_writer *w, struct look *look)
{
	struct arena arena = { 0 };
	struct lane_state *lane;
	uint32_t lanes, chains;
	enum err e = ledger_chain_count(&look->ledger, &chains);
	if (e == ERR_OK)
		e = store_get_lanes(look->t, &lane, &lanes, &arena);
	if (e == ERR_OK) {
		fields_uint(w, "hid", look->tip.hid);
		view_hash(w, "hash", &look->tip.hash);
		fields_uint(w, "final_hid", look->tip.final_hid);
		fields_uint(w, "chains", chains);
		fields_uint(w, "lanes", lanes);
		fields_uint(w, "store_bytes", store_bytes(look->t));
	}
	arena_free(&arena);
	return e;
}

static enum err
write_anew(struct standing *s, struct node *n)
{
	struct json_writer w = json_writer(&s->text);
	struct look look;
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK)
		return e;
	s->commit = 0;
	buf_reset(&s->text);
	put_self(&w, n);
	e = put_roles(&w, &look);
	if (e == ERR_OK)
		e = put_chain_state(&w, &look);
	if (e == ERR_OK && s->text.failed)
		e = ERR_NOMEM;
	if (e == ERR_OK) {
		s->commit = store_commit_of(look.t);
		s->hid = look.tip.hid;
	}
	lookup_end(&look);
	return e;
}

enum err
standing_put(struct json_writer *w, uint64_t *hid, struct node *n)
{
	struct standing *s = &n->standing;
	enum err e = ERR_OK;
	pthread_mutex_lock(&s->mutex);
	if (s->commit == 0 || s->commit != store_last_commit(n->store))
		e = write_anew(s, n);
	if (e == ERR_OK) {
		json_put_raw(w, bytes_of(&s->text));
		*hid = s->hid;
	}
	pthread_mutex_unlock(&s->mutex);
	return e;
}
