/*
 * engine: what gives the payloads of a chain a meaning. The ledger knows order and seq, an engine what a body does.
 *
 *     begin -> apply, payload by payload -> end          one lane and hyper block
 */
#ifndef LEDGER_ENGINE_H
#define LEDGER_ENGINE_H

#include "ledger/ledger.h"
#include "ledger/state_set.h"

struct account;

/* What an engine works on. */
struct stage {
	struct ledger_view *view;
	const struct genesis *genesis;
	const struct registered *chain;
	uint64_t hid;
	const struct account *signer; /* of the payload that is checked, by an engine with accounts */
	/* while a lane is executed by an engine with accounts */
	struct state_set set;
	const struct ledger_input *input;
	struct amount *fee; /* earned by each seal of input */
	struct amount toll; /* part of the fee of the payload at hand that is not the seal's */
};

struct engine {
	bool accounts; /* seqs stand in the chain's state, fees are charged */
	/* May the payload be pooled: could it be executed in hyper block hid? Reads the view and the signer alone. */
	enum err (*check)(struct stage *s, const struct payload *p);
	/* Before the first payload; NULL: nothing to do. */
	enum err (*begin)(struct stage *s);
	/*
	 * Does what the body asks. What breaks a rule is an error before ERR_NOMEM in the table, and then nothing but the
	 * set was written; from there on errors are of the view or of memory.
	 */
	enum err (*apply)(struct stage *s, uint32_t *result, const struct payload *p);
	/* After the last payload: what is paid for the block, and the state root of the lane. */
	enum err (*end)(struct stage *s, struct hash *root);
};

/* NULL: this version does not know it. */
const struct engine *engine_of(enum spec_engine kind);

extern const struct engine engine_root, engine_data, engine_coin;

#endif
