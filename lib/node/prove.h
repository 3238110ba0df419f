/* prove: proofs of what the store holds: sealed payloads, accounts. */
#ifndef NODE_PROVE_H
#define NODE_PROVE_H

#include "ledger/account_proof.h"
#include "node/lookup.h"
#include "node/trees.h"

/*
 * Appends the encoded proof of the payload at a place; *hash is its hyper block's. ERR_NOT_FOUND, ERR_CORRUPT,
 * ERR_NOMEM.
 */
enum err prove_payload(struct buf *out, struct hash *hash, struct trees *trees, struct look *look,
    const struct place *place);

/*
 * The proof of an account, or that there is none, by the latest certificate that changed the roots of its chain. Lives in
 * the arena. ERR_MERKLE: no certificate has committed yet what was executed. ERR_CHAIN_NOT_FOLLOWED, ERR_CORRUPT,
 * ERR_NOMEM.
 */
enum err prove_account(struct account_proof *out, struct arena *arena, struct look *look, uint32_t chain,
    const struct pubkey *account);

#endif
