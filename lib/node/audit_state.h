/* audit_state: what the parts of the audit share; not for others. */
#ifndef NODE_AUDIT_STATE_H
#define NODE_AUDIT_STATE_H

#include <stdbool.h>

#include "base/sorted.h"
#include "consensus/votes.h"
#include "node/audit.h"
#include "node/execute.h"
#include "node/roles.h"
#include "store/store.h"

struct node; /* of consensus/tree.h */

/* Executions of a lane that a certificate may still commit. */
enum { AUDIT_ROOTS = 32 };

/* A chain and its lane as the blocks up to here make them. */
struct audit_chain {
	uint64_t registered;
	struct hash spec_hash;
	uint32_t body_bytes;
	struct rule rule;
	struct authorities authorities; /* of rule bft, for the block that is looked at */
	bool unwitnessed;
	struct lane_state state;
	struct roots root[AUDIT_ROOTS]; /* that its executions gave, by HID modulo; the state is the last change's */
	uint64_t first_executed;
	bool unfollowed;
	bool stateful;    /* has a root */
	bool whole;       /* although there is a base: its first block is there, and so are the others */
	struct hash base; /* its root after hyper block audit.from */
	bool committed;   /* a certificate says so */
};

/* The ledger's state, replayed in memory. */
struct audit_memory {
	struct sorted entries;
	struct sorted before; /* what puts changed since audit_memory_note, as it was */
	bool notes;
	struct ledger_view view;
};

struct audit {
	const struct audit_config *config;
	struct audit_result *result;
	struct store_txn *t;
	struct arena arena; /* for the whole audit */
	struct genesis genesis;
	struct roles roles;
	bool half; /* a chain's rows are coming or going: there is more than is looked at */
	struct hash genesis_hash, rules;
	struct network network;
	struct votes *founders;
	struct node **past; /* the last 4 W blocks and the genesis, by HID modulo their number */
	uint64_t source_slot; /* of the block that is looked at */
	struct store_tip tip;
	uint64_t executed; /* later blocks wait for their execution */
	uint64_t base, from; /* chains with a state: bodies are there after base, and executed after from; 0: all */
	struct roles later;  /* of blocks after from; up to it, only chains without a state are executed */
	struct audit_memory memory;
	struct payout payout;
	struct audit_chain *chain;
	uint32_t chains, chain_cap;
	struct hyper_brief last, *recent; /* recent: by HID modulo Q + 1 */
	uint64_t difficulty, final_hid;
	uint32_t lanes_in_use;
	uint8_t *sealed, *waits; /* a bit a row: in a block; its seq was ahead there */
	uint64_t rows, sealed_rows, receipts;
};

/* Tells of one thing that is wrong. */
__attribute__((format(printf, 3, 4))) void audit_say(struct audit *a, const char *place, const char *format, ...);

/* audit_memory.c */
void audit_memory_init(struct audit_memory *m);
void audit_memory_free(struct audit_memory *m);

/* NULL when the key is not there. */
const struct bytes *audit_memory_get(const struct audit_memory *m, struct bytes key);

/* Forgets what was noted and begins anew, if notes are wanted. */
void audit_memory_note(struct audit_memory *m, bool notes);

/* The value before; NULL: nothing was put there. */
const struct bytes *audit_memory_before(const struct audit_memory *m, bool *there, struct bytes key);

/* audit_votes.c: who votes, and what their words make accepted, certified and final. */
enum err audit_votes_begin(struct audit *a);
void audit_votes_end(struct audit *a);
enum err audit_source(struct audit *a, const char *place, const struct hyper *h);
enum err audit_voters(struct audit *a, const char *place, const struct hyper *h);

/* roots: they change, and must be accepted as well. */
enum err audit_accepted(struct audit *a, const char *place, const struct cert *cert, const struct audit_chain *c,
    uint64_t slot, bool roots);

/* Who the chain's authorities are for the block after those replayed. */
enum err audit_authorities(struct audit *a, struct audit_chain *c, uint32_t chain, uint64_t executed);

/* a->last is this block. */
enum err audit_votes_advance(struct audit *a, const struct hyper *h);

/* The endorsements kept with blocks; how many blocks have some. */
enum err audit_certified(struct audit *a, uint32_t *rows);

/* audit_base.c: the state that a store without older bodies is looked at from; in any other the genesis. */
enum err audit_base_begin(struct audit *a);

/* Before block hid is executed: where it is `from`, its state is there and what later ones go on with. */
void audit_base_reach(struct audit *a, uint64_t hid, uint64_t in_force);

/* Are the bodies of a chain's blocks of this hyper block there? */
bool audit_base_held(const struct audit *a, const struct audit_chain *c, uint64_t hid);

/* A certificate of the chain has moved its committed roots. */
void audit_base_see(const struct audit *a, struct audit_chain *c);

/* What is asked of a snapshot. */
void audit_base_end(struct audit *a);

/* audit_undo.c: the notes of a block that was just replayed. */
enum err audit_undo(struct audit *a, uint64_t hid);

/* audit_hyper.c: one hyper block against the past: header, source, certificates. The caller moves the past on. */
enum err audit_hyper(struct audit *a, struct arena *arena, const struct hyper *h, const struct hash *hash);

/* Moves the past on: lanes, difficulty, final. */
enum err audit_advance(struct audit *a, const struct hyper *h, const struct hash *hash);

/* audit_block.c: the local blocks of a certificate, their payloads and places. */
enum err audit_blocks(struct audit *a, struct arena *arena, const struct cert *cert, uint64_t hid);

/* audit_replay.c: executes the block in memory if the store has its results, compares receipts, learns of new chains. */
enum err audit_replay(struct audit *a, uint64_t hid, uint64_t in_force);
enum err audit_learn_chains(struct audit *a);
enum err audit_receipt(struct audit *a, uint64_t row, const struct store_receipt *want, uint64_t hid);

/* audit_end.c: what the store says of the end against what the blocks gave. */
enum err audit_end(struct audit *a);

/* Does chain 0 have this chain in force, when it has committed `executed`? */
bool audit_in_force(const struct audit_chain *c, uint64_t executed);

#endif
