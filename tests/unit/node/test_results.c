/* What the core is told of an executed block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "laid.h"

enum { TOLD = 8 };

/* In the core's place (--wrap). */
static struct told {
	uint32_t chains, unfits;
	struct chain_info chain[TOLD];
	uint64_t unfit[TOLD];
} told;

bool __wrap_consensus_follows(const struct consensus *c, uint64_t hid, const struct hash *hash);
enum err __wrap_consensus_step(struct consensus *c, struct effects *out, const struct event *event);

bool
__wrap_consensus_follows(const struct consensus *c, uint64_t hid, const struct hash *hash)
{
	(void)c;
	(void)hid;
	(void)hash;
	return true;
}

enum err
__wrap_consensus_step(struct consensus *c, struct effects *out, const struct event *event)
{
	const struct event_executed *x = &event->executed;
	(void)c;
	(void)out;
	assert_int_equal(event->type, EVENT_EXECUTED);
	assert_true(x->chains <= TOLD && x->unfits <= TOLD);
	told = (struct told){ .chains = x->chains, .unfits = x->unfits };
	for (uint32_t i = 0; i < x->chains; i++)
		told.chain[i] = x->chain[i];
	for (uint32_t i = 0; i < x->unfits; i++)
		told.unfit[i] = x->unfit[i];
	return ERR_OK;
}

static void
execute(struct laid *l)
{
	struct results *r;
	struct applied done;
	assert_int_equal(results_run(&r, &(uint64_t){ 0 }, l->node), ERR_OK);
	assert_int_equal(apply_batch(&done, l->node, &(struct apply_order){ .results = r }), ERR_OK);
	assert_non_null(done.executed);
	l->node->core.open = &l->node->core.batch[0];
	assert_int_equal(done.executed->step(l->node, done.executed, NULL), ERR_OK);
	done.executed->release(done.executed);
	results_free(r);
}

/* A registration of a data chain; the hash of its spec. */
static struct hash
register_at(struct laid *l, uint32_t who, uint64_t seq, const char *name)
{
	struct spec spec = { .engine = ENGINE_DATA, .witnesses = SPEC_WITNESSES, .body_bytes = 1000 };
	struct buf body = { 0 };
	uint8_t clerk[32];
	laid_person(clerk, 0, who);
	strcpy(spec.name, name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	laid_payload(l, 0, clerk, seq, bytes_of(&body));
	buf_free(&body);
	return spec_hash(&spec);
}

/* Of one clerk, the second before the first: they are executed by seq, and told as they stand in the block. */
static void
chains_and_unfit_rows_are_told_as_they_stand_in_the_block(void **state)
{
	struct laid l;
	struct hash second, first, other;
	(void)state;
	laid_open(&l, 1);
	register_at(&l, 3, 7, "early");
	second = register_at(&l, 1, 2, "second");
	other = register_at(&l, 2, 1, "other");
	register_at(&l, 1, 4, "behind-a-gap");
	first = register_at(&l, 1, 1, "first");
	register_at(&l, 2, 1, "rival");
	laid_connect(&l, false);
	execute(&l);
	assert_int_equal(told.chains, 3);
	assert_int_equal(told.chain[0].number, 3);
	assert_int_equal(told.chain[1].number, 1);
	assert_int_equal(told.chain[2].number, 2);
	assert_true(hash_equal(&told.chain[0].spec_hash, &second));
	assert_true(hash_equal(&told.chain[1].spec_hash, &other));
	assert_true(hash_equal(&told.chain[2].spec_hash, &first));
	assert_int_equal(told.unfits, 3);
	assert_int_equal(told.unfit[0], 1);
	assert_int_equal(told.unfit[1], 4);
	assert_int_equal(told.unfit[2], 6);
	laid_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_and_unfit_rows_are_told_as_they_stand_in_the_block),
	};
	return cmocka_run_group_tests_name("node/results", tests, NULL, NULL);
}
