/*
 * difficulty: what a seal costs, in expected tries. Integer arithmetic only.
 *
 *     n*      = seals + seals_per_lane * lanes in use                                     seals wanted a slot
 *     retarget, after each block whose HID is a multiple of Q; S seals in the last Q blocks, T slots from the block
 *     before them to the last of them, w = T n*:
 *         d' = 4 d (at most 2^64 - 1)   if S >= 4 w
 *         d' = floor(d / 4)             if 4 S <= w
 *         d' = floor(d S / w)           else; never below the genesis difficulty
 *     slot    with g empty slots since the parent, d is halved max(0, g - 2) times, never below the genesis difficulty
 *
 * Source of the rule: para-protocol(7), DIFFICULTY.
 */
#ifndef CONSENSUS_DIFFICULTY_H
#define CONSENSUS_DIFFICULTY_H

#include <stdint.h>

#include "chain/genesis.h"

/* n*. */
uint64_t difficulty_wanted(const struct genesis *g, uint32_t lanes_in_use);

/* Most seals in a hyper block: 8 n*, within LIMIT_SEALS. */
uint32_t difficulty_bound(const struct genesis *g, uint32_t lanes_in_use);

/* slots >= 1. */
uint64_t difficulty_retarget(const struct genesis *g, uint64_t d, uint64_t seals, uint64_t slots,
    uint32_t lanes_in_use);

/* slot > parent_slot. */
uint64_t difficulty_slot(const struct genesis *g, uint64_t d, uint64_t parent_slot, uint64_t slot);

#endif
