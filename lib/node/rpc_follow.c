#include <stdlib.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/blockview.h"
#include "node/execute.h"
#include "node/params.h"
#include "node/parked.h"
#include "node/roles.h"
#include "node/timing.h"

/* Hyper blocks of one answer, and how long it waits for the first. */
enum { FOLLOW_PAGE = 100, FOLLOW_MS = 30000, FOLLOW_BYTES = 8 << 20 };

struct follow {
	uint64_t from;
	bool given, blocks; /* given: `from` is known */
};

static enum err
put_block(struct json_writer *w, struct node *n, struct look *look, uint64_t hid, const struct lane *lane,
    uint64_t lid)
{
	struct arena arena = { 0 };
	struct store_block b;
	enum err e = store_get_block(look->t, &b, &arena, lane, lid);
	if (e == ERR_OK) {
		json_put_object(w);
		fields_text(w, "type", "block");
		blockview_head(w, n, &b);
		fields_uint(w, "payloads", b.block.head.core.payloads);
		json_end_object(w);
	}
	arena_free(&arena);
	return e == ERR_NOT_FOUND ? lookup_pass_missing(look, lane->chain, hid) : e;
}

/* The local blocks of a hyper block, before it. */
static enum err
put_blocks(struct json_writer *w, struct node *n, struct look *look, uint64_t hid)
{
	struct arena arena = { 0 };
	struct hyper h;
	struct hash hash;
	if (hid == 0)
		return ERR_OK;
	enum err e = execute_hyper(&h, &hash, &arena, look->t, hid);
	for (uint32_t c = 0; e == ERR_OK && c < h.header.lanes; c++) {
		const struct cert_core *core = &h.cert[c].core;
		for (uint32_t i = 0; e == ERR_OK && i < core->blocks; i++)
			e = put_block(w, n, look, hid, &core->lane, core->tip_lid - core->blocks + 1 + i);
	}
	arena_free(&arena);
	return e;
}

static enum err
put_items(struct json_writer *w, struct node *n, const struct follow *s, struct look *look)
{
	uint64_t hid = s->from;
	enum err e = ERR_OK;
	json_put_object(w);
	json_put_key(w, "items");
	json_put_array(w);
	while (e == ERR_OK && hid <= look->executed && hid - s->from < FOLLOW_PAGE && w->out->len < FOLLOW_BYTES) {
		if (s->blocks)
			e = put_blocks(w, n, look, hid);
		if (e == ERR_OK)
			e = blockview_hyper(w, n, look, hid, "hyper");
		hid++;
	}
	json_end_array(w);
	fields_uint(w, "next", hid);
	json_end_object(w);
	return e;
}

static void
look_again(struct call *call)
{
	struct node *n = call->node;
	struct follow *s = call->state;
	struct look look;
	uint64_t seen = atomic_load(&n->generation);
	enum err e = lookup_begin(&look, n);
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	if (!s->given)
		s->from = look.executed + 1;
	s->given = true;
	if (s->from > look.executed && call->err == ERR_OK && call->deadline_ms > timing_steady_ms()) {
		lookup_end(&look);
		if (parked_put(call, seen) == ERR_OK)
			return;
		e = lookup_begin(&look, n);
		if (e != ERR_OK) {
			call_fail(call, e);
			return;
		}
	}
	e = put_items(call_begin(call), n, s, &look);
	lookup_end(&look);
	if (e == ERR_OK)
		call_end(call);
	else
		call_fail(call, e);
}

static void
follow(struct call *call)
{
	static const char *const names[] = { "from", "blocks", "wait_ms", NULL };
	uint64_t wait_ms = FOLLOW_MS;
	struct follow *s = calloc(1, sizeof(*s));
	enum err e = s == NULL ? ERR_NOMEM : params_known(call, names);
	if (e == ERR_OK)
		e = params_uint(&s->from, call, "from", JSON_NUMBER_MAX);
	if (e == ERR_OK)
		e = params_bool(&s->blocks, call, "blocks");
	if (e == ERR_OK)
		e = params_uint(&wait_ms, call, "wait_ms", FOLLOW_MS);
	call->state = s;
	call->free_state = free;
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	s->given = json_member(call->params, "from") != NULL;
	call->kind = PARKED_FOLLOW;
	call->poll = true;
	call->number = parked_number(call->node);
	call->deadline_ms = timing_steady_ms() + wait_ms;
	call->resume = look_again;
	look_again(call);
}

const struct method rpc_follow_methods[] = {
	{ "follow", NULL, follow, false },
	{ NULL, NULL, NULL, false }
};
