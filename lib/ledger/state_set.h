/*
 * state_set: the changes that one lane's execution makes to its accounts, in memory until they are applied together.
 *
 *     state_set_get, put, delete      a payload at work
 *     state_set_keep | _drop          it succeeded | it failed: everything since the last keep is undone
 *     state_set_apply                 after the lane's last payload
 */
#ifndef LEDGER_STATE_SET_H
#define LEDGER_STATE_SET_H

#include "base/arena.h"
#include "base/map.h"
#include "ledger/state.h"

struct state_entry;

struct state_set {
	struct ledger_view *view;
	struct lane lane;
	struct map entries; /* account -> entry: all that was read or written */
	struct state_entry *fresh; /* written since the last keep */
	struct arena arena;
};

/* seed: as map_init's. Allocates nothing. */
void state_set_init(struct state_set *set, struct ledger_view *view, const struct lane *lane, uint64_t seed);
void state_set_free(struct state_set *set);

/*
 * Reads n accounts (32 bytes each, one after the other) that will be asked for, in the order in which they are kept:
 * that is the quicker way. Those of other lanes are passed over.
 */
enum err state_set_load(struct state_set *set, const uint8_t *accounts, size_t n);

/* With what was put. ERR_NOT_FOUND; *value borrows until this account is written or anything is dropped. */
enum err state_set_get(struct state_set *set, struct bytes *value, const uint8_t account[static 32]);

/*
 * Copies the value. ERR_LANE: the account is another lane's; ERR_TOO_LONG, and ERR_TRUNCATED for a value of no byte.
 * delete of what is not there is ERR_OK.
 */
enum err state_set_put(struct state_set *set, const uint8_t account[static 32], struct bytes value);
enum err state_set_delete(struct state_set *set, const uint8_t account[static 32]);

void state_set_keep(struct state_set *set);
void state_set_drop(struct state_set *set);

/*
 * Writes what was put to the view, all of it, and the tree over it; *root is the lane's. After an error discard the
 * view's writes. Once: free the set then.
 */
enum err state_set_apply(struct hash *root, struct state_set *set);

#endif
