#include "json/fields.h"
#include "json/view.h"
#include "node/blockview.h"
#include "node/params.h"
#include "node/roles.h"

/* Hyper blocks of one answer; none is begun beyond these bytes: a block of many lanes is long. */
enum { HYPER_PAGE = 100, HYPER_BYTES = 8 << 20 };

static enum err
hyper_of_hash(uint64_t *hid, struct node *n, struct look *look, const struct hash *hash)
{
	struct lane lane;
	uint64_t lid;
	bool is_hyper;
	if (hash_equal(hash, &n->genesis_hash)) {
		*hid = 0;
		return ERR_OK;
	}
	enum err e = store_find_hash(look->t, &is_hyper, hid, &lane, &lid, hash);
	return e == ERR_OK && !is_hyper ? ERR_NOT_FOUND : e;
}

/* What a word names comes up to a beginning beyond it, or went back between two pages. */
static bool
is_word(const struct json *hid)
{
	const char *text;
	return json_text(&text, hid) == ERR_OK;
}

/* from and to, or hid, or hash, or nothing: the tip. */
static enum err
hyper_range(uint64_t *from, uint64_t *to, struct call *call, struct look *look)
{
	const struct json *hid = json_member(call->params, "hid"), *first = json_member(call->params, "from"),
		*last = json_member(call->params, "to");
	struct hash hash;
	enum err e = ERR_OK;
	*from = *to = look->tip.hid;
	if (json_member(call->params, "hash") != NULL) {
		e = params_hash(&hash, call, "hash");
		if (e == ERR_OK)
			e = hyper_of_hash(from, call->node, look, &hash);
		*to = *from;
	} else if (hid != NULL) {
		e = lookup_hid(from, call, look, "hid", hid);
		*to = *from;
	} else if (first != NULL || last != NULL) {
		*from = 0;
		if (first != NULL)
			e = lookup_hid(from, call, look, "from", first);
		if (e == ERR_OK && last != NULL)
			e = lookup_hid(to, call, look, "to", last);
		if (e == ERR_OK && first != NULL && last != NULL && *to < *from && !is_word(last))
			e = params_wrong(call, "to", "is before from: the range is reversed");
		if (*to > look->tip.hid)
			*to = look->tip.hid;
		return e;
	}
	return e == ERR_OK && *from > look->tip.hid ? ERR_NOT_FOUND : e;
}

static enum err
put_hypers(struct json_writer *w, struct call *call, struct look *look, uint64_t from, uint64_t to)
{
	uint64_t hid = from;
	enum err e = ERR_OK;
	json_put_object(w);
	json_put_key(w, "blocks");
	json_put_array(w);
	for (; e == ERR_OK && hid <= to && hid - from < HYPER_PAGE && w->out->len < HYPER_BYTES; hid++)
		e = blockview_hyper(w, call->node, look, hid, NULL);
	json_end_array(w);
	if (hid <= to)
		fields_uint(w, "next", hid);
	json_end_object(w);
	return e;
}

static enum err
hyper(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "hid", "hash", "from", "to", NULL };
	struct look look;
	uint64_t from, to;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = hyper_range(&from, &to, call, &look);
	if (e == ERR_OK)
		e = put_hypers(w, call, &look, from, to);
	lookup_end(&look);
	return e;
}

static enum err
which_block(struct lane *lane, uint64_t *lid, struct call *call, struct look *look)
{
	struct hash hash;
	struct place place;
	const char *text;
	bool is_hyper;
	uint64_t hid;
	if (json_member(call->params, "hash") != NULL) {
		enum err e = params_hash(&hash, call, "hash");
		if (e == ERR_OK)
			e = store_find_hash(look->t, &is_hyper, &hid, lane, lid, &hash);
		return e == ERR_OK && is_hyper ? ERR_NOT_FOUND : e;
	}
	if (json_member(call->params, "at") == NULL)
		return params_wrong(call, "at", "is missing");
	enum err e = params_text(&text, call, "at");
	if (e == ERR_OK)
		e = params_place(&place, call, text, &look->ledger);
	if (e == ERR_OK && place.kind != PLACE_BLOCK)
		e = params_wrong(call, "at", "not the place of a local block");
	if (e != ERR_OK)
		return e;
	struct arena arena = { 0 };
	struct store_block b;
	*lane = place.lane;
	*lid = place.lid;
	e = store_get_block(look->t, &b, &arena, lane, *lid);
	if (e == ERR_NOT_FOUND)
		e = lookup_missing(look, lane->chain, place.hid);
	arena_free(&arena);
	return e == ERR_OK && b.hid != place.hid ? ERR_NOT_FOUND : e;
}

static enum err
block(struct call *call, struct json_writer *w)
{
	static const char *const names[] = { "at", "hash", "from", NULL };
	struct look look;
	struct lane lane;
	uint64_t lid, from = 0;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_uint(&from, call, "from", UINT32_MAX);
	if (e == ERR_OK)
		e = lookup_begin(&look, call->node);
	if (e != ERR_OK)
		return e;
	e = which_block(&lane, &lid, call, &look);
	if (e == ERR_OK)
		e = blockview_block(w, call->node, &look, &lane, lid, from);
	lookup_end(&look);
	return e;
}

const struct method rpc_block_methods[] = {
	{ "hyper", hyper, NULL, false },
	{ "block", block, NULL, false },
	{ NULL, NULL, NULL, false }
};
