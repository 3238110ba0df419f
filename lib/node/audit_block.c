#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/audit_state.h"

struct sealed {
	struct audit *audit;
	const struct store_block *block;
	char place[PLACE_TEXT];
	struct merkle tree;
	uint64_t bytes;
};

/* Bit of a row; sets it and says whether it was set. False for a row that was never given out. */
static bool
mark(struct audit *a, bool *before, uint64_t row)
{
	if (row == 0 || row >= a->rows)
		return false;
	*before = a->sealed[row / 8] >> row % 8 & 1;
	a->sealed[row / 8] |= (uint8_t)(1 << row % 8);
	return true;
}

static int
compare_places(const struct place *x, const struct place *y)
{
	if (x->hid != y->hid)
		return x->hid < y->hid ? -1 : 1;
	int lane = lane_compare(&x->lane, &y->lane);
	if (lane != 0)
		return lane;
	if (x->lid != y->lid)
		return x->lid < y->lid ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* A row's place is the first block that names it. */
static enum err
check_place(struct sealed *s, uint64_t row, uint32_t index, bool before)
{
	const struct store_block *b = s->block;
	struct place here = { .kind = PLACE_PAYLOAD, .hid = b->hid, .lane = b->block.head.core.lane, .lid = b->block.lid,
		.index = index }, found;
	enum err e = store_get_place(s->audit->t, &found, row);
	if (e == ERR_NOT_FOUND) {
		audit_say(s->audit, s->place, "payload %u has no place", index);
		return ERR_OK;
	}
	int order = e == ERR_OK ? compare_places(&found, &here) : 0;
	if (order > 0 || (order != 0 && !before))
		audit_say(s->audit, s->place, "payload %u has another place", index);
	return e;
}

static enum err
check_index(struct sealed *s, uint64_t row, uint32_t index, const struct hash *id)
{
	uint64_t indexed;
	enum err e = store_find_payload(s->audit->t, &indexed, id);
	if (e == ERR_NOT_FOUND) {
		audit_say(s->audit, s->place, "payload %u is not found by its id", index);
		return ERR_OK;
	}
	if (e == ERR_OK && indexed > row)
		audit_say(s->audit, s->place, "the id of payload %u names a later row", index);
	return e;
}

static void
check_payload(struct sealed *s, uint32_t index, const struct payload *p, const struct hash *id)
{
	struct audit *a = s->audit;
	const struct lane *lane = &s->block->block.head.core.lane;
	enum err e = payload_check(p, id, &a->network);
	if (e != ERR_OK)
		audit_say(a, s->place, "payload %u: %s", index, err_text(e));
	if (p->chain != lane->chain)
		audit_say(a, s->place, "payload %u is for chain %u", index, p->chain);
	if (p->expiry != 0 && p->expiry < s->block->hid)
		audit_say(a, s->place, "payload %u had expired", index);
	if (lane->chain < a->chains && p->body.len > a->chain[lane->chain].body_bytes)
		audit_say(a, s->place, "payload %u is too long for its chain", index);
}

static enum err
check_row(struct sealed *s, uint32_t index)
{
	struct audit *a = s->audit;
	uint64_t row = s->block->row[index];
	struct payload p;
	struct hash id, leaf;
	struct bytes raw;
	bool before;
	if (!mark(a, &before, row)) {
		audit_say(a, s->place, "payload %u has row %" PRIu64, index, row);
		return ERR_OK;
	}
	a->sealed_rows += !before;
	enum err e = store_get_payload(a->t, &raw, row);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && payload_unpack(&p, &id, &leaf, raw) != ERR_OK)) {
		audit_say(a, s->place, "payload %u is %s", index, e == ERR_OK ? "no payload" : "missing");
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	merkle_add(&s->tree, &leaf);
	s->bytes += raw.len;
	a->result->payloads++;
	check_payload(s, index, &p, &id);
	e = check_index(s, row, index, &id);
	return e == ERR_OK ? check_place(s, row, index, before) : e;
}

static enum err
check_body(struct audit *a, const struct store_block *b)
{
	const struct seal_core *core = &b->block.head.core;
	struct place at = { .kind = PLACE_BLOCK, .hid = b->hid, .lane = core->lane, .lid = b->block.lid };
	struct sealed s = { .audit = a, .block = b };
	enum err e = ERR_OK;
	place_print(s.place, &at);
	merkle_init(&s.tree);
	for (uint32_t i = 0; e == ERR_OK && i < core->payloads; i++)
		e = check_row(&s, i);
	struct hash root = merkle_end(&s.tree);
	if (e == ERR_OK && !hash_equal(&root, &core->root))
		audit_say(a, s.place, "its payloads do not give its root");
	if (e == ERR_OK && s.bytes != core->bytes)
		audit_say(a, s.place, "its payloads have %" PRIu64 " bytes, not %u", s.bytes, core->bytes);
	return e;
}

static bool
same_block(const struct block *x, const struct block *y)
{
	struct hash a = block_hash(x), b = block_hash(y);
	return hash_equal(&a, &b);
}

static enum err
check_block(struct audit *a, struct arena *arena, const struct block *expected, const struct hash *hash, uint64_t hid)
{
	struct place at = { .kind = PLACE_BLOCK, .hid = hid, .lane = expected->head.core.lane, .lid = expected->lid };
	char place[PLACE_TEXT];
	struct store_block b;
	struct lane lane;
	uint64_t found_hid, lid;
	bool is_hyper;
	place_print(place, &at);
	enum err e = store_get_block(a->t, &b, arena, &at.lane, at.lid);
	if (e == ERR_NOT_FOUND) {
		audit_say(a, place, "is missing");
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	if (b.hid != hid || !hash_equal(&b.hash, hash) || !same_block(&b.block, expected))
		audit_say(a, place, "is not what its certificate says");
	e = store_find_hash(a->t, &is_hyper, &found_hid, &lane, &lid, hash);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && (is_hyper || lid != at.lid || lane_compare(&lane, &at.lane) != 0)))
		audit_say(a, place, "is not found by its hash");
	a->result->blocks++;
	return e == ERR_OK || e == ERR_NOT_FOUND ? check_body(a, &b) : e;
}

enum err
audit_blocks(struct audit *a, struct arena *arena, const struct cert *cert, uint64_t hid)
{
	const struct lane_state *s = &a->chain[cert->core.lane.chain].state;
	struct block *block;
	struct hash *hash;
	char place[32];
	enum err e = cert_blocks(&block, &hash, arena, cert, s->tip_lid, &s->tip);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK) {
		snprintf(place, sizeof(place), "%" PRIu64, hid);
		audit_say(a, place, "lane %u: %s", cert->core.lane.chain, err_text(e));
		return ERR_OK;
	}
	bool held = audit_base_held(a, &a->chain[cert->core.lane.chain], hid);
	for (uint32_t i = 0; held && e == ERR_OK && i < cert->core.blocks; i++)
		e = check_block(a, arena, &block[i], &hash[i], hid);
	return e;
}
