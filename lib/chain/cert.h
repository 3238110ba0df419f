/*
 * cert: a lane certificate, the signed result of a lane's local consensus in a slot.
 *
 *     core   head 10 | lane 9 | slot u64 | block count u32 | Merkle root of the blocks' hashes, in order 32 |
 *            payloads u64 | bytes u64 | tip hash 32 | tip LID u64 | executed HID u64 | state root 32 | outbox root 32 |
 *            target count u32 | targets: chain u32, messages u32, root 32, ascending by chain
 *     cert   core | seal heads (block count of them, ascending by id) | parent 32 | list count u32 | lists, ascending by
 *            voter
 *     list   voter 32 | signature 64 | entry index u32 | entry count u32 | path length u8 | path 32 each |
 *            flags u8 (bit 0: its roots are the certificate's, bit 1: its parent is) | a bit for each block, lowest bit first, zero padded |
 *            other id count u32 | other ids 32 each, ascending | executed, state, outbox unless bit 0 is set |
 *            parent 32 unless bit 1 is set
 *
 * Hash(cert, core) is the certificate's hash: heads and lists travel beside it. A certificate without blocks has the
 * lane's standing tip; it carries roots only. Source of the rule: para-protocol(7), LANE CERTIFICATE.
 */
#ifndef CHAIN_CERT_H
#define CHAIN_CERT_H

#include "base/arena.h"
#include "chain/block.h"
#include "chain/list.h"
#include "crypto/merkle.h"

struct cert_target {
	uint32_t chain, messages;
	struct hash root;
};

struct cert_core {
	struct network network;
	struct lane lane;
	uint64_t slot;
	uint32_t blocks;
	struct hash blocks_root;
	uint64_t payloads, bytes;
	struct hash tip;
	uint64_t tip_lid;
	struct roots roots;
	uint32_t targets;
	struct cert_target *target;
};

/* One voter's list as far as it concerns this lane, beside the certificate's own values. */
struct cert_list {
	struct pubkey voter;
	struct signature signature;
	struct merkle_path path;
	bool same_roots, same_parent;
	struct roots roots;    /* the certificate's when same_roots */
	struct hash parent;    /* likewise */
	const uint8_t *accepts; /* a bit for each block; (blocks + 7) / 8 bytes */
	uint32_t others;
	struct hash *other; /* ids it names beyond the accepted ones, ascending */
};

struct cert {
	struct cert_core core;
	struct seal_head *head; /* core.blocks of them */
	struct hash parent;     /* the hyper block before */
	uint32_t lists;
	struct cert_list *list;
};

void cert_core_put(struct buf *out, const struct cert_core *core);
void cert_put(struct buf *out, const struct cert *cert);

/* Arrays live in the arena, bit fields borrow from the reader's input. */
void cert_get(struct reader *r, struct cert *out, struct arena *arena);
void cert_core_get(struct reader *r, struct cert_core *out, struct arena *arena);

/* The whole of in. */
enum err cert_unpack(struct cert *out, struct arena *arena, struct bytes in);

/* ERR_NOMEM. */
enum err cert_hash(struct hash *out, const struct cert_core *core);

/*
 * The blocks that a certificate makes of its heads, following the lane's tip (lid 0 and zero hash for a new lane):
 * out[i] for i < core.blocks, in the arena. ERR_ORDER when ids do not ascend, ERR_MERKLE, ERR_LINK (tip), ERR_COUNT
 * (payloads, bytes) when the core does not say what they give; ERR_LANE, ERR_SLOT for a head of another lane or slot.
 */
enum err cert_blocks(struct block **out, struct hash **hashes, struct arena *arena, const struct cert *cert,
    uint64_t tip_lid, const struct hash *tip);

/* Over the blocks' hashes in order; each leaf is merkle_leaf of one hash. */
struct hash cert_blocks_root(const struct hash *hash, uint32_t n);

/*
 * What a certificate shows by itself: heads of its network, lane, slot and parent, ascending ids, the sums of the core, Auth
 * and work of every head, every list (cert_list_check) and no message: no engine of this version sends any.
 */
enum err cert_check(const struct cert *cert);

/* Cuts a voter's list down to this certificate's part: entry index i of it. Arrays in the arena. */
enum err cert_list_from(struct cert_list *out, struct arena *arena, const struct cert *cert,
    const struct list_tree *tree, uint32_t i);

/*
 * Rebuilds the entry, climbs to the root, verifies the voter's signature. ERR_MERKLE, ERR_SIGNATURE; ERR_ORDER also
 * when an id beyond the accepted ones is that of a block of this certificate.
 */
enum err cert_list_check(const struct cert *cert, const struct cert_list *list);

#endif
