#include "chain/payload.h"

#include <string.h>

#include "chain/limits.h"
#include "crypto/merkle.h"

enum { FIELDS = PAYLOAD_FIXED - 64, SIGNATURE = 64 };

static void
put_fields(struct buf *out, const struct payload *p)
{
	object_put(out, OBJECT_PAYLOAD, &p->network);
	wire_put_u32(out, p->chain);
	wire_put_u64(out, p->expiry);
	wire_put_u64(out, p->seq);
	wire_put_u64(out, p->fee.units);
	buf_add(out, p->signer.b, sizeof p->signer.b);
	wire_put_u32(out, (uint32_t)p->body.len);
}

void
payload_put(struct buf *out, const struct payload *p)
{
	put_fields(out, p);
	buf_add(out, p->body.data, p->body.len);
	buf_add(out, p->signature.b, SIGNATURE);
}

void
payload_get(struct reader *r, struct payload *out)
{
	uint32_t len;

	object_get(r, OBJECT_PAYLOAD, &out->network);
	out->chain = wire_get_u32(r);
	out->expiry = wire_get_u64(r);
	out->seq = wire_get_u64(r);
	if (out->seq == 0)
		wire_fail(r, ERR_RANGE);
	out->fee.units = wire_get_u64(r);
	wire_get(r, out->signer.b, sizeof out->signer.b);
	len = wire_get_count(r, LIMIT_BODY, 1);
	out->body.data = wire_take(r, len);
	out->body.len = out->body.data ? len : 0;
	wire_get(r, out->signature.b, SIGNATURE);
}

enum err
payload_unpack(struct payload *out, struct hash *id, struct hash *leaf, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct hash h;
	enum err e;

	payload_get(&r, out);
	e = wire_end(&r);
	if (e || (id == NULL && leaf == NULL))
		return e;
	h = hash_of(HASH_PAYLOAD, in.data, in.len - SIGNATURE);
	if (id)
		*id = h;
	if (leaf)
		*leaf = payload_leaf(&h, &out->signature);
	return ERR_OK;
}

enum err
payload_sign(struct payload *p, struct hash *id, const struct sign_key *key)
{
	uint8_t room[FIELDS];
	struct buf fields = { .data = room, .cap = sizeof room };
	struct hasher h;

	if (p->body.len > LIMIT_BODY)
		return ERR_TOO_LONG;
	p->signer = *sign_key_public(key);
	put_fields(&fields, p);
	hash_init(&h, HASH_PAYLOAD);
	hash_add(&h, room, sizeof room);
	hash_add(&h, p->body.data, p->body.len);
	*id = hash_end(&h);
	p->signature = sign_make(key, id);
	return ERR_OK;
}

struct hash
payload_leaf(const struct hash *id, const struct signature *signature)
{
	uint8_t item[sizeof id->b + SIGNATURE];

	memcpy(item, id->b, sizeof id->b);
	memcpy(item + sizeof id->b, signature->b, SIGNATURE);
	return merkle_leaf(item, sizeof item);
}

enum err
payload_check(const struct payload *p, const struct hash *id, const struct network *network)
{
	if (memcmp(&p->network, network, sizeof *network) != 0)
		return ERR_NETWORK;
	return sign_verify(&p->signer, id, &p->signature) ? ERR_OK : ERR_SIGNATURE;
}
