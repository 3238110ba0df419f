#include "ledger/engine.h"

/* --- data: any bytes; that they were sealed is all there is to know --- */

static enum err
data_check(const struct payload *p)
{
	(void)p;
	return ERR_OK;
}

static enum err
data_apply(struct ledger_view *view, enum err *failed, uint32_t *result, uint64_t hid, const struct payload *p)
{
	(void)view;
	(void)hid;
	(void)p;
	*failed = ERR_OK;
	*result = 0;
	return ERR_OK;
}

static enum err
data_state(struct ledger_view *view, struct hash *root)
{
	(void)view;
	*root = (struct hash){ 0 };
	return ERR_OK;
}

const struct engine engine_data = { .check = data_check, .apply = data_apply, .state = data_state };

const struct engine *
engine_of(enum spec_engine kind)
{
	switch (kind) {
	case ENGINE_ROOT:
		return &engine_root;
	case ENGINE_DATA:
		return &engine_data;
	case ENGINE_COIN:
		break;
	}
	return NULL;
}
