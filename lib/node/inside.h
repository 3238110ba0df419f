/*
 * inside: what the files of this layer share; not for others.
 *
 * Locks, each held briefly; one that stands lower may be taken while a higher one is held, never the other way:
 *     core.mutex     the consensus core, the open batch, the queue of items
 *     parked.mutex   calls that wait for their answer, work handed out
 *     tasks.mutex    what workers have to do
 *     trees.mutex    what proofs were cut from
 *     standing.mutex what of a status a commit changes
 * Of the mesh (mesh_impl.h) the overlay's lock and the one of what waits may be taken while any of these is held; what
 * sync brings (fetch.c) has one that stands above them all.
 */
#ifndef NODE_INSIDE_H
#define NODE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "consensus/consensus.h"
#include "net/server.h"
#include "node/node.h"
#include "node/payout.h"
#include "node/standing.h"
#include "node/trees.h"
#include "store/store.h"

/* Requests under way, and how many of their calls may wait long. */
enum { NODE_REQUESTS = 128, NODE_POLLS = 64 };

struct job;
struct mesh;
struct fetch;
struct known;
struct holding_state;
struct history;
struct results;
struct crew;

/* What a worker does next. run owns the task. */
struct task {
	struct task *next;
	void (*run)(struct node *n, struct task *task);
};

/*
 * Something for the core. step runs on the loop's thread with core.mutex held, look is a read transaction of that
 * moment; what the item's memory holds lives until its effects are durable, then release frees it.
 */
struct item {
	struct item *next;
	enum err (*step)(struct node *n, struct item *item, struct store_txn *look);
	void (*release)(struct item *item);
	size_t bytes; /* of what it holds */
};

/* Effects of one or many steps and the items they came from: one transaction of the writer. */
struct batch {
	struct effects effects;
	struct item *first, **last;
	size_t bytes; /* of the items */
	bool replayed; /* the core has been told what it executes */
};

struct core {
	pthread_mutex_t mutex;
	pthread_cond_t loop_wake, writer_wake, executor_wake;
	struct consensus *consensus;
	struct item *first, **last;
	struct batch batch[2], *open; /* what the loop fills; the writer takes it whole */
	bool stopping, loop_done;
	enum err trouble; /* the disk takes no writes; ERR_OK: it does */
	struct results *ready; /* what the executor hands to the writer */
	bool owed;             /* there may be a block to execute */
	bool executing;        /* the writer has not yet written or dropped what was handed over */
	bool executor_done;    /* hands over nothing more */
	uint64_t lag;          /* connected blocks that wait for their execution, at the last commit */
	uint64_t left;         /* the writer's: grows after each commit by which what an execution read may be wrong */
	uint64_t heard;   /* executions that the core was told of */
	uint64_t beat_ms; /* when the loop last went round, on the steady clock */
};

struct parked {
	pthread_mutex_t mutex;
	pthread_cond_t wake; /* of the keeper: an earlier deadline */
	struct map calls;    /* by id */
	uint64_t next_id;
	unsigned polls;
	uint64_t deadline_ms; /* the keeper sleeps until then */
	struct map jobs;      /* work handed out, by its number */
	struct job *oldest_job, *newest_job; /* unless there is none */
	bool closed;          /* stopping: nothing is parked any more */
};

struct task_list {
	struct task *first, **last;
};

struct tasks {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct task_list quick, heavy; /* quick ones go first: a miner's answer must not stand behind a flood */
	bool stopping;
	_Atomic unsigned inplace, inplace_most; /* tasks on threads that are not workers, now and at most */
};

struct node {
	struct node_config config;
	char *control;
	struct store *store;
	struct arena arena; /* of the genesis */
	struct genesis genesis;
	struct hash genesis_hash;
	struct network network;
	_Atomic bool stakes; /* have been asked for: see past_kept */
	uint64_t map_seed; /* random */
	uint64_t started_ms; /* steady */
	struct core core;
	struct parked parked;
	struct tasks tasks;
	struct trees trees;
	struct standing standing;
	struct payout payout, crew_payout; /* the writer's, before it starts that of what restores; the executor's */
	struct server *server;
	struct child *miner;
	struct mesh *mesh; /* NULL: a network of one */
	struct fetch *fetch;
	struct known *known;
	_Atomic uint64_t parted_hid; /* 1 more than where a better branch parted before what is final here; 0: none did */
	struct holding_state *holding; /* NULL: a network of one */
	struct history *history; /* NULL: as there is no mesh */
	_Atomic bool stops; /* shutting down: what is not begun is given up */
	_Atomic size_t object_bytes; /* of peers' objects between arrival and disk */
	struct crew *crew;
	pthread_t loop, writer, executor, keeper, *worker;
	unsigned workers; /* started */
	bool has_loop, has_writer, has_executor, has_keeper, keeper_stops; /* the last under parked.mutex */
	/* Grows with each commit that changed the chain: who looked before it looks again. */
	_Atomic uint64_t generation;
	_Atomic int log_level;
	pthread_mutex_t log_mutex;
	pthread_mutex_t end_mutex;
	pthread_cond_t end_wake;
	bool ended; /* node_wait returns */
	enum err failed;
};

/* lib/node/node.c: ends the node because of e (ERR_OK: because it was asked). */
void node_end(struct node *n, enum err e);

#endif
