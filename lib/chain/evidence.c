#include "chain/evidence.h"

#include <string.h>

/* --- encoding --- */

static void
put_statement(struct buf *out, enum evidence_kind kind, const struct statement *s)
{
	if (kind == EVIDENCE_CANDIDATE) {
		hyper_header_put(out, &s->header);
	} else {
		buf_add(out, s->hash.b, sizeof s->hash.b);
		if (kind == EVIDENCE_ENDORSEMENT)
			buf_add(out, s->source.b, sizeof s->source.b);
	}
	buf_add(out, s->signature.b, sizeof s->signature.b);
}

void
evidence_put(struct buf *out, const struct evidence *e)
{
	object_put(out, OBJECT_EVIDENCE, &e->network);
	wire_put_u8(out, (uint8_t)e->kind);
	wire_put_u64(out, e->slot);
	buf_add(out, e->voter.b, sizeof e->voter.b);
	put_statement(out, e->kind, &e->first);
	put_statement(out, e->kind, &e->second);
}

static void
get_statement(struct reader *r, enum evidence_kind kind, struct statement *out)
{
	*out = (struct statement){ 0 };
	if (kind == EVIDENCE_CANDIDATE) {
		hyper_header_get(r, &out->header);
	} else {
		wire_get(r, out->hash.b, sizeof out->hash.b);
		if (kind == EVIDENCE_ENDORSEMENT)
			wire_get(r, out->source.b, sizeof out->source.b);
	}
	wire_get(r, out->signature.b, sizeof out->signature.b);
}

void
evidence_get(struct reader *r, struct evidence *out)
{
	uint8_t kind;

	*out = (struct evidence){ 0 };
	object_get(r, OBJECT_EVIDENCE, &out->network);
	kind = wire_get_u8(r);
	if (kind < EVIDENCE_LIST || kind > EVIDENCE_CANDIDATE)
		wire_fail(r, ERR_RANGE);
	out->kind = kind;
	out->slot = wire_get_u64(r);
	wire_get(r, out->voter.b, sizeof out->voter.b);
	get_statement(r, out->kind, &out->first);
	get_statement(r, out->kind, &out->second);
}

enum err
evidence_unpack(struct evidence *out, struct bytes in)
{
	struct reader r = wire_reader(in);

	evidence_get(&r, out);
	return wire_end(&r);
}

struct hash
evidence_root(const struct evidence *e, uint32_t n)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t room[EVIDENCE_MOST];
		struct buf b = { .data = room, .cap = sizeof room };
		struct hash leaf;
		evidence_put(&b, &e[i]);
		leaf = merkle_leaf(room, b.len);
		merkle_add(&m, &leaf);
	}
	return merkle_end(&m);
}

/* --- what a statement's signature covers --- */

static struct hash
covered(const struct evidence *e, const struct statement *s)
{
	struct endorsement endorsement = { .network = e->network, .slot = e->slot, .hash = s->hash, .source = s->source };

	if (e->kind == EVIDENCE_LIST)
		return list_hash(&e->network, e->slot, &s->hash);
	if (e->kind == EVIDENCE_ENDORSEMENT)
		return endorse_hash(&endorsement);
	return hyper_hash(&s->header);
}

static enum err
check_header(const struct evidence *e, const struct hyper_header *h)
{
	if (memcmp(&h->network, &e->network, sizeof h->network) != 0)
		return ERR_NETWORK;
	if (h->slot != e->slot)
		return ERR_SLOT;
	return memcmp(&h->assembler, &e->voter, sizeof h->assembler) == 0 ? ERR_OK : ERR_VOTER;
}

enum err
evidence_check(const struct evidence *e)
{
	struct hash a = covered(e, &e->first), b = covered(e, &e->second);
	enum err err = ERR_OK;

	if (hash_compare(&a, &b) >= 0)
		return ERR_ORDER;
	if (e->kind == EVIDENCE_CANDIDATE)
		err = check_header(e, &e->first.header);
	if (err == ERR_OK && e->kind == EVIDENCE_CANDIDATE)
		err = check_header(e, &e->second.header);
	if (err)
		return err;
	return sign_verify(&e->voter, &a, &e->first.signature) && sign_verify(&e->voter, &b, &e->second.signature)
	    ? ERR_OK : ERR_SIGNATURE;
}

/* --- making it --- */

static enum err
order(struct evidence *e)
{
	struct hash a = covered(e, &e->first), b = covered(e, &e->second);
	int order = hash_compare(&a, &b);

	if (order > 0) {
		struct statement first = e->first;
		e->first = e->second;
		e->second = first;
	}
	return order ? ERR_OK : ERR_HASH;
}

static enum err
list_statement(struct statement *out, const struct list *list)
{
	*out = (struct statement){ .signature = list->signature };
	return list_root(&out->hash, list);
}

enum err
evidence_of_lists(struct evidence *out, const struct list *a, const struct list *b)
{
	enum err e;

	*out = (struct evidence){ .network = a->network, .kind = EVIDENCE_LIST, .slot = a->slot, .voter = a->voter };
	if (memcmp(&a->network, &b->network, sizeof a->network) != 0)
		return ERR_NETWORK;
	if (a->slot != b->slot)
		return ERR_SLOT;
	if (memcmp(&a->voter, &b->voter, sizeof a->voter) != 0)
		return ERR_VOTER;
	e = list_statement(&out->first, a);
	if (e == ERR_OK)
		e = list_statement(&out->second, b);
	return e ? e : order(out);
}

enum err
evidence_of_endorsements(struct evidence *out, const struct endorsement *a, const struct endorsement *b)
{
	*out = (struct evidence){ .network = a->network, .kind = EVIDENCE_ENDORSEMENT, .slot = a->slot,
		.voter = a->voter };
	if (memcmp(&a->network, &b->network, sizeof a->network) != 0)
		return ERR_NETWORK;
	if (a->slot != b->slot)
		return ERR_SLOT;
	if (memcmp(&a->voter, &b->voter, sizeof a->voter) != 0)
		return ERR_VOTER;
	out->first = (struct statement){ .hash = a->hash, .source = a->source, .signature = a->signature };
	out->second = (struct statement){ .hash = b->hash, .source = b->source, .signature = b->signature };
	return order(out);
}

enum err
evidence_of_candidates(struct evidence *out, const struct hyper_header *a, const struct signature *a_auth,
    const struct hyper_header *b, const struct signature *b_auth)
{
	enum err e;

	*out = (struct evidence){ .network = a->network, .kind = EVIDENCE_CANDIDATE, .slot = a->slot,
		.voter = a->assembler };
	e = check_header(out, b);
	if (e)
		return e;
	out->first = (struct statement){ .header = *a, .signature = *a_auth };
	out->second = (struct statement){ .header = *b, .signature = *b_auth };
	return order(out);
}
