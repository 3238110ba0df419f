/*
 * endorse: a voter's one endorsement of a slot.
 *
 *     head 10 | slot u64 | hyper block 32 | source 32 | voter 32 | signature 64               = 178 bytes
 *
 * The signature covers Hash(endorse, all before voter). Source of the rule: para-protocol(7), ENDORSEMENT.
 */
#ifndef CHAIN_ENDORSE_H
#define CHAIN_ENDORSE_H

#include "chain/object.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

enum { ENDORSEMENT_BYTES = 178 };

struct endorsement {
	struct network network;
	uint64_t slot;
	struct hash hash, source;
	struct pubkey voter;
	struct signature signature;
};

void endorse_put(struct buf *out, const struct endorsement *e);
void endorse_get(struct reader *r, struct endorsement *out);
enum err endorse_unpack(struct endorsement *out, struct bytes in);

/* What the signature covers. */
struct hash endorse_hash(const struct endorsement *e);

/* Fills voter and signature. */
void endorse_sign(struct endorsement *e, const struct sign_key *key);
enum err endorse_check(const struct endorsement *e);

#endif
