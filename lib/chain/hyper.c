#include "chain/hyper.h"

#include <stdlib.h>
#include <string.h>

#include "chain/evidence.h"
#include "chain/limits.h"

/* A certificate without blocks, targets and lists. */
enum { CERT_LEAST = 195 + 4 };

void
hyper_header_put(struct buf *out, const struct hyper_header *h)
{
	const struct hash *roots[] = { &h->certs_root, &h->map_root, &h->message_root, &h->source,
		&h->endorsements_root, &h->evidence_root };

	object_put(out, OBJECT_HYPER, &h->network);
	wire_put_u64(out, h->hid);
	wire_put_u64(out, h->slot);
	buf_add(out, h->prev.b, sizeof h->prev.b);
	wire_put_u64(out, h->difficulty.lo);
	wire_put_u64(out, h->difficulty.hi);
	wire_put_u32(out, h->seals);
	wire_put_u32(out, h->lanes);
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		buf_add(out, roots[i]->b, sizeof roots[i]->b);
	wire_put_u64(out, h->time_ms);
	buf_add(out, h->rules.b, sizeof h->rules.b);
	buf_add(out, h->assembler.b, sizeof h->assembler.b);
}

void
hyper_header_get(struct reader *r, struct hyper_header *out)
{
	struct hash *roots[] = { &out->certs_root, &out->map_root, &out->message_root, &out->source,
		&out->endorsements_root, &out->evidence_root };

	object_get(r, OBJECT_HYPER, &out->network);
	out->hid = wire_get_u64(r);
	out->slot = wire_get_u64(r);
	/* Block 0 is the genesis record, and every block has a later slot than its parent. */
	if (out->hid == 0 || out->slot < out->hid)
		wire_fail(r, ERR_RANGE);
	wire_get(r, out->prev.b, sizeof out->prev.b);
	out->difficulty.lo = wire_get_u64(r);
	out->difficulty.hi = wire_get_u64(r);
	out->seals = wire_get_u32(r);
	out->lanes = wire_get_u32(r);
	if (out->seals > LIMIT_SEALS || out->lanes > LIMIT_LANES)
		wire_fail(r, ERR_TOO_LONG);
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		wire_get(r, roots[i]->b, sizeof roots[i]->b);
	out->time_ms = wire_get_u64(r);
	wire_get(r, out->rules.b, sizeof out->rules.b);
	wire_get(r, out->assembler.b, sizeof out->assembler.b);
}

void
hyper_put(struct buf *out, const struct hyper *h)
{
	hyper_header_put(out, &h->header);
	buf_add(out, h->auth.b, sizeof h->auth.b);
	for (uint32_t i = 0; i < h->header.lanes; i++)
		cert_put(out, &h->cert[i]);
	wire_put_u32(out, h->endorsements);
	for (uint32_t i = 0; i < h->endorsements; i++)
		endorse_put(out, &h->endorsement[i]);
	wire_put_u32(out, h->evidences);
	for (uint32_t i = 0; i < h->evidences; i++)
		evidence_put(out, &h->evidence[i]);
}

static void
get_certs(struct reader *r, struct hyper *out, struct arena *arena)
{
	uint32_t n = out->header.lanes;

	if (!r->err && n > r->left / CERT_LEAST)
		wire_fail(r, ERR_TRUNCATED);
	if (r->err)
		return;
	out->cert = arena_alloc(arena, n ? n : 1, sizeof *out->cert);
	if (out->cert == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < n && !r->err; i++) {
		cert_get(r, &out->cert[i], arena);
		if (i > 0 && lane_compare(&out->cert[i - 1].core.lane, &out->cert[i].core.lane) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

static void
get_endorsements(struct reader *r, struct hyper *out, struct arena *arena)
{
	uint32_t n = wire_get_count(r, LIMIT_VOTERS, ENDORSEMENT_BYTES);

	out->endorsements = n;
	out->endorsement = arena_alloc(arena, n ? n : 1, sizeof *out->endorsement);
	if (out->endorsement == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < n && !r->err; i++) {
		struct endorsement *e = &out->endorsement[i];
		endorse_get(r, e);
		if (i > 0 && memcmp(&e[-1].voter, &e->voter, sizeof e->voter) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

static void
get_evidence(struct reader *r, struct hyper *out, struct arena *arena)
{
	uint32_t n = wire_get_count(r, LIMIT_EVIDENCE, EVIDENCE_LEAST);

	out->evidences = n;
	out->evidence = arena_alloc(arena, n ? n : 1, sizeof *out->evidence);
	if (out->evidence == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < n && !r->err; i++) {
		struct evidence *e = &out->evidence[i];
		evidence_get(r, e);
		if (i > 0 && memcmp(&e[-1].voter, &e->voter, sizeof e->voter) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

enum err
hyper_unpack(struct hyper *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);

	if (in.len > LIMIT_HYPER_BYTES)
		return ERR_TOO_LONG;
	hyper_header_get(&r, &out->header);
	wire_get(&r, out->auth.b, sizeof out->auth.b);
	get_certs(&r, out, arena);
	get_endorsements(&r, out, arena);
	get_evidence(&r, out, arena);
	return wire_end(&r);
}

enum err
hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in)
{
	uint8_t *copy = malloc(in.len + 1);
	enum err e;

	*raw = (struct bytes){ 0 };
	if (!copy)
		return ERR_NOMEM;
	if (in.len)
		memcpy(copy, in.data, in.len);
	e = hyper_unpack(out, arena, (struct bytes){ copy, in.len });
	if (e)
		free(copy);
	else
		*raw = (struct bytes){ copy, in.len };
	return e;
}

void
hyper_drop(struct bytes raw)
{
	free((void *)raw.data);
}

enum err
hyper_head_unpack(struct hyper_header *out, struct signature *auth, struct bytes in)
{
	struct reader r = wire_reader(in);

	hyper_header_get(&r, out);
	wire_get(&r, auth->b, sizeof auth->b);
	return r.err;
}

struct hash
hyper_hash(const struct hyper_header *h)
{
	uint8_t room[HYPER_HEADER];
	struct buf b = { .data = room, .cap = sizeof room };

	hyper_header_put(&b, h);
	return hash_of(HASH_HYPER, room, sizeof room);
}

enum err
hyper_certs_root(struct hash *out, const struct cert *cert, uint32_t n)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < n; i++) {
		struct hash hash, leaf;
		enum err e = cert_hash(&hash, &cert[i].core);
		if (e)
			return e;
		leaf = merkle_leaf(hash.b, sizeof hash.b);
		merkle_add(&m, &leaf);
	}
	*out = merkle_end(&m);
	return ERR_OK;
}

struct hash
hyper_endorsements_root(const struct endorsement *e, uint32_t n)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t room[ENDORSEMENT_BYTES];
		struct buf b = { .data = room, .cap = sizeof room };
		struct hash leaf;
		endorse_put(&b, &e[i]);
		leaf = merkle_leaf(room, sizeof room);
		merkle_add(&m, &leaf);
	}
	return merkle_end(&m);
}

struct hash
hyper_map_root(const struct lane *lane, uint32_t n)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t room[LANE_BYTES];
		struct buf b = { .data = room, .cap = sizeof room };
		struct hash leaf;
		lane_put(&b, &lane[i]);
		leaf = merkle_leaf(room, sizeof room);
		merkle_add(&m, &leaf);
	}
	return merkle_end(&m);
}
