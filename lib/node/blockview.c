#include "node/blockview.h"

#include "chain/account.h"
#include "json/fields.h"
#include "json/view.h"
#include "node/execute.h"
#include "node/roles.h"

void
blockview_time(struct json_writer *w, struct node *n, uint64_t slot)
{
	json_put_key(w, "time");
	json_put_time(w, genesis_slot_start(&n->genesis, slot));
}

/*
 * Endorsements that certify a block: kept with it until it is final; then in the body of a later one that has it as its
 * source, mostly the next.
 */
static enum err
find_endorsements(const struct endorsement **out, uint32_t *count, struct arena *arena, struct node *n,
    struct look *look, const struct hash *hash, uint64_t hid)
{
	uint64_t last = look->tip.hid - hid < n->genesis.epoch ? look->tip.hid : hid + n->genesis.epoch;
	struct endorsement *kept;
	struct hyper_header head;
	struct signature auth;
	struct hyper later;
	struct hash at;
	enum err e = store_get_endorsements(look->t, &kept, count, arena, hid);
	*out = kept;
	for (uint64_t next = hid + 1; e == ERR_OK && *count == 0 && next <= last; next++) {
		e = store_get_hyper_head(look->t, &at, &head, &auth, next);
		if (e != ERR_OK || !hash_equal(&head.source, hash))
			continue;
		e = execute_hyper(&later, &at, arena, look->t, next);
		*out = later.endorsement;
		*count = later.endorsements;
		break;
	}
	return e;
}

static void
put_address(struct json_writer *w, const struct pubkey *key)
{
	char text[ACCOUNT_TEXT];
	account_print(text, key->b);
	json_put_text(w, text);
}

static void
put_endorsements(struct json_writer *w, struct node *n, const struct endorsement *endorsement, uint32_t count, bool final)
{
	fields_uint(w, "endorsements", count);
	json_put_key(w, "endorsed_by");
	json_put_array(w);
	for (uint32_t i = 0; i < count; i++)
		put_address(w, &endorsement[i].voter);
	json_end_array(w);
	/*
	 * Where one key has all votes nobody endorses. What is final is certain by a later block, whether or not one carries
	 * what certified it.
	 */
	fields_bool(w, "certified", n->genesis.solo || count > 0 || final);
	fields_bool(w, "final", final);
}

/* Whose evidence the block carries. */
static void
put_struck(struct json_writer *w, const struct evidence *evidence, uint32_t count)
{
	json_put_key(w, "struck");
	json_put_array(w);
	for (uint32_t i = 0; i < count; i++)
		put_address(w, &evidence[i].voter);
	json_end_array(w);
}

static enum err
put_lane(struct json_writer *w, struct arena *arena, struct look *look, const struct cert *cert,
    uint64_t hid)
{
	const struct cert_core *c = &cert->core;
	json_put_object(w);
	view_lane(w, "lane", &c->lane);
	enum err e = lookup_put_chain(w, look, c->lane.chain);
	fields_uint(w, "blocks", c->blocks);
	fields_uint(w, "first_lid", c->blocks > 0 ? c->tip_lid - c->blocks + 1 : c->tip_lid);
	fields_uint(w, "tip_lid", c->tip_lid);
	fields_uint(w, "payloads", c->payloads);
	fields_uint(w, "bytes", c->bytes);
	view_hash(w, "tip", &c->tip);
	fields_uint(w, "executed", c->roots.executed);
	view_hash(w, "state_root", &c->roots.state);
	json_put_key(w, "seals");
	json_put_array(w);
	for (uint32_t i = 0; e == ERR_OK && i < c->blocks; i++) {
		struct store_block b;
		e = store_get_block(look->t, &b, arena, &c->lane, c->tip_lid - c->blocks + 1 + i);
		if (e == ERR_OK)
			json_put_hex(w, b.hash.b, sizeof(b.hash.b));
	}
	/* Of a chain that is not followed, or was not yet, there is only the certificate. */
	if (e == ERR_NOT_FOUND)
		e = lookup_pass_missing(look, c->lane.chain, hid);
	json_end_array(w);
	json_end_object(w);
	return e;
}

static enum err
put_hyper(struct json_writer *w, struct node *n, struct arena *arena, struct look *look, uint64_t hid, const char *type)
{
	struct hyper h;
	struct hash hash;
	const struct endorsement *endorsement;
	uint32_t endorsements;
	enum err e = execute_hyper(&h, &hash, arena, look->t, hid);
	if (e == ERR_OK)
		e = find_endorsements(&endorsement, &endorsements, arena, n, look, &hash, hid);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	if (type != NULL)
		fields_text(w, "type", type);
	view_hyper_header(w, &h.header, &hash, &h.auth);
	put_endorsements(w, n, endorsement, endorsements, hid <= look->tip.final_hid);
	put_struck(w, h.evidence, h.evidences);
	json_put_key(w, "lanes");
	json_put_array(w);
	for (uint32_t i = 0; e == ERR_OK && i < h.header.lanes; i++)
		e = put_lane(w, arena, look, &h.cert[i], hid);
	json_end_array(w);
	json_end_object(w);
	return e;
}

/* Hyper block 0 has no header: what it can say it says under the same names. */
static void
put_genesis(struct json_writer *w, struct node *n, const char *type)
{
	json_put_object(w);
	if (type != NULL)
		fields_text(w, "type", type);
	fields_uint(w, "hid", 0);
	view_hash(w, "hash", &n->genesis_hash);
	fields_uint(w, "slot", 0);
	blockview_time(w, n, 0);
	fields_decimal(w, "difficulty", 0);
	fields_uint(w, "seals", 0);
	fields_uint(w, "endorsements", 0);
	json_put_key(w, "endorsed_by");
	json_put_array(w);
	json_end_array(w);
	fields_bool(w, "certified", true);
	fields_bool(w, "final", true);
	put_struck(w, NULL, 0);
	json_put_key(w, "lanes");
	json_put_array(w);
	json_end_array(w);
	json_end_object(w);
}

enum err
blockview_hyper(struct json_writer *w, struct node *n, struct look *look, uint64_t hid, const char *type)
{
	struct arena arena = { 0 };
	if (hid > look->tip.hid)
		return ERR_NOT_FOUND;
	if (hid == 0) {
		put_genesis(w, n, type);
		return ERR_OK;
	}
	enum err e = put_hyper(w, n, &arena, look, hid, type);
	arena_free(&arena);
	return e;
}

void
blockview_head(struct json_writer *w, struct node *n, const struct store_block *b)
{
	const struct seal_core *core = &b->block.head.core;
	struct place at = { .kind = PLACE_BLOCK, .hid = b->hid, .lane = core->lane, .lid = b->block.lid };
	view_place(w, "at", &at);
	fields_uint(w, "hid", b->hid);
	blockview_time(w, n, core->slot);
	view_block(w, &b->block, &b->hash);
}

/* The payload, its chain's name and what it asks for, as far as the chain is known here. */
static enum err
put_payload(struct json_writer *w, struct look *look, const struct payload *p, const struct hash *id)
{
	struct registered r;
	enum err e = ledger_chain(&look->ledger, &r, p->chain);
	view_payload(w, p, id);
	if (e == ERR_OK) {
		fields_text(w, "chain_name", r.spec.name);
		view_order(w, r.spec.engine, p);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
blockview_payload(struct json_writer *w, struct node *n, struct look *look, uint64_t row,
    const struct wait *wait)
{
	struct found found;
	struct bytes raw;
	struct payload p;
	struct hash id;
	struct signature auth;
	struct hash hash;
	struct hyper_header h;
	enum err e = lookup_row(&found, look, row);
	if (e == ERR_OK)
		e = store_get_payload(look->t, &raw, row);
	if (e == ERR_OK)
		e = payload_unpack(&p, &id, NULL, raw);
	if (e == ERR_OK && found.status >= LOOKUP_SEALED)
		e = store_get_hyper_head(look->t, &hash, &h, &auth, found.place.hid);
	if (e == ERR_OK) {
		json_put_object(w);
		e = put_payload(w, look, &p, &id);
		lookup_put(w, &found);
		if (found.status == LOOKUP_POOLED)
			waits_put(w, wait);
		if (found.status >= LOOKUP_SEALED) {
			fields_uint(w, "index", found.place.index);
			fields_uint(w, "hid", found.place.hid);
			fields_bool(w, "final", found.status == LOOKUP_FINAL);
			blockview_time(w, n, h.slot);
		}
		json_end_object(w);
	}
	return e;
}

static enum err
put_listed(struct json_writer *w, struct look *look, uint64_t row, uint32_t index)
{
	struct payload p;
	struct bytes raw;
	struct hash id;
	struct found found;
	enum err e = store_get_payload(look->t, &raw, row);
	if (e == ERR_OK)
		e = payload_unpack(&p, &id, NULL, raw);
	if (e == ERR_OK)
		e = lookup_row(&found, look, row);
	if (e != ERR_OK)
		return e;
	json_put_object(w);
	fields_uint(w, "index", index);
	e = put_payload(w, look, &p, &id);
	lookup_put(w, &found);
	json_end_object(w);
	return e;
}

static enum err
put_block(struct json_writer *w, struct node *n, struct look *look, const struct store_block *b, uint64_t from)
{
	struct buf raw = { 0 };
	uint32_t count = b->block.head.core.payloads;
	uint64_t i = from;
	enum err e = ERR_OK;
	json_put_object(w);
	blockview_head(w, n, b);
	fields_uint(w, "payload_count", count);
	json_put_key(w, "payloads");
	json_put_array(w);
	for (; e == ERR_OK && i < count && i - from < BLOCKVIEW_PAGE; i++)
		e = put_listed(w, look, b->row[i], (uint32_t)i);
	json_end_array(w);
	if (i < count)
		fields_uint(w, "next", i);
	json_end_object(w);
	buf_free(&raw);
	return e;
}

enum err
blockview_block(struct json_writer *w, struct node *n, struct look *look, const struct lane *lane, uint64_t lid,
    uint64_t from)
{
	struct arena arena = { 0 };
	struct store_block b;
	enum err e = store_get_block(look->t, &b, &arena, lane, lid);
	if (e == ERR_OK)
		e = put_block(w, n, look, &b, from);
	arena_free(&arena);
	return e;
}
