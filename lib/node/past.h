/*
 * past: the ledger's state as it was before the latest blocks, from the notes that would take these back.
 *
 *     the state now  <- what block tip changed, as it was before  <- ...  <- what block hid + 1 changed
 *
 * Read only. Reaches back to the last final block, and a few beyond it: what certificates have committed may lag.
 */
#ifndef NODE_PAST_H
#define NODE_PAST_H

#include "base/arena.h"
#include "base/sorted.h"
#include "node/inside.h"
#include "store/store.h"

enum { PAST_FINAL = 16 }; /* final blocks whose notes are kept at most */

struct past {
	struct ledger_view view; /* the state at hid */
	uint64_t hid;
	struct ledger_view now;
	struct sorted before; /* key -> struct bytes; data NULL: was not there */
	struct arena arena;
	uint8_t at[LEDGER_KEY_MAX + 1];
};

/* How many final blocks keep their notes: none until somebody asks for the past. */
uint64_t past_kept(const struct node *n);

/* hid: at most the tip. ERR_RANGE: too far back, or beyond the tip; ERR_CORRUPT, ERR_NOMEM. Needs past_end in any case. */
enum err past_begin(struct past *out, struct store_txn *t, uint64_t hid);
void past_end(struct past *past);

#endif
