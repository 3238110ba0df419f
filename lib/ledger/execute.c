#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "ledger/account.h"
#include "ledger/engine.h"
#include "ledger/key.h"

/* A signer of this lane and block; written back once, when all is executed. */
struct signer {
	struct pubkey key;
	uint64_t last;
	bool moved;
};

struct run {
	struct stage stage;
	const struct engine *engine;
	struct map signers, ids; /* key -> signer, id -> item */
	struct arena arena;
	struct deferred *deferred;
	uint32_t deferreds;
};

/* A payload whose seq is ahead. */
struct deferred {
	uint64_t seq;
	uint32_t index;
	struct signer *signer;
};

static enum err
last_seq(uint64_t *last, struct run *run, const struct pubkey *key)
{
	struct account a;
	enum err e;

	if (!run->engine->accounts)
		return ledger_seq(run->stage.view, last, run->stage.chain->number, key);
	e = account_load(&a, &run->stage.set, key->b);
	*last = a.seq;
	return e == ERR_ACCOUNT ? ERR_OK : e;
}

static enum err
find_signer(struct signer **out, struct run *run, const struct pubkey *key)
{
	enum err e;

	*out = map_get(&run->signers, key->b);
	if (*out)
		return ERR_OK;
	*out = arena_alloc(&run->arena, 1, sizeof **out);
	if (!*out)
		return ERR_NOMEM;
	(*out)->key = *key;
	e = last_seq(&(*out)->last, run, key);
	return e ? e : map_put(&run->signers, key->b, *out);
}

/* The fee has left the account; its seal gets it at the end of the block. All fees together are less than the supply. */
static enum err
earn(struct run *run, const struct execution *item)
{
	struct amount fee = item->payload.fee;

	if (!run->engine->accounts || fee.units == 0)
		return ERR_OK;
	if (item->seal >= run->stage.input->seals)
		return ERR_CORRUPT;
	run->stage.fee[item->seal].units += fee.units - run->stage.toll.units;
	return ERR_OK;
}

/* para-protocol(7) EXECUTION: a payload that fails leaves its error and no other trace, but its seq is used. */
static enum err
apply(struct run *run, struct signer *signer, struct execution *item)
{
	enum err e;

	run->stage.toll.units = 0;
	e = run->engine->apply(&run->stage, &item->result, &item->payload);
	signer->last = item->payload.seq;
	signer->moved = true;
	if (e >= ERR_NOMEM)
		return e;
	item->err = e;
	item->outcome = e ? OUTCOME_FAILED : OUTCOME_DONE;
	if (e)
		state_set_drop(&run->stage.set);
	else
		state_set_keep(&run->stage.set);
	return e ? ERR_OK : earn(run, item);
}

static enum err
execute_item(struct run *run, struct execution *item, uint32_t index)
{
	uint64_t seq = item->payload.seq;
	struct signer *signer = NULL;
	enum err e;

	item->err = ERR_OK;
	item->result = 0;
	if (map_get(&run->ids, item->id.b)) {
		item->outcome = OUTCOME_VOID;
		return ERR_OK;
	}
	e = map_put(&run->ids, item->id.b, item);
	if (e == ERR_OK)
		e = find_signer(&signer, run, &item->payload.signer);
	if (e)
		return e;
	if (seq == signer->last + 1)
		return apply(run, signer, item);
	item->outcome = OUTCOME_UNFIT;
	if (seq > signer->last)
		run->deferred[run->deferreds++] = (struct deferred){ .seq = seq, .index = index, .signer = signer };
	return ERR_OK;
}

static int
by_seq(const void *a, const void *b)
{
	const struct deferred *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* para-protocol(7) EXECUTION: a payload whose seq is ahead is tried again after the lane's last block, in seq order. */
static enum err
execute_deferred(struct run *run, struct execution *item)
{
	enum err e = ERR_OK;

	if (run->deferreds)
		qsort(run->deferred, run->deferreds, sizeof *run->deferred, by_seq);
	for (uint32_t i = 0; e == ERR_OK && i < run->deferreds; i++) {
		const struct deferred *d = &run->deferred[i];
		if (d->seq == d->signer->last + 1)
			e = apply(run, d->signer, &item[d->index]);
	}
	return e;
}

static enum err
write_seq(struct run *run, const struct signer *s)
{
	struct key key = key_make(KEY_SEQ, run->stage.chain->number, s->key.b, sizeof s->key.b);
	struct account a;
	enum err e;

	if (!run->engine->accounts)
		return key_put_number(run->stage.view, &key, s->last, 8);
	e = account_load(&a, &run->stage.set, s->key.b);
	a.seq = s->last;
	return e ? e : account_store(&run->stage.set, s->key.b, &a);
}

static enum err
write_seqs(struct run *run)
{
	struct signer *s;
	enum err e = ERR_OK;

	for (size_t at = 0; e == ERR_OK && (s = map_next(&run->signers, &at));) {
		if (s->moved)
			e = write_seq(run, s);
	}
	return e;
}

static enum err
execute_all(struct run *run, struct execution *item, uint32_t n)
{
	enum err e = ERR_OK;

	run->deferred = arena_alloc(&run->arena, n, sizeof *run->deferred);
	if (!run->deferred || map_reserve(&run->ids, n) || map_reserve(&run->signers, n))
		return ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = execute_item(run, &item[i], i);
	if (e == ERR_OK)
		e = execute_deferred(run, item);
	return e ? e : write_seqs(run);
}

/* From all ids of the block, so that nobody who chooses one payload chooses the seed. */
static uint64_t
map_seed(const struct execution *item, uint32_t n)
{
	uint64_t seed = n, part;

	for (uint32_t i = 0; i < n; i++) {
		memcpy(&part, item[i].id.b, sizeof part);
		seed ^= part;
	}
	return seed;
}

static enum err
begin(struct run *run)
{
	struct stage *s = &run->stage;
	enum err e;

	if (!run->engine->accounts)
		return ERR_OK;
	s->fee = arena_alloc(&run->arena, s->input->seals + (size_t)1, sizeof *s->fee);
	e = s->fee ? run->engine->begin(s) : ERR_NOMEM;
	state_set_keep(&s->set);
	return e;
}

enum err
ledger_execute(struct ledger_view *view, struct roots *roots, const struct lane *lane, uint64_t hid,
    const struct genesis *g, const struct ledger_input *input, struct execution *item, uint32_t n)
{
	struct registered chain;
	struct run run = { .stage = { .view = view, .genesis = g, .chain = &chain, .hid = hid, .input = input } };
	enum err e = ledger_chain(view, &chain, lane->chain);

	if (e)
		return e == ERR_NOT_FOUND ? ERR_CHAIN_UNKNOWN : e;
	run.engine = engine_of(chain.spec.engine);
	map_init(&run.signers, sizeof(struct pubkey), map_seed(item, n));
	map_init(&run.ids, sizeof(struct hash), map_seed(item, n));
	state_set_init(&run.stage.set, view, lane, map_seed(item, n));
	e = begin(&run);
	if (e == ERR_OK && n)
		e = execute_all(&run, item, n);
	*roots = (struct roots){ .executed = hid };
	if (e == ERR_OK)
		e = run.engine->end(&run.stage, &roots->state);
	map_free(&run.signers);
	map_free(&run.ids);
	state_set_free(&run.stage.set);
	arena_free(&run.arena);
	return e;
}
