/*
 * roles: which chains this node follows. What is wished for stands beside how far it has come:
 *
 *     wish    full: every chain | partial: chains by name, also such as are registered later | light: chain 0 alone
 *     fact    of each chain that is not followed: left out, coming (its history up to hid is here and executed),
 *             leaving (its rows go)
 *
 * A chain without a fact is followed. The store keeps both; a store without them is a full node's.
 */
#ifndef NODE_ROLES_H
#define NODE_ROLES_H

#include <stdbool.h>

#include "base/arena.h"
#include "chain/cert.h"
#include "overlay/overlay.h"
#include "store/store.h"

enum { ROLES_NAMES = 64 }; /* most chains that a partial node names */

enum fact_state { FACT_NONE, FACT_OFF, FACT_COMING, FACT_LEAVING };

struct fact {
	uint32_t chain;
	enum fact_state state;
	struct roots roots; /* COMING: executed is how far it has come */
};

/* All of it lives in an arena. */
struct roles {
	enum role role;
	uint32_t names;
	char (*name)[LIMIT_NAME + 1];
	uint32_t facts;
	struct fact *fact; /* ascending */
};

/* ERR_CORRUPT, ERR_NOMEM. */
enum err roles_read(struct roles *out, struct arena *arena, struct store_txn *t);
enum err roles_write(struct store_txn *t, const struct roles *r);

/* NULL: the chain is followed. */
const struct fact *roles_fact(const struct roles *r, uint32_t chain);
bool roles_wants(const struct roles *r, uint32_t chain, const char *name);

/*
 * What others are told. The chains without a fact, ascending; *count 0: more than most, or all chains. *role: full nodes are
 * asked for every body, so who lacks some, still or for ever, is told of as partial.
 */
enum err roles_told(enum role *role, uint32_t *chain, unsigned *count, unsigned most, struct store_txn *t);

/* Is the chain followed, as of this transaction? ERR_OK, ERR_CHAIN_NOT_FOLLOWED, or what went wrong. */
enum err roles_need(struct store_txn *t, uint32_t chain);

/* Writes the fact in place of the chain's old one; FACT_NONE: it is followed. */
enum err roles_set(struct store_txn *t, const struct fact *fact);

const char *roles_word(enum role role);

#endif
