/*
 * snapshot: what a core begins with: its configuration, and what the node's store holds of the chain.
 */
#ifndef CONSENSUS_SNAPSHOT_H
#define CONSENSUS_SNAPSHOT_H

#include <stdbool.h>

#include "base/arena.h"
#include "chain/genesis.h"
#include "chain/hyper.h"
#include "chain/rule.h"

/*
 * What a key holds in a lane's state, read where the core needs it. A fact: it depends on the lane, the committed roots
 * and the key alone, so the same events give the same effects. The state is that after block roots->executed, which is
 * executed here. False: it cannot be read (any more).
 */
struct stake_view {
	void *owner;
	bool (*read)(void *owner, struct amount *stake, struct amount *total, const struct lane *lane,
	    const struct roots *roots, const struct pubkey *key);
};

struct consensus_config {
	const struct genesis *genesis; /* outlives the core */
	struct hash genesis_hash;
	const struct sign_key *key; /* the voter's key; outlives the core */
	uint64_t map_seed;          /* random, against collisions in hash tables */
	size_t pool_bytes;          /* bound of the pool; payload bytes waiting */
	uint32_t pool_per_signer;   /* payloads waiting per chain and signer */
	uint32_t template_payloads; /* most payloads the core offers for one seal */
	uint64_t draw_seed;         /* which buddies are drawn follows from it */
	struct stake_view stake;    /* for chains with the rule pos; read NULL: there are none */
	bool partial;               /* follows some chains only: one that it does not know yet may be another */
	bool light;                 /* signs nothing, seals nothing */
	size_t hyper_bytes;         /* most of a hyper block's encoding; 0: LIMIT_HYPER_BYTES, as in every node */
	uint32_t without;           /* defences that a test switches off: bits of enum defence; 0 in every node */
};

/* The clauses that the proof of finality needs, and a bound; a simulator shows that each is needed. */
enum defence {
	DEFENCE_LOCK = 1,    /* endorse no source below one endorsed before */
	DEFENCE_NEXT = 2,    /* final needs a certified block of the very next slot */
	DEFENCE_CARRIED = 4, /* a source brings endorsements that certify it */
	DEFENCE_QUORUM = 8,  /* certified by more than 2/3; without: more than half */
	DEFENCE_VOTES = 16,  /* the common past says who votes; without: a block's own seals, and only their set is endorsed */
	DEFENCE_ROOM = 32    /* a slot has room for so many blocks */
};

/* --- what is restored at start --- */

struct chain_info {
	uint32_t number;
	struct hash spec_hash;
	uint32_t body_bytes;
	struct rule rule;
	uint64_t registered; /* HID whose execution registered it; 0 for chain 0 */
	bool unwitnessed;    /* its spec says witnesses: 0 */
	bool unfollowed;     /* this node holds no bodies of it and executes it not; never chain 0 */
};

/* Authorities of a chain with the rule bft, in force from where chain 0 has committed the execution of hid. */
struct authority_set {
	uint32_t chain;
	uint64_t hid;
	struct authorities keys;
};

struct lane_state {
	struct lane lane;
	uint64_t tip_lid;
	struct hash tip;
	struct roots committed; /* by the last certificate; for chain 0 `executed` decides which chains are in force */
	struct roots executed;  /* by the latest execution */
	uint64_t busy_hid;      /* last HID whose certificate had payloads or changed roots; 0: none */
};

/* What the retarget and fork choice need of one block. */
struct hyper_brief {
	uint64_t hid, slot;
	struct hash hash;
	uint32_t seals;
	struct u128 difficulty;
};

/*
 * What this key has signed, on disk before any signature leaves: the highest slot per kind, what was signed there, and
 * the highest source slot endorsed. All zero: nothing yet.
 */
struct sign_record {
	uint64_t list_slot, candidate_slot, endorse_slot, source_slot;
	struct hash list, candidate, endorsed, source;
};

/* A seal in a block, as far as later votes need it. */
struct ticket {
	struct hash id;
	struct pubkey voter;
	uint64_t work;
};

/* What the votes of later blocks need of a block: networks of many only. */
struct hyper_past {
	const struct ticket *ticket; /* brief.seals of them */
	const struct pubkey *struck; /* whose evidence it carries, ascending */
	uint32_t strucks;
	struct hash source;
	uint64_t difficulty;         /* d after it, and lanes in use: as KEEP_HYPER told */
	uint32_t lanes_in_use;
	const struct endorsement *endorsement; /* that certify it, when it is beyond the last final block */
	uint32_t endorsements;
};

struct consensus_snapshot {
	struct hyper_brief tip;    /* the genesis itself when hid is 0 */
	uint64_t final_hid;
	uint64_t difficulty;       /* d in force for the block after tip, before empty slots are counted */
	uint32_t lanes_in_use;     /* lanes whose busy_hid is among the last W blocks */
	const struct hyper_brief *recent; /* ascending by HID, up to W + Q of them, tip last; none for the genesis */
	uint32_t recents;
	const struct hyper_past *past; /* NULL in `solo`; else of each of recent, which then reaches back 4 W blocks */
	const struct endorsement *tip_endorsement; /* that certify tip */
	uint32_t tip_endorsements;
	const struct chain_info *chain; /* ascending; chain 0 first */
	uint32_t chains;
	const struct authority_set *set; /* ascending by HID for each chain; back to those in force at the tip */
	uint32_t sets;
	const struct lane_state *lane; /* ascending */
	uint32_t lanes;
	struct sign_record record;
	uint64_t next_row;
};

#endif
