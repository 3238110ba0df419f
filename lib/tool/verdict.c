#include "tool/verdict.h"

#include "chain/proof.h"
#include "chain/spec.h"

static void
set_id(struct verdict *out, struct hash id)
{
	out->id = id;
	out->has_id = true;
}

static enum err
of_payload(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct payload p;
	struct hash id;
	(void)arena;
	enum err e = payload_unpack(&p, &id, NULL, raw);
	if (e)
		return e;
	set_id(out, id);
	return payload_check(&p, &id, &p.network);
}

static enum err
of_seal(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct seal s;
	enum err e = seal_unpack(&s, arena, raw);
	if (e)
		return e;
	set_id(out, seal_id(&s.head));
	e = seal_head_check(&s.head);
	return e ? e : seal_body_check(&s, &out->payload);
}

static enum err
of_template(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct seal s;
	enum err e = seal_template_unpack(&s, arena, raw);
	if (e)
		return e;
	struct hash signed_hash = seal_core_hash(&s.head.core);
	if (!sign_verify(&s.head.core.signer, &signed_hash, &s.head.auth))
		return ERR_SIGNATURE;
	return seal_body_check(&s, &out->payload);
}

static enum err
of_block(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct block b;
	(void)arena;
	enum err e = block_unpack(&b, raw);
	if (e)
		return e;
	set_id(out, block_hash(&b));
	return seal_head_check(&b.head);
}

static enum err
of_list(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct list l;
	(void)out;
	enum err e = list_unpack(&l, arena, raw);
	return e ? e : list_check(&l);
}

static enum err
of_cert(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct cert c;
	struct hash id;
	enum err e = cert_unpack(&c, arena, raw);
	if (!e)
		e = cert_hash(&id, &c.core);
	if (e)
		return e;
	set_id(out, id);
	for (uint32_t i = 0; i < c.core.blocks && !e; i++)
		e = seal_head_check(&c.head[i]);
	for (uint32_t i = 0; i < c.lists && !e; i++)
		e = cert_list_check(&c, &c.list[i]);
	return e;
}

static enum err
of_endorsement(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct endorsement endorsement;
	(void)out;
	(void)arena;
	enum err e = endorse_unpack(&endorsement, raw);
	return e ? e : endorse_check(&endorsement);
}

static enum err
of_hyper(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct hyper h;
	enum err e = hyper_unpack(&h, arena, raw);
	if (e)
		return e;
	set_id(out, hyper_hash(&h.header));
	return hyper_check(&h);
}

static enum err
of_genesis(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct genesis g;
	struct hash id;
	enum err e = genesis_unpack(&g, arena, raw);
	if (!e && !(e = genesis_hash(&id, &g)))
		set_id(out, id);
	return e;
}

static enum err
of_spec(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct spec s;
	(void)arena;
	enum err e = spec_unpack(&s, raw);
	if (!e)
		set_id(out, spec_hash(&s));
	return e;
}

static enum err
of_proof(struct verdict *out, struct arena *arena, struct bytes raw)
{
	struct proof p;
	enum err e = proof_unpack(&p, arena, raw);
	if (e)
		return e;
	set_id(out, p.id);
	out->hid = p.anchor.header.hid;
	return proof_check(&out->anchor, &p);
}

static enum err
of_account_proof(struct verdict *out, struct arena *arena, struct bytes raw)
{
	enum err e = account_proof_unpack(&out->account, arena, raw);
	if (e)
		return e;
	out->hid = out->account.anchor.header.hid;
	return account_proof_check(&out->anchor, &out->account);
}

enum err
verdict_of(struct verdict *out, struct arena *arena, struct bytes raw)
{
	static enum err (*const of[])(struct verdict *, struct arena *, struct bytes) = {
		[OBJECT_PAYLOAD] = of_payload, [OBJECT_SEAL] = of_seal, [OBJECT_TEMPLATE] = of_template,
		[OBJECT_BLOCK] = of_block, [OBJECT_LIST] = of_list, [OBJECT_CERT] = of_cert,
		[OBJECT_ENDORSEMENT] = of_endorsement, [OBJECT_HYPER] = of_hyper, [OBJECT_GENESIS] = of_genesis,
		[OBJECT_SPEC] = of_spec, [OBJECT_PROOF] = of_proof, [OBJECT_ACCOUNT_PROOF] = of_account_proof};
	*out = (struct verdict){.type = object_peek(raw), .payload = UINT32_MAX};
	if (out->type == 0 || out->type >= sizeof of / sizeof of[0] || !of[out->type])
		return raw.len < OBJECT_HEAD ? ERR_TRUNCATED : ERR_TYPE;
	return of[out->type](out, arena, raw);
}
