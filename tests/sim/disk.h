/*
 * disk: what a node persists, in memory: payload rows, the chain with its bodies, execution, the sign record. Only a
 * host's commit writes here; what a crash catches before it is lost.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "consensus/consensus.h"
#include "letter.h"
#include "rules.h"

enum { CHAINS = 3, USERS = 4 }; /* CHAINS: unless a table asks for more */

struct row {
	struct pool_item item;
	struct bytes raw;
	bool there, pooled;
	uint64_t sealed_hid; /* the block that it waits in; 0: it waits for one */
	uint32_t names;      /* blocks of the chain that name it */
};

struct books;

/* What execution has reached. Without books a lane's state is a hash chain over the ids of the payloads that it executed. */
struct ledger {
	uint64_t (*last_seq)[USERS]; /* by chain */
	struct roots *roots;
	struct amount *stake, total; /* of RULES_POS: in the order of rules.staker; NULL: nobody has any */
	const struct authority_set *brought; /* by this block, of RULES_BFT; NULL: none */
};

struct stored {
	struct hyper_brief brief;
	struct letter *letter; /* the hyper block */
	struct hash lowest;    /* of its seals' ids; found where there are RULES_CHAINS */
	struct arena arena;    /* of what follows */
	struct kept_block *block;
	uint32_t blocks;
	struct lane_state *before;
	uint32_t lanes;
	struct endorsement *endorsement;
	uint32_t endorsements;
	uint64_t difficulty;
	uint32_t lanes_in_use;
	struct ledger ledger;  /* after it, once executed */
};

struct disk {
	struct row *row;
	size_t rows, row_cap; /* rows: the next one */
	struct stored *block; /* by HID; 0 is the genesis */
	size_t blocks, block_cap;
	uint64_t tip, final, executed;
	struct lane_state *lane;
	uint32_t chains;
	bool *follows;       /* by chain */
	bool unwitnessed;    /* all chains but chain 0 are */
	struct sign_record record;
	struct books *books; /* NULL: payloads mean nothing */
	const struct rules *rules; /* NULL: all chains are open */
	bool old_set;        /* RULES_OLD_SET */
	bool own_set;        /* seals accept each other in all chains: no DEFENCE_VOTES */
};

/* All chains are followed. */
void disk_open(struct disk *d, const struct hash *genesis_hash, uint64_t difficulty, uint32_t chains);
void disk_free(struct disk *d);

/* One effect that keeps something; others are ignored. False, with a reason: the effect contradicts the disk. */
bool disk_keep(struct disk *d, struct desk *desk, const struct effect *e, const char **why);

/* The seal of a local block, as it was announced; NULL when its payloads are gone. row NULL: its head alone. */
struct letter *disk_seal(const struct disk *d, struct desk *desk, const struct seal_head *head, const uint64_t *row);

/* Takes the chain back to its last final block, the executions with it. */
void disk_rewind(struct disk *d);

/* What a core begins with, in the arena; the tip is the disk's. */
struct consensus_snapshot disk_snapshot(const struct disk *d, struct arena *arena, const struct genesis *genesis);

/* The store's rows that wait, as events; the row after `from`; 0: no more. */
size_t disk_pooled(const struct disk *d, struct event *event, const struct pubkey *user, size_t from);

/* Executes the next block: *event is what the core is told, in the arena. */
enum err disk_execute(struct disk *d, struct event_executed *event, struct arena *arena, const struct pubkey *user);

uint32_t disk_user(const struct pubkey *user, const struct pubkey *key);

#endif
