/*
 * lanes: the chains that are registered, one lane each, and what in them waits for a seal.
 *
 * A chain registered by the execution of block r is in force from the block after the one whose certificate of chain 0
 * committed an executed HID of r or more: at the earliest r + 2. Source of the rule: para-protocol(7), CHAIN 0.
 */
#ifndef CONSENSUS_LANES_H
#define CONSENSUS_LANES_H

#include "consensus/consensus.h"
#include "consensus/heap.h"

/* `registered` of a chain whose registration went with a disconnected block. */
#define LANES_NEVER UINT64_MAX

struct lane_entry {
	struct chain_info info;
	struct lane_state state;  /* at the tip */
	struct lane_state base;   /* at the base of the tree */
	uint64_t sealed, moved; /* HIDs of the latest block with payloads, and of the latest that changed more than rewards */
	struct authority_set *set; /* of rule bft, ascending by HID; none older than is in force at the base */
	uint32_t sets;
	struct heap ready;      /* queues with a payload that the next block can execute */
	uint32_t seals, offers; /* of this slot: taken, handed out and not back */
	uint64_t cheap;         /* of this slot: length of what those say of it who are its authorities alone */
	uint64_t offered;       /* number of its latest offer, of any slot; 0: none */
};

struct lanes {
	struct lane_entry **item; /* ascending */
	uint32_t count, cap;
};

void lanes_free(struct lanes *l);

/* A chain with its one lane, at LID 0. ERR_EXISTS, ERR_NOMEM. */
enum err lanes_add(struct lanes *l, const struct chain_info *info);

/* NULL: not registered. */
struct lane_entry *lanes_find(const struct lanes *l, uint32_t chain);

/* In force for the next block? */
bool lanes_in_force(const struct lanes *l, const struct lane_entry *lane);

/*
 * The shard-map root of a block: over the lanes in force for the block after it. executed: what chain 0 has committed
 * once the block stands. ERR_NOMEM.
 */
enum err lanes_map_root(struct hash *out, const struct lanes *l, uint64_t executed);

/* Execution of block hid reached these roots. paid: see struct executed_lane. */
void lanes_executed(struct lane_entry *lane, const struct roots *roots, bool paid);

/* Authorities that execution brought. What is not in force at the base any more goes. ERR_NOMEM. */
enum err lanes_add_set(struct lanes *l, const struct authority_set *set);

/* Those that the execution of hid, or of a later block, brought go. */
void lanes_drop_sets(struct lane_entry *lane, uint64_t hid);

/* Those in force where chain 0 has committed `executed`; without any key when there are none. */
const struct authorities *lanes_authorities(const struct lane_entry *lane, uint64_t executed);

/* Is the key, or will it be, an authority of this chain, where chain 0 has committed `executed`? */
bool lanes_has_seat(const struct lane_entry *lane, const struct pubkey *key, uint64_t executed);

/* Of some chain, as of the base. */
bool lanes_has_authority(const struct lanes *l, const struct pubkey *key);

bool lanes_same_roots(const struct roots *a, const struct roots *b);

/*
 * Does something but a payload wait here: a block with payloads that is not final, or a root that no final block has
 * committed? What rewards alone changed is nothing to wait for.
 */
bool lanes_due(const struct lane_entry *lane, uint64_t final_hid);

/* Lanes whose busy_hid is among the last `epoch` blocks up to hid. */
uint32_t lanes_in_use(const struct lanes *l, uint64_t hid, uint32_t epoch);

/* A new slot: nothing sealed, nothing offered. */
void lanes_clear(struct lanes *l);

#endif
