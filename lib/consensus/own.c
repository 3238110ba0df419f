#include "consensus/agree.h"
#include "consensus/core.h"
#include "consensus/effects.h"

/* An encoded object as the effects hand it out; data is NULL when memory ran out. Frees the buffer. */
static struct bytes
hand_out(struct effects *out, struct buf *buf)
{
	struct bytes raw = { 0 };

	if (!buf->failed)
		raw = effects_copy(out, bytes_of(buf));
	buf_free(buf);
	return raw;
}

/* The signature leaves only after its record: SEND stands behind KEEP_RECORD. The effects' room is reserved. */
static void
keep_record(struct consensus *c, struct effects *out)
{
	effects_add(out, EFFECT_KEEP_RECORD)->record = c->record;
}

static void
send(struct effects *out, struct bytes raw)
{
	effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .raw = raw };
}

enum err
own_list(struct consensus *c, struct effects *out)
{
	struct assembly in = round_assembly(c);
	struct hash root;
	struct list list;
	struct buf buf = { 0 };
	struct bytes raw;
	enum err e = agree_list(&list, &c->round.arena, &in);

	if (e == ERR_OK)
		e = list_root(&root, &list);
	if (e == ERR_OK)
		e = effects_reserve(out, 2);
	if (e)
		return e;
	list_put(&buf, &list);
	raw = hand_out(out, &buf);
	e = raw.data ? hear_list(c, &list) : ERR_NOMEM;
	if (e)
		return e;
	c->record.list_slot = list.slot;
	c->record.list = list_hash(&list.network, list.slot, &root);
	keep_record(c, out);
	send(out, raw);
	return ERR_OK;
}

enum err
own_candidate(struct consensus *c, struct effects *out)
{
	struct assembly in = round_assembly(c);
	struct candidate *candidate = arena_alloc(&c->round.arena, 1, sizeof *candidate);
	struct bytes raw;
	enum err e = candidate ? effects_reserve(out, 2) : ERR_NOMEM;

	if (e == ERR_OK)
		e = assemble_hyper(candidate, &c->round.arena, &in);
	if (e)
		return e;
	raw = effects_copy(out, candidate->raw);
	if (!raw.data)
		return ERR_NOMEM;
	c->record.candidate_slot = c->round.slot;
	c->record.candidate = candidate->hash;
	c->round.candidate = candidate;
	keep_record(c, out);
	send(out, raw);
	return ERR_OK;
}

enum err
own_endorsement(struct consensus *c, struct effects *out)
{
	const struct candidate *block = c->round.candidate;
	struct endorsement own = { .network = c->network, .slot = c->round.slot, .hash = block->hash,
		.source = block->hyper.header.source };
	struct buf buf = { 0 };
	struct bytes raw;
	enum err e = effects_reserve(out, 2);

	/* para-protocol(7) ROUNDS: has a source whose slot is not below any source it ever endorsed */
	if (e || c->tip.slot < c->record.source_slot)
		return e;
	endorse_sign(&own, c->key);
	endorse_put(&buf, &own);
	raw = hand_out(out, &buf);
	if (!raw.data)
		return ERR_NOMEM;
	c->record.endorse_slot = own.slot;
	c->record.endorsed = own.hash;
	c->record.source_slot = c->tip.slot;
	c->record.source = own.source;
	keep_record(c, out);
	/* What cannot be connected is not sent either: the record alone binds nobody. */
	e = hear_endorsement(c, out, &own);
	if (e == ERR_OK)
		e = effects_reserve(out, 1);
	if (e == ERR_OK)
		send(out, raw);
	return e;
}
