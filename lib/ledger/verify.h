/*
 * verify: is what is kept of a chain's state what its root says?
 *
 *     value -> its leaf -> rows of the tree -> root        every value and row, of a whole chain
 *                          path of one account -> root     that account alone, also that it is not there
 *
 * What a disk turned is found here and nowhere else: execution trusts the rows of the tree.
 */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include "ledger/state.h"

struct verify_fault {
	enum verify_what { VERIFY_VALUE, VERIFY_TREE, VERIFY_REGISTRY } what;
	struct hash key; /* VERIFY_VALUE: of the account, as state_key makes it */
};

/*
 * root: of the chain's whole lane, as its last execution gave it; NULL: it was never executed. ERR_CORRUPT: *fault says
 * what does not fit. A chain of an engine without accounts has nothing to verify. Holds all values in memory meanwhile.
 */
enum err verify_chain(struct ledger_view *view, struct verify_fault *fault, uint32_t chain, const struct hash *root);

/* The values alone, each against its leaf; the lowest that does not fit. */
enum err verify_values(struct ledger_view *view, struct verify_fault *fault, uint32_t chain);

/* ERR_OK: what the view has of the account, a value or none, fits its tree. ERR_CORRUPT. */
enum err verify_account(struct ledger_view *view, uint32_t chain, const uint8_t account[static 32]);

#endif
