/*
 * state: what the accounts of a chain hold, and one hash over all of it.
 *
 * A binary radix tree over keys of 256 bits, key = H(state, account). A lane is the keys that begin with the bits of its
 * path, and its root the hash of that part of the tree:
 *
 *     root of no key        zero
 *     root of one key       leaf = H(stateleaf, key 32 | H(statevalue, value))
 *     root of more          node = H(statenode, depth u8 | left 32 | right 32)
 *
 *              node 0            depth is the first bit in which two of the keys differ: where all keys go the same
 *             /      \           way there is no node. So a root depends on keys and values alone, not on history, nor
 *        node 2      leaf 1..    on where the lanes are cut: a lane that splits at bit d has
 *        /    \                      root = node(d, left root, right root), or the one that is not zero.
 *    leaf 000  leaf 0010
 *
 * Source of the rule: para-protocol(7), STATE. Changes are made through state_set.h.
 */
#ifndef LEDGER_STATE_H
#define LEDGER_STATE_H

#include "chain/lane.h"
#include "crypto/hash.h"
#include "ledger/ledger.h"

/* Bytes of a value; there is none of 0. */
enum { STATE_VALUE_MAX = 64 << 10, STATE_BITS = 256 };

struct hash state_key(const uint8_t account[static 32]);

/* Is the key in the lane's range? */
bool state_in_lane(const struct lane *lane, const struct hash *key);

struct hash state_leaf(const struct hash *key, const struct hash *value_hash);
struct hash state_value_hash(struct bytes value);

/* The node at a depth, or the side that is not zero. */
struct hash state_join(unsigned depth, const struct hash *left, const struct hash *right);

/* ERR_NOT_FOUND; ERR_CORRUPT when it is not the value of its leaf. *value borrows until the next call on the view. */
enum err state_get(struct ledger_view *view, struct bytes *value, uint32_t chain, const uint8_t account[static 32]);

/* The same for who reads it again before anything rests on it: the leaf is not looked at, two hashes less. */
enum err state_peek(struct ledger_view *view, struct bytes *value, uint32_t chain, const uint8_t account[static 32]);

/* The root over the lane's keys, zero for none; a look-up or two. */
enum err state_root(struct ledger_view *view, struct hash *root, const struct lane *lane);

/*
 * The first key of a lane, or the next after *key, which becomes it; ERR_NOT_FOUND beyond the last. *value borrows until
 * the next call on the view.
 */
enum err state_next(struct ledger_view *view, const struct lane *lane, struct hash *key, struct bytes *value, bool first);

/* Keys and values of a lane, ascending by key; stops at the first error of each. value borrows for the call. */
enum err state_each(struct ledger_view *view, const struct lane *lane,
    enum err (*each)(void *arg, const struct hash *key, struct bytes value), void *arg);

/*
 * The other way, into a lane that has no key: next gives the pairs, ERR_NOT_FOUND beyond the last; it may write to no
 * view. ERR_ORDER unless the keys ascend, ERR_LANE, ERR_TOO_LONG, ERR_TRUNCATED for a value of no byte, ERR_EXISTS for a
 * lane that has keys, ERR_HASH when the root is not this one. After an error discard the view's writes.
 */
enum err state_import(struct ledger_view *view, const struct lane *lane, const struct hash *root,
    enum err (*next)(void *arg, struct hash *key, struct bytes *value), void *arg);

#endif
