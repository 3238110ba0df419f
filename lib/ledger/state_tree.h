/* state_tree: many changes of a chain's state in one walk of its tree, each row read and written once. */
#ifndef LEDGER_STATE_TREE_H
#define LEDGER_STATE_TREE_H

#include "ledger/state_few.h"

struct state_change {
	struct hash key;
	struct bytes value; /* empty: erase */
	bool had;           /* the view has a value for the key */
};

/* change[0..n) ascends by key. Writes values and rows; ERR_CORRUPT when the view's rows do not fit its values. */
enum err state_tree_apply(struct ledger_view *view, uint32_t chain, const struct state_change *change, size_t n);

/* What the region of the key's first `bits` bits holds. *row and *node: where it stands, if it holds many. */
enum err state_tree_spot(struct spot *out, struct row *row, unsigned *node, struct ledger_view *view, uint32_t chain,
    const struct hash *key, unsigned bits);

#endif
