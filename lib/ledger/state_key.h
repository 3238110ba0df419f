/*
 * state_key: the rows that the state of a chain is kept in, values and tree side by side in one order.
 *
 *     'a' | chain | key 32                                            value of an account
 *     'a' | chain | the bits of a region, a bit 1, zeros to the byte  part of the tree over the region, see state_row.h
 *
 * A region is the keys that begin with the same bits, as many as a multiple of ROW_LEVELS. Its row stands among its
 * values: who changes an account finds both in one place.
 */
#ifndef LEDGER_STATE_KEY_H
#define LEDGER_STATE_KEY_H

#include "ledger/key.h"
#include "ledger/state.h"

enum { ROW_LEVELS = 6, ROW_SLOTS = 1 << ROW_LEVELS };

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

/*
 * The lowest key at or after *from that begins with its first `bits` bits, and its value; ERR_NOT_FOUND. Sets *from.
 * *value borrows until the next call on the view.
 */
enum err state_key_next(struct ledger_view *view, struct hash *from, struct bytes *value, uint32_t chain,
    unsigned bits);

#endif
