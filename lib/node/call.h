/*
 * call: one JSON-RPC call, from its place in a request to its answer. Source of the rule: para-rpc(7).
 *
 *     exchange = one request of the socket, a call or a batch of them; answered when its last call is
 *     call     = started by a worker, or one that is quick by the thread that it came in on; answered at once, or parked
 *                until the core, the chain or the clock moves on
 */
#ifndef NODE_CALL_H
#define NODE_CALL_H

#include "json/json.h"
#include "node/inside.h"

struct exchange;

/* Why a parked call waits; as bits, so that some kinds can be addressed together. */
enum call_kind { PARKED_SUBMIT = 1, PARKED_SEAL = 2, PARKED_WORK = 4, PARKED_WAIT = 8, PARKED_FOLLOW = 16 };
enum { PARKED_WRITES = PARKED_SUBMIT | PARKED_SEAL, PARKED_CHAIN = PARKED_WAIT | PARKED_FOLLOW, PARKED_ALL = 31 };

struct call {
	struct task task;
	struct node *node;
	struct exchange *exchange;
	const struct json *id, *params; /* id NULL: a notification; params NULL: none */
	struct buf out;                 /* its answer, as it goes into the reply */
	struct json_writer writer;
	char message[192]; /* says more than the error's own sentence; "" when it does not */
	/* while parked */
	enum call_kind kind;
	uint64_t number;      /* in parked.calls, or 0 */
	uint64_t deadline_ms; /* steady; UINT64_MAX: none */
	bool poll;            /* counts among the long polls */
	enum err err;         /* why it goes on: ERR_OK, ERR_TIMEOUT, ERR_STOPPING, ERR_DISK_FULL, ... */
	void *state;          /* the method's own */
	void (*resume)(struct call *call); /* on a worker, once it was taken out again; answers or parks anew */
	void (*free_state)(void *state);
};

/* A method answers at once (run writes one JSON value), or starts something and answers later. */
struct method {
	const char *name;
	enum err (*run)(struct call *call, struct json_writer *w);
	void (*start)(struct call *call);
	bool quick; /* run takes microseconds and nothing of the disk but a few rows */
};

/* The methods of the files rpc_*.c, each list ended by a NULL name. */
extern const struct method rpc_status_methods[], rpc_chain_methods[], rpc_block_methods[], rpc_payload_methods[],
    rpc_submit_methods[], rpc_seal_methods[], rpc_wait_methods[], rpc_follow_methods[], rpc_coin_methods[],
    rpc_peers_methods[], rpc_pool_methods[];

/* An answer: call_begin, one JSON value, call_end; or call_fail. The call is gone after the last two. */
struct json_writer *call_begin(struct call *call);
void call_end(struct call *call);
void call_fail(struct call *call, enum err e);

/* The server's handler: any request. */
void call_handle(void *node, struct request *request, struct bytes body);

#endif
