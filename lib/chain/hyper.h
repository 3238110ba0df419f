/*
 * hyper: the hyper block, the signed union of the lane certificates of a slot.
 *
 *     header  head 10 | HID u64 | slot u64 | previous 32 | difficulty u128 | seals u32 | lanes u32 |
 *             Merkle root of the certificates' hashes 32 | shard-map root 32 | message root 32 | source 32 |
 *             endorsements root 32 | evidence root 32 | time u64 (ms) | rules 32 | assembler 32     = 346 bytes
 *     Auth    the assembler's signature of Hash_self                                                 =  64
 *     block   header | Auth | certificates (lanes of them, ascending by lane) | endorsement count u32 |
 *             endorsements of the source, ascending by voter | evidence count u32 | evidence (chain/evidence.h),
 *             ascending by voter, one a voter
 *
 * Hash_self = Hash(hyper, header). No hash covers an endorsement of its own object. difficulty is the sum of the work
 * of all its seals. Source of the rule: para-protocol(7), HYPER BLOCK.
 */
#ifndef CHAIN_HYPER_H
#define CHAIN_HYPER_H

#include "base/arena.h"
#include "base/number.h"
#include "chain/cert.h"
#include "chain/endorse.h"

enum { HYPER_HEADER = 346, HYPER_HEAD = 410 };

struct hyper_header {
	struct network network;
	uint64_t hid, slot;
	struct hash prev;
	struct u128 difficulty;
	uint32_t seals, lanes;
	struct hash certs_root, map_root, message_root, source, endorsements_root, evidence_root;
	uint64_t time_ms;
	struct hash rules;
	struct pubkey assembler;
};

/* One of the two things that a key signed for one slot; which fields count depends on the kind of evidence. */
struct statement {
	struct hash hash, source;   /* list: root over its entries; endorsement: block and source */
	struct hyper_header header; /* candidate */
	struct signature signature;
};

struct evidence {
	struct network network;
	int kind; /* enum evidence_kind */
	uint64_t slot;
	struct pubkey voter;
	struct statement first, second; /* by the hash that the signature covers */
};

struct hyper {
	struct hyper_header header;
	struct signature auth;
	struct cert *cert;
	uint32_t endorsements;
	struct endorsement *endorsement;
	uint32_t evidences;
	struct evidence *evidence;
};

void hyper_header_put(struct buf *out, const struct hyper_header *h);
void hyper_header_get(struct reader *r, struct hyper_header *out);
void hyper_put(struct buf *out, const struct hyper *h);

/* Arrays live in the arena; bit fields borrow from in. ERR_ORDER for certificates or endorsements out of order. */
enum err hyper_unpack(struct hyper *out, struct arena *arena, struct bytes in);

/* The same of a copy, *raw, which outlives what is decoded and goes with hyper_drop; data is NULL unless ERR_OK. */
enum err hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in);
void hyper_drop(struct bytes raw);

/* The first HYPER_HEAD bytes of a block: header and Auth alone. */
enum err hyper_head_unpack(struct hyper_header *out, struct signature *auth, struct bytes in);

struct hash hyper_hash(const struct hyper_header *h);

/* Roots of a body. ERR_NOMEM. */
enum err hyper_certs_root(struct hash *out, const struct cert *cert, uint32_t n);
struct hash hyper_endorsements_root(const struct endorsement *e, uint32_t n);

/* Leaf of the shard map: lane bytes; ascending by lane. */
struct hash hyper_map_root(const struct lane *lane, uint32_t n);

/*
 * Stateless checks: Auth, roots against the body, seals, difficulty and lanes as the body sums up, every head's Auth
 * and work, every list's signature, every endorsement's signature, hash and source slot consistency,
 * every piece of evidence (evidence_check), of no later slot than the block's.
 */
enum err hyper_check(const struct hyper *h);

#endif
