#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/audit_state.h"

static enum err
grow(struct audit *a)
{
	uint32_t cap = a->chain_cap == 0 ? 16 : a->chain_cap * 2;
	struct audit_chain *chain = a->chains < a->chain_cap ? a->chain : realloc(a->chain, cap * sizeof(*chain));
	if (chain == NULL)
		return ERR_NOMEM;
	a->chain_cap = a->chains < a->chain_cap ? a->chain_cap : cap;
	a->chain = chain;
	return ERR_OK;
}

enum err
audit_learn_chains(struct audit *a)
{
	uint32_t count;
	enum err e = ledger_chain_count(&a->memory.view, &count);
	while (e == ERR_OK && a->chains < count) {
		struct registered r;
		e = ledger_chain(&a->memory.view, &r, a->chains);
		if (e == ERR_OK)
			e = grow(a);
		if (e == ERR_OK)
			a->chain[a->chains++] = (struct audit_chain){ .registered = r.hid, .spec_hash = r.spec_hash,
				.body_bytes = r.spec.body_bytes, .rule = r.spec.rule, .unwitnessed = r.spec.witnesses == 0,
				.stateful = r.spec.engine != ENGINE_DATA,
				.unfollowed = roles_fact(&a->roles, r.number) != NULL, .state = { .lane = { .chain = r.number } } };
	}
	return e;
}

enum err
audit_receipt(struct audit *a, uint64_t row, const struct store_receipt *want, uint64_t hid)
{
	struct store_receipt have = { ERR_OK, 0 };
	char place[64];
	enum err e = store_get_receipt(a->t, &have, row);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	a->receipts += want->err != ERR_OK || want->result != 0;
	snprintf(place, sizeof(place), "row %" PRIu64, row);
	if (have.err != want->err || have.result != want->result)
		audit_say(a, place, "hyper %" PRIu64 ": its receipt is not what execution gives", hid);
	return ERR_OK;
}

/* What waits may be executed by a later block: its receipt is looked at in the end. */
static enum err
check_receipt(struct audit *a, const struct lane_run *run, uint32_t i, uint64_t hid)
{
	struct store_receipt want;
	enum trace trace;
	uint64_t row = run->row[i];
	if (row >= a->rows)
		return ERR_OK;
	uint8_t *waits = &a->waits[row / 8], bit = (uint8_t)(1 << row % 8);
	enum err e = execute_trace(&trace, &want, a->t, &a->memory.view, run, i, hid, *waits & bit);
	if (e != ERR_OK || trace == TRACE_NONE)
		return e;
	*waits = (uint8_t)(trace == TRACE_WAITING ? *waits | bit : *waits & ~bit);
	return trace == TRACE_WAITING ? ERR_OK : audit_receipt(a, row, &want, hid);
}

static enum err
check_run(struct audit *a, const struct lane_run *run, uint64_t hid)
{
	struct audit_chain *c = &a->chain[run->lane.chain];
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < run->count; i++)
		e = check_receipt(a, run, i, hid);
	if (c->first_executed == 0)
		c->first_executed = hid;
	c->root[hid % AUDIT_ROOTS] = run->roots;
	c->state.executed = run->roots;
	return e;
}

enum err
audit_replay(struct audit *a, uint64_t hid, uint64_t in_force)
{
	struct lane_run *run = NULL;
	uint32_t runs = 0;
	audit_memory_note(&a->memory, hid > a->tip.final_hid);
	enum err e = ERR_OK;
	struct execute_look look = { .t = a->t, .view = a->memory.view };
	const struct execute_task task = { hid, in_force, &a->genesis, &a->roles, &a->payout };
	if (hid <= a->executed)
		e = execute_block(&run, &runs, &look, NULL, &task);
	if (e == ERR_OK)
		e = execute_write(&a->memory.view, run, runs);
	for (uint32_t i = 0; e == ERR_OK && i < runs; i++)
		e = check_run(a, &run[i], hid);
	if (e == ERR_OK && a->memory.notes)
		e = audit_undo(a, hid);
	execute_end(run, runs);
	arena_free(&look.arena);
	return e == ERR_OK ? audit_learn_chains(a) : e;
}
