/*
 * state_key: the rows that the state of a chain is kept in, values and tree side by side in one order.
 *
 *     'a' | chain | key 32                                            hash of an account's leaf 32 | its value
 *     'a' | chain | the bits of a region, a bit 1, zeros to the byte  part of the tree over the region, see state_row.h
 *
 * A region is the keys that begin with the same bits, as many as a multiple of ROW_LEVELS. Its row stands among its
 * values: who changes an account finds both in one place. A region of ROW_FEW keys and less has no row: its values, with
 * the hashes of their leaves, stand together as they are.
 */
#ifndef LEDGER_STATE_KEY_H
#define LEDGER_STATE_KEY_H

#include "ledger/key.h"
#include "ledger/state.h"

enum { ROW_LEVELS = 6, ROW_SLOTS = 1 << ROW_LEVELS, ROW_FEW = 8 };

struct key state_key_value(uint32_t chain, const struct hash *key);

/* Of the region at a depth (a multiple of ROW_LEVELS) that holds the key. */
struct key state_key_row(uint32_t chain, const struct hash *key, unsigned depth);

/* Do two keys begin with the same `bits` bits? */
bool state_key_same(const struct hash *a, const struct hash *b, unsigned bits);

/* The lowest key of the lane. */
struct hash state_key_lowest(const struct lane *lane);

/* Bit 0 is the highest of the first byte; zero beyond the last. */
unsigned state_key_bit(const struct hash *key, unsigned at);

/* Which of a row's slots holds the key: its ROW_LEVELS bits from depth on. */
unsigned state_key_slot(const struct hash *key, unsigned depth);

/* The next key; false beyond the last. */
bool state_key_step(struct hash *key);

/* What is kept of an account, cut in two. ERR_CORRUPT. *value is a part of row; leaf may be NULL. */
enum err state_key_cut(struct hash *leaf, struct bytes *value, struct bytes row);

/* The same of the row of this key; ERR_CORRUPT also when the leaf is not that of the value. */
enum err state_key_read(struct bytes *value, const struct hash *key, struct bytes row);

/*
 * The lowest key at or after *from that begins with its first `bits` bits, its leaf and its value; ERR_NOT_FOUND. Sets
 * *from. *value borrows until the next call on the view; leaf may be NULL.
 */
enum err state_key_next(struct ledger_view *view, struct hash *from, struct hash *leaf, struct bytes *value,
    uint32_t chain, unsigned bits);

#endif
