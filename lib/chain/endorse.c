#include "chain/endorse.h"

enum { SIGNED = ENDORSEMENT_BYTES - 96 };

static void
put_signed(struct buf *out, const struct endorsement *e)
{
	object_put(out, OBJECT_ENDORSEMENT, &e->network);
	wire_put_u64(out, e->slot);
	buf_add(out, e->hash.b, sizeof e->hash.b);
	buf_add(out, e->source.b, sizeof e->source.b);
}

struct hash
endorse_hash(const struct endorsement *e)
{
	uint8_t room[SIGNED];
	struct buf b = { .data = room, .cap = sizeof room };

	put_signed(&b, e);
	return hash_of(HASH_ENDORSE, room, sizeof room);
}

void
endorse_put(struct buf *out, const struct endorsement *e)
{
	put_signed(out, e);
	buf_add(out, e->voter.b, sizeof e->voter.b);
	buf_add(out, e->signature.b, sizeof e->signature.b);
}

void
endorse_get(struct reader *r, struct endorsement *out)
{
	object_get(r, OBJECT_ENDORSEMENT, &out->network);
	out->slot = wire_get_u64(r);
	wire_get(r, out->hash.b, sizeof out->hash.b);
	wire_get(r, out->source.b, sizeof out->source.b);
	wire_get(r, out->voter.b, sizeof out->voter.b);
	wire_get(r, out->signature.b, sizeof out->signature.b);
}

enum err
endorse_unpack(struct endorsement *out, struct bytes in)
{
	struct reader r = wire_reader(in);

	endorse_get(&r, out);
	return wire_end(&r);
}

void
endorse_sign(struct endorsement *e, const struct sign_key *key)
{
	struct hash h = endorse_hash(e);

	e->voter = *sign_key_public(key);
	e->signature = sign_make(key, &h);
}

enum err
endorse_check(const struct endorsement *e)
{
	struct hash h = endorse_hash(e);

	return sign_verify(&e->voter, &h, &e->signature) ? ERR_OK : ERR_SIGNATURE;
}
