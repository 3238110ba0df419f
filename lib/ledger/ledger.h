/*
 * ledger: execution of lanes over an abstract key-value view. Pure: the view's owner makes it durable.
 *
 * For every hyper block each lane is executed in ledger order: blocks by id, payloads by index. A payload whose seq is
 * ahead is tried again after the lane's last block, in seq order; one that still does not fit goes back to the pool. A
 * payload that fails leaves its error and no other trace, but its seq is used.
 * Source of the rule: para-protocol(7), EXECUTION.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "chain/genesis.h"
#include "chain/lane.h"
#include "chain/list.h"
#include "chain/payload.h"
#include "chain/spec.h"

/*
 * Keys are at most LEDGER_KEY_MAX bytes, made by this layer: kind byte, chain number big-endian, rest.
 * get: ERR_NOT_FOUND when there is none. put: an empty value erases. next: the first key at or after `from`, in the
 * order of memcmp, a shorter key before those it begins; ERR_NOT_FOUND beyond the last.
 * What get and next hand out borrows until the next call on the view.
 */
enum { LEDGER_KEY_MAX = 80 };

struct ledger_view {
	void *owner;
	enum err (*get)(void *owner, struct bytes *value, struct bytes key);
	enum err (*put)(void *owner, struct bytes key, struct bytes value);
	enum err (*next)(void *owner, struct bytes *key, struct bytes *value, struct bytes from);
};

/* A chain as the registry holds it. */
struct registered {
	uint32_t number;
	struct spec spec; /* without a coin's lists: registry_spec has them */
	struct hash spec_hash;
	uint64_t hid;       /* that registered it */
	struct pubkey owner; /* who asked for it; zero for chain 0 */
};

/*
 * What the keys begin with that a chain's own execution writes, for i from 0 on; false: there are no more. Chain 0 has
 * others beside these.
 */
enum { LEDGER_PREFIX = 5 };
bool ledger_prefix(uint8_t out[static LEDGER_PREFIX], unsigned i, uint32_t chain);

/* Writes chain 0 into an empty view, and who has PARA from the start. */
enum err ledger_begin(struct ledger_view *view, const struct genesis *g);

enum err ledger_seq(struct ledger_view *view, uint64_t *last, uint32_t chain, const struct pubkey *signer);

enum err ledger_chain(struct ledger_view *view, struct registered *out, uint32_t number);
enum err ledger_chain_named(struct ledger_view *view, struct registered *out, const char *name);
enum err ledger_chain_count(struct ledger_view *view, uint32_t *count);

/* Why a payload was or was not executed. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_FAILED, /* executed, its error is in `err` */
	OUTCOME_VOID,   /* a second copy of an id in this lane and round: as if it were not there */
	OUTCOME_UNFIT   /* its seq did not fit */
};

struct execution {
	/* in */
	struct payload payload; /* form and signature checked; of its body nothing is kept */
	struct hash id;
	uint32_t seal;    /* that holds it: index in the input's seals; of no matter without a fee */
	/* out */
	enum outcome outcome;
	enum err err;
	uint32_t result; /* ROOT_REGISTER: the number of the new chain */
};

/* What a hyper block gives a lane beside its payloads. All zero: nothing. */
struct ledger_input {
	const struct ledger_seal {
		struct pubkey signer;
		uint64_t work;
		struct hash id;
	} *seal; /* the lane's seals */
	uint32_t seals;
	/* Of chain 0 alone: PARA minted by this block, and whose rewards that fall due are burned; see reward.h. */
	const struct ledger_payout {
		uint8_t account[32];
		struct pubkey voter;
		struct amount amount;
	} *payout;
	uint32_t payouts;
	const struct pubkey *struck; /* ascending */
	uint32_t strucks;
};

/*
 * Executes one lane for hyper block hid: item[0..n) in ledger order. *roots is what to commit for it. ERR_NOMEM and the
 * view's errors end it halfway: the owner discards the view's writes.
 */
enum err ledger_execute(struct ledger_view *view, struct roots *roots, const struct lane *lane, uint64_t hid,
    const struct genesis *g, const struct ledger_input *input, struct execution *item, uint32_t n);

/* What payloads are checked against, one after the other, on one state of the view. */
struct ledger_door {
	struct ledger_view *view;
	const struct genesis *genesis;
	uint64_t hid; /* the block that could execute them */
	/* the last payload's chain; begin with has_chain false */
	struct registered chain;
	bool has_chain;
};

/*
 * May this payload enter the pool: could its chain's engine execute it in hyper block hid, as the state stands? What
 * other payloads of the pool would change counts for nothing. *last is its signer's, as ledger_seq says; ERR_SEQ_USED when
 * the payload's seq is not above that. Errors from ERR_NOMEM on are the view's.
 */
enum err ledger_check(struct ledger_door *door, uint64_t *last, const struct payload *p);

#endif
