/*
 * engine: what gives the payloads of a chain a meaning. The ledger knows order and seq, an engine what a body does.
 */
#ifndef LEDGER_ENGINE_H
#define LEDGER_ENGINE_H

#include "ledger/ledger.h"

struct engine {
	/* Can the body be refused without looking at any state? */
	enum err (*check)(const struct payload *p);
	/*
	 * Does what the body asks. An error of the rules goes to *failed and leaves no trace; what is returned is an
	 * error of the view or ERR_NOMEM.
	 */
	enum err (*apply)(struct ledger_view *view, enum err *failed, uint32_t *result, uint64_t hid,
	    const struct payload *p);
	/* The state root of the lane after its last payload. */
	enum err (*state)(struct ledger_view *view, struct hash *root);
};

/* NULL: this version does not know it. */
const struct engine *engine_of(enum spec_engine kind);

extern const struct engine engine_root, engine_data;

#endif
