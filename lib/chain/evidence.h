/*
 * evidence: two different lists, endorsements or candidates that one key signed for one slot.
 *
 *     evidence     head 10 (type 12) | kind u8 | slot u64 | voter 32 | statement | statement
 *     statement    of lists         Merkle root over the entries 32 | signature 64                         =  96
 *                  of endorsements  hyper block 32 | source 32 | signature 64                              = 128
 *                  of candidates    hyper block header 346 | Auth 64                                       = 410
 *
 * What the two signatures cover differs; the lower hash of what is covered stands first. It needs nothing else to be
 * judged. Source of the rule: para-protocol(7), EVIDENCE.
 */
#ifndef CHAIN_EVIDENCE_H
#define CHAIN_EVIDENCE_H

#include "chain/hyper.h"

enum evidence_kind { EVIDENCE_LIST = 1, EVIDENCE_ENDORSEMENT = 2, EVIDENCE_CANDIDATE = 3 };

/* One encoded piece. */
enum { EVIDENCE_LEAST = OBJECT_HEAD + 41 + 2 * 96, EVIDENCE_MOST = OBJECT_HEAD + 41 + 2 * HYPER_HEAD };

void evidence_put(struct buf *out, const struct evidence *e);
void evidence_get(struct reader *r, struct evidence *out);
enum err evidence_unpack(struct evidence *out, struct bytes in);

/*
 * From two objects of one voter and slot, both with good signatures. ERR_HASH: they say the same, which is no offence;
 * ERR_SLOT, ERR_VOTER, ERR_NETWORK: they are not of one. ERR_NOMEM.
 */
enum err evidence_of_lists(struct evidence *out, const struct list *a, const struct list *b);
enum err evidence_of_endorsements(struct evidence *out, const struct endorsement *a, const struct endorsement *b);
enum err evidence_of_candidates(struct evidence *out, const struct hyper_header *a, const struct signature *a_auth,
    const struct hyper_header *b, const struct signature *b_auth);

/* Both signatures are the voter's, cover that slot, and differ in what they cover. ERR_SIGNATURE, ERR_ORDER. */
enum err evidence_check(const struct evidence *e);

/* Merkle root over the encoded pieces; the zero hash of none. */
struct hash evidence_root(const struct evidence *e, uint32_t n);

#endif
