/*
 * exchange: what buddies tell each other about a slot: what they hold (have), what they lack (want).
 *
 *     have, want   head 10 (type 13, 14) | slot u64 | flags u8 (bit 0: an answer) | item count u32 | items
 *     item         kind u8 | tag 8                                              ascending by kind, then tag
 *
 * A tag is a few bytes of the object that chance has made: of a seal the last 8 of its id, of a list and an endorsement
 * the first 8 of its signature, of a hyper block the first 8 of its hash. Source of the rule: para-protocol(7), BUDDIES.
 */
#ifndef CHAIN_EXCHANGE_H
#define CHAIN_EXCHANGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "chain/limits.h"
#include "chain/object.h"

enum { HOLDING_BYTES = 9 };

enum holding_kind { HOLDING_SEAL = 1, HOLDING_LIST, HOLDING_HYPER, HOLDING_ENDORSEMENT };

struct holding {
	uint8_t kind;
	uint8_t tag[8];
};

struct holdings {
	struct network network;
	uint64_t slot;
	bool answer; /* of a have: it answers one; of a want: false */
	uint32_t count;
	struct holding *item; /* ascending, distinct; at most LIMIT_HOLDINGS */
};

int holding_compare(const struct holding *a, const struct holding *b);

/* Ascending. Done for each word of a buddy, so not by a library that calls back to compare. */
void holdings_sort(struct holdings *h);

/* type: OBJECT_HAVE or OBJECT_WANT. */
void holdings_put(struct buf *out, enum object_type type, const struct holdings *h);

/* ERR_ORDER, ERR_RANGE (a kind that there is not, a flag). Items live in the arena. */
enum err holdings_unpack(struct holdings *out, enum object_type type, struct arena *arena, struct bytes in);

#endif
