#include "node/execute.h"

#include <string.h>

static enum err
add_payload(struct execution *out, struct store_txn *t, uint64_t row)
{
	struct bytes raw;
	enum err e = store_get_payload(t, &raw, row);
	if (e == ERR_OK)
		e = payload_unpack(&out->payload, &out->id, NULL, raw);
	return e == ERR_OK || e == ERR_IO || e == ERR_NOMEM ? e : ERR_CORRUPT;
}

static enum err
add_block(struct lane_run *out, struct store_txn *t, const struct store_block *b)
{
	const struct seal_core *core = &b->block.head.core;
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < core->payloads; i++) {
		out->row[out->count] = b->row[i];
		out->item[out->count].seal = out->seals;
		e = add_payload(&out->item[out->count++], t, b->row[i]);
	}
	out->seal[out->seals++] = (struct ledger_seal){ core->signer, core->difficulty, seal_id(&b->block.head) };
	return e;
}

static enum err
load(struct lane_run *out, struct arena *arena, struct store_txn *t, const struct cert *cert)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < cert->core.blocks; i++)
		total += cert->head[i].core.payloads;
	out->item = arena_alloc(arena, total + 1, sizeof(*out->item));
	out->row = arena_alloc(arena, total + 1, sizeof(*out->row));
	out->seal = arena_alloc(arena, cert->core.blocks + (size_t)1, sizeof(*out->seal));
	if (out->item == NULL || out->row == NULL || out->seal == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		struct store_block b;
		uint64_t lid = cert->core.tip_lid - cert->core.blocks + 1 + i;
		enum err e = store_get_block(t, &b, arena, &cert->core.lane, lid);
		if (e == ERR_OK && out->count + (uint64_t)b.block.head.core.payloads > total)
			e = ERR_CORRUPT;
		if (e == ERR_OK)
			e = add_block(out, t, &b);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	}
	return ERR_OK;
}

enum err
execute_hyper(struct hyper *out, struct hash *hash, struct arena *arena, struct store_txn *t, uint64_t hid)
{
	struct buf raw = { 0 };
	enum err e = store_get_hyper(t, hash, &raw, hid);
	uint8_t *copy = e == ERR_OK ? arena_alloc(arena, raw.len, 1) : NULL;
	if (e == ERR_OK && copy == NULL)
		e = ERR_NOMEM;
	if (e == ERR_OK) {
		memcpy(copy, raw.data, raw.len);
		e = hyper_unpack(out, arena, (struct bytes){ copy, raw.len });
	}
	buf_free(&raw);
	return e;
}

enum err
execute_lane(struct lane_run *run, struct execute_look *look, const struct genesis *genesis, uint64_t hid,
    const struct ledger_input *paid)
{
	draft_init(&run->draft, &look->view, &look->arena);
	enum err e = run->cert != NULL ? load(run, &look->arena, look->t, run->cert) : ERR_OK;
	struct ledger_view *view = &run->draft.view;
	struct ledger_input input = paid != NULL ? *paid : (struct ledger_input){ 0 };
	input.seal = run->seal;
	input.seals = run->seals;
	return e == ERR_OK ? ledger_execute(view, &run->roots, &run->lane, hid, genesis, &input, run->item, run->count) : e;
}

struct execution_of_block {
	const struct execute_task *task;
	struct execute_look *look;
	struct lane_run *run;
	struct ledger_input paid; /* of chain 0 */
};

/* para-protocol(7) EXECUTION: Every lane is executed on the state that the hyper block before has left */
static void
execute_one(void *arg, unsigned who, uint32_t i)
{
	struct execution_of_block *x = arg;
	struct lane_run *run = &x->run[i];
	run->err = execute_lane(run, &x->look[who], x->task->genesis, x->task->hid,
	    run->lane.chain == 0 ? &x->paid : NULL);
}

/* The lanes to execute, each with its certificate. */
static enum err
plan(struct lane_run **out, uint32_t *runs, struct ledger_input *paid, struct execute_look *look,
    const struct execute_task *task)
{
	struct hyper h;
	struct hash hash;
	uint32_t chains, at = 0;
	*runs = 0;
	enum err e = execute_hyper(&h, &hash, &look->arena, look->t, task->hid);
	if (e == ERR_OK)
		e = payout_of(paid, &look->arena, task->payout, look->t, task->genesis, &h);
	if (e == ERR_OK)
		e = ledger_chain_count(&look->view, &chains);
	if (e != ERR_OK)
		return e;
	*out = arena_alloc(&look->arena, chains + 1, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < chains; i++) {
		struct registered chain;
		const struct lane lane = { .chain = i };
		e = ledger_chain(&look->view, &chain, i);
		if (e != ERR_OK)
			return e;
		if (chain.hid > task->in_force)
			continue;
		bool has = at < h.header.lanes && lane_compare(&h.cert[at].core.lane, &lane) == 0;
		if (roles_fact(task->roles, i) == NULL)
			(*out)[(*runs)++] = (struct lane_run){ .lane = lane, .cert = has ? &h.cert[at] : NULL };
		at += has;
	}
	return at == h.header.lanes ? ERR_OK : ERR_LANE;
}

enum err
execute_block(struct lane_run **out, uint32_t *runs, struct execute_look *look, struct crew *crew,
    const struct execute_task *task)
{
	struct execution_of_block x = { .task = task, .look = look };
	enum err e = plan(out, runs, &x.paid, look, task);
	if (e != ERR_OK)
		return e;
	x.run = *out;
	crew_run(crew, execute_one, &x, *runs);
	for (uint32_t i = 0; e == ERR_OK && i < *runs; i++)
		e = (*out)[i].err;
	return e;
}

void
execute_end(struct lane_run *run, uint32_t runs)
{
	for (uint32_t i = 0; i < runs; i++)
		draft_free(&run[i].draft);
}

enum err
execute_write(struct ledger_view *to, const struct lane_run *run, uint32_t runs)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < runs; i++)
		e = draft_write(&run[i].draft, to);
	return e;
}

/* One whose seq did not fit. mine: no block before this one executed it. */
static enum err
trace_unfit(enum trace *out, struct store_receipt *receipt, struct ledger_view *view, const struct payload *p, bool mine)
{
	uint64_t last;
	enum err e = ledger_seq(view, &last, p->chain, &p->signer);
	if (e != ERR_OK)
		return e;
	bool ahead = p->seq > last;
	*out = ahead ? TRACE_WAITING : mine ? TRACE_DONE : TRACE_NONE;
	receipt->err = ahead ? ERR_SEQ_GAP : ERR_SEQ_USED;
	return ERR_OK;
}

enum err
execute_trace(enum trace *out, struct store_receipt *receipt, struct store_txn *t, struct ledger_view *view,
    const struct lane_run *run, uint32_t i, uint64_t hid, bool waited)
{
	const struct execution *x = &run->item[i];
	struct place first;
	*out = TRACE_DONE;
	*receipt = (struct store_receipt){ .err = x->outcome == OUTCOME_FAILED ? x->err : ERR_OK,
		.result = x->outcome == OUTCOME_DONE ? x->result : 0 };
	if (x->outcome == OUTCOME_VOID)
		*out = TRACE_NONE;
	if (x->outcome != OUTCOME_UNFIT)
		return ERR_OK;
	enum err e = store_get_place(t, &first, run->row[i]);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return trace_unfit(out, receipt, view, &x->payload, waited || first.hid == hid);
}
