#include "node/lookup.h"

#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/params.h"
#include "node/roles.h"

/* Copies of a payload with other signatures that are looked at: its signer alone can make them. */
enum { COPIES_MOST = 64 };

void
lookup_end(struct look *look)
{
	store_abort(look->t);
	look->t = NULL;
}

enum err
lookup_begin(struct look *out, struct node *n)
{
	out->t = NULL;
	enum err e = store_begin_read(&out->t, n->store);
	if (e != ERR_OK)
		return e;
	struct lane_state root = { 0 };
	out->ledger = store_ledger(out->t);
	e = store_get_tip(out->t, &out->tip);
	if (e == ERR_OK)
		e = store_get_lane(out->t, &root, &(struct lane){ 0 });
	out->executed = root.executed.executed;
	if (e != ERR_OK)
		lookup_end(out);
	return e;
}

static enum err
find_place(struct found *out, struct look *look)
{
	enum err e = store_get_place(look->t, &out->place, out->row);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	out->status = out->place.hid <= look->tip.final_hid ? LOOKUP_FINAL : LOOKUP_SEALED;
	return e;
}

/* Of what is not here, or was sealed in vain and waits no more: has it left, and why? */
static enum err
find_left(struct found *out, struct look *look, const struct hash *id)
{
	enum err e = store_get_left(look->t, &out->left, id);
	if (e == ERR_OK)
		out->status = out->left.why == LEFT_EXPIRED ? LOOKUP_EXPIRED : LOOKUP_REPLACED;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
find_left_of(struct found *out, struct look *look)
{
	struct bytes raw;
	struct payload p;
	struct hash id;
	enum err e = store_get_payload(look->t, &raw, out->row);
	if (e == ERR_OK)
		e = payload_unpack(&p, &id, NULL, raw);
	if (e == ERR_OK)
		e = find_left(out, look, &id);
	return e;
}

enum err
lookup_row(struct found *out, struct look *look, uint64_t row)
{
	uint64_t sealed;
	*out = (struct found){ .row = row };
	enum err e = store_get_pooled(look->t, &sealed, row);
	bool in_pool = e == ERR_OK;
	if (in_pool && sealed == 0)
		out->status = LOOKUP_POOLED;
	else if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = find_place(out, look);
	/* The block that sealed it last may be a later one than its place. */
	out->executed = (in_pool ? sealed : out->place.hid) <= look->executed;
	if (e != ERR_OK || out->status < LOOKUP_SEALED || !out->executed)
		return e;
	e = store_get_receipt(look->t, &out->receipt, row);
	if (e == ERR_OK && out->receipt.err == ERR_SEQ_GAP)
		e = find_left_of(out, look);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* para-protocol(7) EXECUTION: Within a lane and hyper block the first copy of a payload id counts; later ones are void. */
static bool
counts_before(const struct found *a, const struct found *b)
{
	const struct place *x = &a->place, *y = &b->place;
	/* One whose lower seq was missing was sealed for nothing. */
	bool sealed = a->status >= LOOKUP_SEALED && a->receipt.err != ERR_SEQ_GAP;
	if (sealed != (b->status >= LOOKUP_SEALED && b->receipt.err != ERR_SEQ_GAP))
		return sealed;
	if (!sealed)
		return a->status > b->status;
	return x->hid != y->hid ? x->hid < y->hid : x->lid != y->lid ? x->lid < y->lid : x->index < y->index;
}

static enum err
compare_row(struct found *best, struct look *look, uint64_t row)
{
	struct found other;
	enum err e = lookup_row(&other, look, row);
	if (e == ERR_OK && counts_before(&other, best))
		*best = other;
	return e;
}

enum err
lookup_copies(struct found *out, struct look *look, uint64_t row, const struct hash *id)
{
	uint64_t copy = 0, oldest;
	enum err e = lookup_row(out, look, row);
	for (unsigned i = 0; e == ERR_OK && i < COPIES_MOST; i++) {
		e = store_next_copy(look->t, &copy, id);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		/* The row that is known may be a later one: another branch may have sealed the oldest. */
		if (e == ERR_OK && i == 0)
			e = store_find_payload(look->t, &oldest, id);
		if (e == ERR_OK && i == 0)
			e = compare_row(out, look, oldest);
		if (e == ERR_OK)
			e = compare_row(out, look, copy);
	}
	return e;
}

enum err
lookup_payload(struct found *out, struct look *look, const struct hash *id)
{
	uint64_t row;
	*out = (struct found){ .status = LOOKUP_UNKNOWN };
	enum err e = store_find_payload(look->t, &row, id);
	if (e == ERR_NOT_FOUND)
		return find_left(out, look, id);
	return e == ERR_OK ? lookup_copies(out, look, row, id) : e;
}

enum err
lookup_missing(struct look *look, uint32_t chain, uint64_t hid)
{
	uint64_t base;
	enum err e = roles_need(look->t, chain);
	if (e == ERR_OK)
		e = store_get_base(look->t, &base);
	if (e != ERR_OK)
		return e;
	return hid <= base ? ERR_NOT_HELD : ERR_NOT_FOUND;
}

enum err
lookup_pass_missing(struct look *look, uint32_t chain, uint64_t hid)
{
	enum err e = lookup_missing(look, chain, hid);
	return e == ERR_CHAIN_NOT_FOLLOWED || e == ERR_NOT_HELD ? ERR_OK : e;
}

enum err
lookup_place(uint64_t *row, struct look *look, const struct place *place)
{
	struct arena arena = { 0 };
	struct store_block b;
	enum err e = store_get_block(look->t, &b, &arena, &place->lane, place->lid);
	if (e == ERR_NOT_FOUND)
		e = lookup_missing(look, place->lane.chain, place->hid);
	if (e == ERR_OK && (b.hid != place->hid || place->index >= b.block.head.core.payloads))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*row = b.row[place->index];
	arena_free(&arena);
	return e;
}

const char *
lookup_word(enum payload_status status)
{
	static const char *const names[] = { "unknown", "expired", "replaced", "pooled", "sealed", "final" };
	return names[status];
}

/* by is null when it is known only that another one's seq was executed. */
static void
put_left(struct json_writer *w, const struct store_left *left)
{
	static const struct hash nobody;
	fields_uint(w, "hid", left->hid);
	if (left->why != LEFT_REPLACED)
		return;
	json_put_key(w, "by");
	if (hash_equal(&left->by, &nobody))
		json_put_null(w);
	else
		json_put_hex(w, left->by.b, sizeof(left->by.b));
}

void
lookup_put(struct json_writer *w, const struct found *found)
{
	fields_text(w, "status", lookup_word(found->status));
	if (found->status == LOOKUP_EXPIRED || found->status == LOOKUP_REPLACED)
		put_left(w, &found->left);
	if (found->status < LOOKUP_SEALED)
		return;
	view_place(w, "at", &found->place);
	if (!found->executed)
		return;
	json_put_key(w, "result");
	json_put_object(w);
	fields_bool(w, "ok", found->receipt.err == ERR_OK);
	if (found->receipt.err != ERR_OK) {
		fields_text(w, "error", err_text(found->receipt.err));
		fields_text(w, "reason", err_name(found->receipt.err));
	} else if (found->receipt.result != 0) {
		fields_uint(w, "value", found->receipt.result);
	}
	json_end_object(w);
}

enum err
lookup_put_chain_name(struct json_writer *w, struct look *look, uint32_t chain)
{
	struct registered r;
	enum err e = ledger_chain(&look->ledger, &r, chain);
	if (e == ERR_OK)
		fields_text(w, "chain_name", r.spec.name);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
lookup_put_chain(struct json_writer *w, struct look *look, uint32_t chain)
{
	fields_uint(w, "chain", chain);
	return lookup_put_chain_name(w, look, chain);
}

enum err
lookup_hid(uint64_t *out, struct call *call, struct look *look, const char *name, const struct json *j)
{
	const char *text;
	if (json_uint(out, j, JSON_NUMBER_MAX) == ERR_OK)
		return ERR_OK;
	if (json_text(&text, j) != ERR_OK)
		return params_wrong(call, name, "neither a number nor \"latest\" or \"final\"");
	if (strcmp(text, "latest") == 0)
		*out = look->tip.hid;
	else if (strcmp(text, "final") == 0)
		*out = look->tip.final_hid;
	else
		return params_wrong(call, name, "neither a number nor \"latest\" or \"final\"");
	return ERR_OK;
}
