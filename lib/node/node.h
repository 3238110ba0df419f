/*
 * node: a running node: the loop that steps the consensus core, the writer that makes its effects durable and then
 * tells them, the executor that runs connected blocks, the workers that answer requests.
 *
 *     control socket -> workers: parse, verify -> events -> loop: step the core -> effects -> writer: one transaction
 *                       ^ answers straight from read transactions                            |  for many steps
 *                       +----------------------------- replies, only after the commit -------+
 *
 * While the disk takes no writes the node goes on reading, refuses what is new, tries again every second, and says so
 * in its status.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include <stdbool.h>

#include "chain/genesis.h"
#include "crypto/sign.h"
#include "overlay/overlay.h"

struct node;

enum node_log { NODE_LOG_ERROR, NODE_LOG_EVENT, NODE_LOG_DETAIL };

enum { NODE_POOL_BYTES = 256 << 20, NODE_POOL_SIGNER = 200000 };

struct node_config {
	const char *dir;               /* the data directory */
	const struct genesis *genesis; /* of a new directory, or NULL; must be the stored one's equal when both are there */
	const struct sign_key *key;    /* the voter's; outlives the node */
	enum role role;                /* 0: as the directory has it; a new one is full */
	const char *const *follow;     /* names for ROLE_PARTIAL; NULL with none: as the directory has them */
	unsigned follows;
	uint64_t pool_bytes;           /* of payloads that may wait; 0: NODE_POOL_BYTES */
	uint32_t pool_signer;          /* payloads of one signer that may wait, per chain; 0: NODE_POOL_SIGNER */
	const char *control;           /* URL of the control socket; NULL: ipc://DIR/node.ipc */
	long group;                    /* gid that may use it, or -1 */
	/* Networks of many only: */
	const char *const *listen, *const *advertise, *const *bootstrap; /* URLs; they outlive the node */
	unsigned listens, advertises, bootstraps;
	uint64_t offer;                /* bytes of bodies to keep for others */
	bool discovery;                /* look for nodes of this LAN */
	unsigned executors;            /* threads that execute lanes; 0: as many as there are processors */
	char *const *miner;            /* command line of a miner to keep running as a child, or NULL; outlives the node */
	enum node_log level; /* events up to this one reach the log */
	/* One event, a line without its newline; called from several threads, one at a time. May be NULL. */
	void (*log)(void *arg, enum node_log level, const char *line);
	void *arg;
};

/* What kept a node from starting, beside the code: a sentence, or "". */
struct node_trouble {
	char text[256];
};

/*
 * Opens the store, restores the core, listens. ERR_LOCKED: another node runs on the directory. ERR_NOT_FOUND: a new
 * directory and no genesis. ERR_NETWORK: another network's directory. ERR_VOTER: a solo network whose founder's key
 * this is not, or a network without two founders. ERR_TOO_LONG: the socket's path. Else ERR_IO and the like; trouble says more.
 */
enum err node_start(struct node **out, struct node_trouble *trouble, const struct node_config *config);

/* Waits until somebody stops it, from the control socket or by node_stop; ERR_OK, or what it failed of. */
enum err node_wait(struct node *n);

/* May be called from any thread. What is under way is finished; later requests are answered with ERR_STOPPING. */
void node_stop(struct node *n);

/* After node_wait. */
void node_free(struct node *n);

/* Tells more or less from now on: which levels reach the log. */
void node_set_log(struct node *n, enum node_log level);

#endif
