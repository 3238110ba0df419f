/*
 * seal: what a miner puts into a lane in a slot. One seal is one vote.
 *
 *     core    head 10 | lane 9 | slot u64 | previous hyper block 32 | difficulty u64 | payload count u32 |
 *             payload bytes u32 | payload root 32 | script 32 | signer 32 | voter 32 | index u16          = 205 bytes
 *     Auth    the signer's signature of Hash(sealcore, core)                                             =  64
 *     nonce   u64                                                                                        =   8
 *     head    core, Auth, nonce                                                                          = 277
 *     seal    head, then the payloads one after the other (each knows its length)
 *     template  head 10 (type template), core, Auth, payloads: a seal that still needs its nonce
 *
 *     digest  = Hash(sealdigest, core, Auth)
 *     id      = Hash(work, digest, nonce): identity, rank (lowest first), place in the lane's order
 *
 * A body that does not match its root is its sender's fault and says nothing about the seal.
 * Source of the rule: para-protocol(7), SEAL.
 */
#ifndef CHAIN_SEAL_H
#define CHAIN_SEAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/wire.h"
#include "chain/lane.h"
#include "chain/object.h"
#include "chain/payload.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/sign.h"

enum { SEAL_CORE = 205, SEAL_HEAD = 277 };

struct seal_core {
	struct network network;
	struct lane lane;
	uint64_t slot;
	struct hash prev_hyper;
	uint64_t difficulty;
	uint32_t payloads, bytes;
	struct hash root;
	struct hash script; /* hash of the chain's spec */
	struct pubkey signer, voter;
	uint16_t index; /* the ticket of rule pos, else 0 */
};

struct seal_head {
	struct seal_core core;
	struct signature auth;
	uint64_t nonce;
};

/* One payload of a decoded seal: its bytes and what was hashed from them. */
struct seal_payload {
	struct bytes raw;
	struct payload payload;
	struct hash id, leaf;
};

struct seal {
	struct seal_head head;
	struct seal_payload *payload; /* head.core.payloads of them, in the arena */
};

void seal_core_put(struct buf *out, const struct seal_core *core);
void seal_core_get(struct reader *r, struct seal_core *out);
void seal_head_put(struct buf *out, const struct seal_head *head);
void seal_head_get(struct reader *r, struct seal_head *out);

/* What the signer signs. */
struct hash seal_core_hash(const struct seal_core *core);
struct hash seal_digest(const struct seal_core *core, const struct signature *auth);
struct hash seal_id(const struct seal_head *head);

/* Signs core; key's public half must be core->signer. */
struct signature seal_sign(const struct seal_core *core, const struct sign_key *key);

/* Stateless checks of a head: Auth (ERR_SIGNATURE), work against its own difficulty (ERR_WORK), difficulty >= 256. */
enum err seal_head_check(const struct seal_head *head);

/* Decodes seal or template (nonce 0); payload bytes borrow from in. Counts and bytes must be as the core says. */
enum err seal_unpack(struct seal *out, struct arena *arena, struct bytes in);
enum err seal_template_unpack(struct seal *out, struct arena *arena, struct bytes in);

/* Encodes head (or template) and the raw payloads. */
void seal_put(struct buf *out, const struct seal *seal);
void seal_template_put(struct buf *out, const struct seal *seal);

/* The root alone, against the leaves that seal_unpack made: ERR_MERKLE. */
enum err seal_root_check(const struct seal *seal);

/*
 * Checks the body: Merkle root (ERR_MERKLE), each payload's network, chain (ERR_CHAIN_UNKNOWN) and signature.
 * *bad is the index of the payload at fault, or UINT32_MAX when it is not one payload's fault.
 */
enum err seal_body_check(const struct seal *seal, uint32_t *bad);

#endif
