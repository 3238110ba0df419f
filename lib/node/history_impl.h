/* history_impl: what the files of the history share; not for others. */
#ifndef NODE_HISTORY_IMPL_H
#define NODE_HISTORY_IMPL_H

#include "node/execute.h"
#include "node/history.h"

enum { HISTORY_ROOTS = 64 };

struct history {
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool stopping, woken, ended;
	enum err err;        /* of the answer that ended */
	struct buf seals;    /* each: length u32, bytes; as they came */
	struct pubkey from;
	uint64_t heard_ms;   /* when the answer was asked for, or the last of `seals` came */
	bool pending;        /* the core has a word of ours */
	/* The thread's own: what execution of `chain` reached, by HID. */
	uint32_t chain;
	uint64_t told_ms;
	struct roots root[HISTORY_ROOTS];
};

/*
 * The next blocks of a chain's history, up to the last final one: asks for what they need, executes. *moved: there may be
 * more. ERR_TIMEOUT, ERR_UNREACHABLE: nobody gave it; ERR_CORRUPT: execution gives other roots than the certificates.
 */
enum err history_advance(bool *moved, struct node *n, const struct fact *fact, uint64_t final_hid);

/* A transaction of this thread, again with a larger map when it was too small. */
enum err history_write(struct node *n, enum err (*write)(struct node *n, struct store_txn *t, void *arg), void *arg);

#endif
