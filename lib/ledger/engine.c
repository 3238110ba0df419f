#include "ledger/engine.h"

/* --- data: any bytes; that they were sealed is all there is to know --- */

static enum err
data_check(struct stage *s, const struct payload *p)
{
	(void)s;
	(void)p;
	return ERR_OK;
}

static enum err
data_apply(struct stage *s, uint32_t *result, const struct payload *p)
{
	(void)s;
	(void)p;
	*result = 0;
	return ERR_OK;
}

static enum err
data_end(struct stage *s, struct hash *root)
{
	(void)s;
	*root = (struct hash){ 0 };
	return ERR_OK;
}

const struct engine engine_data = { .check = data_check, .apply = data_apply, .end = data_end };

const struct engine *
engine_of(enum spec_engine kind)
{
	switch (kind) {
	case ENGINE_ROOT:
		return &engine_root;
	case ENGINE_DATA:
		return &engine_data;
	case ENGINE_COIN:
		return &engine_coin;
	}
	return NULL;
}
