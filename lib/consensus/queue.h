/*
 * queue: the payloads of one signer on one chain, in seq order, and which of them can be taken next.
 *
 *     seq     3     4     5     6     7     9          last seq executed: 3
 *           done  block offer  free  free  free
 *                              ^cursor     ^waits for 8
 *
 * Entries before the cursor are taken without a gap: offered, sealed or in a block. When the entry at the cursor is
 * free and its time has come, the queue stands among the ready ones of its lane: higher fee first, then by a mix of
 * payload id and node key, so that nodes take different payloads. Source of the rule: para-protocol(7), POOL.
 */
#ifndef CONSENSUS_QUEUE_H
#define CONSENSUS_QUEUE_H

#include "consensus/consensus.h"
#include "consensus/heap.h"

enum entry_state {
	ENTRY_FREE,    /* waits */
	ENTRY_OFFERED, /* in a template handed out in this slot */
	ENTRY_SEALED,  /* in a seal of this slot */
	ENTRY_BLOCK,   /* in a block, not executed */
	ENTRY_DONE,    /* its seq is used, by itself (held) or by another: leaves when that is final */
	ENTRY_GONE     /* left the pool; somebody still points here */
};

struct entry {
	struct heap_node by_expiry; /* first */
	struct pool_item item;
	uint64_t row, mark, undecided; /* undecided: see pool_expire */
	uint64_t from_slot; /* not offered before: another node has it first */
	struct queue *queue;
	const void *offer; /* that it was last offered in */
	uint32_t refs;     /* pool, offers, seals, block lists */
	uint32_t lists;    /* block lists that name it */
	uint32_t pending;  /* of these, not yet executed */
	enum entry_state state;
	bool held;         /* a block names its row: its bytes stay */
	bool buried;       /* among the pool's dead */
	uint64_t used_hid; /* the block as of which another has used its seq */
	bool overdue;      /* expired, but a block beside the branch holds it: not offered, and kept as long as that one */
	struct entry *rival; /* that replaces it, referred to: it leaves as soon as nobody may need it */
	struct entry *next; /* of those that expired at once and stay */
	struct entry *later; /* of those whose slot is still to come */
};

enum { QUEUE_KEY = 36 };

struct queue {
	struct heap_node by_fee; /* first */
	uint8_t key[QUEUE_KEY];
	struct heap *ready;      /* of the lane */
	uint64_t last_seq, cursor;
	struct entry **entry;    /* from first on, count of them */
	size_t first, count, cap;
	uint32_t waiting;
	struct amount fee;       /* of the head, while ready */
	uint64_t tie;
};

void queue_key(uint8_t out[static QUEUE_KEY], uint32_t chain, const struct pubkey *signer);

/* Joins the ready heap. NULL when memory ran out. */
struct queue *queue_new(const uint8_t key[static QUEUE_KEY], struct heap *ready, uint64_t last_seq);
void queue_free(struct queue *q);

/* ERR_NOMEM. The caller advances. */
enum err queue_insert(struct queue *q, struct entry *e);
void queue_remove(struct queue *q, struct entry *e);

/* Is there another payload with this seq? */
bool queue_taken(const struct queue *q, uint64_t seq);

/* The payloads with this seq: count of them, from the returned place on. */
struct entry *const *queue_rivals(const struct queue *q, size_t *count, uint64_t seq);

/* Raises the last executed seq. The caller advances. */
void queue_executed(struct queue *q, uint64_t last_seq);

/* Lowers it again. The caller advances. */
void queue_unexecuted(struct queue *q, uint64_t last_seq);

/* An entry became free. The caller advances. */
void queue_return(struct queue *q, uint64_t seq);

/* Moves the cursor over what is taken; the free entry at it, of several the one with the highest fee, or NULL. */
struct entry *queue_advance(struct queue *q);

/* Puts the queue where its head belongs among the ready ones of this slot, or takes it out. salt: of the node. */
void queue_place(struct queue *q, uint64_t salt, uint64_t slot);

bool queue_before(const struct heap_node *a, const struct heap_node *b);

#endif
