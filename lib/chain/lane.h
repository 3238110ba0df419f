/*
 * lane: the (chain, shard) pair, unit of local consensus and of execution; and places in the chain, with their text.
 *
 *     lane           3   3/0   3/01          chain, shard prefix bit by bit
 *     hyper block    17
 *     local block    17.3.42   17.3/01.42    HID.lane.LID
 *     payload        17.3.42.5               index in the block
 *
 * Source of the rule: para-protocol(7), PLACES.
 */
#ifndef CHAIN_LANE_H
#define CHAIN_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/wire.h"

/* The first bit of the path is the highest bit of prefix; bits beyond depth are zero. 9 bytes encoded. */
struct lane {
	uint32_t chain;
	uint32_t prefix;
	uint8_t depth;
};

enum { LANE_BYTES = 9, LANE_TEXT = 48, PLACE_TEXT = 112 };

void lane_put(struct buf *out, const struct lane *lane);

/* Fails the reader with ERR_NOT_CANONICAL for a set bit beyond depth, ERR_RANGE for a depth over the limit. */
struct lane lane_get(struct reader *r);

/* Order of certificates in a hyper block: chain, then path (a parent before its children). */
int lane_compare(const struct lane *a, const struct lane *b);

void lane_print(char out[static LANE_TEXT], const struct lane *lane);
enum err lane_parse(struct lane *out, const char *text);

enum place_kind { PLACE_HYPER, PLACE_BLOCK, PLACE_PAYLOAD };

struct place {
	enum place_kind kind;
	uint64_t hid;
	struct lane lane;
	uint64_t lid;
	uint32_t index;
};

void place_print(char out[static PLACE_TEXT], const struct place *place);

/* ERR_NUMBER for anything but the three forms above, in canonical decimal. Chain names are the caller's business. */
enum err place_parse(struct place *out, const char *text);

#endif
