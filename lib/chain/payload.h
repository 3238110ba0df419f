/*
 * payload: one signed record of a user, opaque to the chain layer.
 *
 *     head 10 | chain u32 | expiry u64 | seq u64 | fee u64 | signer 32 | body length u32 | body | signature 64
 *
 * Its id is Hash(payload) over all but the signature, and that is what the signature covers. The leaf of the seal's
 * tree covers id and signature, so nobody can put another signature under a good root.
 * Source of the rule: para-protocol(7), PAYLOAD.
 */
#ifndef CHAIN_PAYLOAD_H
#define CHAIN_PAYLOAD_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/number.h"
#include "base/wire.h"
#include "chain/object.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

enum { PAYLOAD_FIXED = 138 }; /* encoded size without the body */

struct payload {
	struct network network;
	uint32_t chain;
	uint64_t expiry; /* the last HID that may seal it; 0: never expires */
	uint64_t seq;    /* from 1, per chain and signer */
	struct amount fee;
	struct pubkey signer;
	struct bytes body; /* borrowed */
	struct signature signature;
};

/* Decodes one payload from the reader; body borrows from its input. seq 0 is ERR_RANGE. Verifies no signature. */
void payload_get(struct reader *r, struct payload *out);

/* The whole of in must be one payload. *id and *leaf (either may be NULL) are hashed from the bytes in place. */
enum err payload_unpack(struct payload *out, struct hash *id, struct hash *leaf, struct bytes in);

void payload_put(struct buf *out, const struct payload *p);

/* Fills id (and p->signature) by signing with key, whose public half becomes p->signer. ERR_NOMEM, ERR_TOO_LONG. */
enum err payload_sign(struct payload *p, struct hash *id, const struct sign_key *key);

struct hash payload_leaf(const struct hash *id, const struct signature *signature);

/* Stateless checks: network, signature. ERR_NETWORK, ERR_SIGNATURE. */
enum err payload_check(const struct payload *p, const struct hash *id, const struct network *network);

#endif
