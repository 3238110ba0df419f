/*
 * intact: is what the store holds what was put there? LMDB has no checksums, so a bit that a disk turned is found by what
 * the chain itself says: ids of payloads, and the roots over what accounts hold.
 */
#ifndef NODE_INTACT_H
#define NODE_INTACT_H

#include "chain/account.h"
#include "ledger/ledger.h"
#include "node/lookup.h"
#include "store/store.h"

enum { INTACT_TEXT = 192 };

/*
 * Of a tiny store (STORE_TINY) every payload and the state of every chain that is followed; bigger ones are not looked
 * at. ERR_CORRUPT: what is not as it was, in words, or "" when even that cannot be read.
 */
enum err intact_check(struct store *s, char *wrong, size_t size);

/* After ERR_CORRUPT: logs which account of the chains that are followed does not match its tree, if it is one. */
void intact_log(struct node *n);

/* For an answer: what is told of an account fits its tree. ERR_CORRUPT: call's message names it. */
enum err intact_account(struct call *call, struct look *look, const struct registered *chain,
    const uint8_t account[static 32]);

/* Gives an answer that came to ERR_CORRUPT over a chain's state words, when it has none yet. Returns e. */
enum err intact_tell(struct call *call, const struct registered *chain, enum err e);

#endif
