#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "node/execute.h"
#include "node/lookup.h"
#include "node/params.h"
#include "node/parked.h"
#include "node/timing.h"
#include "node/waits.h"

/* Ids of one call; its longest time; how many blocks are searched for a seal that may be sealed already. */
enum { WAIT_MOST = 2000, WAIT_MS = 30000, SEALS_BACK = 64 };

struct waited {
	struct hash id;
	bool done;
	struct found found; /* of a seal only status and place count */
};

struct watch {
	struct waited *payload, *seal;
	uint32_t payloads, seals, open; /* open: not done yet */
	enum payload_status until;
	uint64_t next_hid; /* the first block not yet searched for seals */
	uint64_t left;     /* the core's, before the last look */
};

static void
free_wait(void *state)
{
	struct watch *s = state;
	free(s->payload);
	free(s->seal);
	free(s);
}

static enum err
read_ids(struct waited **out, uint32_t *count, struct call *call, const char *name)
{
	const struct json *list = json_member(call->params, name);
	if (list == NULL)
		return ERR_OK;
	if (json_kind_of(list) != JSON_ARRAY || json_count(list) > WAIT_MOST)
		return params_wrong(call, name, "not a list of at most 2000");
	*out = calloc(json_count(list) + 1, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	for (const struct json *j = json_first(list); j != NULL; j = json_next(j)) {
		if (json_hex((*out)[*count].id.b, 32, j) != ERR_OK)
			return params_wrong(call, name, "an id is not 64 hexadecimal digits");
		++*count;
	}
	return ERR_OK;
}

static enum err
read_params(struct watch *s, uint64_t *timeout_ms, struct call *call)
{
	static const char *const names[] = { "payloads", "seals", "until", "timeout_ms", NULL };
	const char *until = "sealed";
	*timeout_ms = WAIT_MS;
	enum err e = params_known(call, names);
	if (e == ERR_OK)
		e = params_text(&until, call, "until");
	if (e == ERR_OK && strcmp(until, "sealed") != 0 && strcmp(until, "final") != 0)
		e = params_wrong(call, "until", "neither \"sealed\" nor \"final\"");
	if (e == ERR_OK)
		e = params_uint(timeout_ms, call, "timeout_ms", WAIT_MS);
	if (e == ERR_OK)
		e = read_ids(&s->payload, &s->payloads, call, "payloads");
	if (e == ERR_OK)
		e = read_ids(&s->seal, &s->seals, call, "seals");
	s->until = strcmp(until, "final") == 0 ? LOOKUP_FINAL : LOOKUP_SEALED;
	s->open = s->payloads + s->seals;
	return e;
}

/* As long as no block is left, nothing but finality can come. */
static bool
stays(const struct found *found, const struct look *look)
{
	return found->status == LOOKUP_SEALED && found->executed && found->place.hid > look->tip.final_hid;
}

static enum err
look_payloads(struct watch *s, struct look *look, bool left)
{
	for (uint32_t i = 0; i < s->payloads; i++) {
		struct waited *p = &s->payload[i];
		if (p->done || (!left && stays(&p->found, look)))
			continue;
		enum err e = p->found.row != 0 ? lookup_copies(&p->found, look, p->found.row, &p->id) : ERR_OK;
		if (e == ERR_OK && p->found.status == LOOKUP_UNKNOWN)
			e = lookup_payload(&p->found, look, &p->id);
		if (e != ERR_OK)
			return e;
		p->done = (p->found.status >= s->until && p->found.executed) || p->found.status < LOOKUP_POOLED ||
		    p->found.receipt.err != ERR_OK;
		s->open -= p->done;
	}
	return ERR_OK;
}

static void
meet_seal(struct watch *s, uint64_t hid, const struct cert *cert, uint32_t index)
{
	struct hash id = seal_id(&cert->head[index]);
	for (uint32_t i = 0; i < s->seals; i++) {
		if (!hash_equal(&s->seal[i].id, &id))
			continue;
		s->seal[i].found.status = LOOKUP_SEALED;
		s->seal[i].found.place = (struct place){ .kind = PLACE_BLOCK, .hid = hid, .lane = cert->core.lane,
			.lid = cert->core.tip_lid - cert->core.blocks + 1 + index };
	}
}

/* Seals have no index of their own: the blocks since the last look are searched, at first the latest ones. */
static enum err
look_seals(struct watch *s, struct look *look)
{
	uint64_t tip = look->tip.hid;
	if (s->seals == 0)
		return ERR_OK;
	if (s->next_hid == 0)
		s->next_hid = tip > SEALS_BACK ? tip - SEALS_BACK : 1;
	for (; s->next_hid <= tip; s->next_hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		struct hash hash;
		enum err e = execute_hyper(&h, &hash, &arena, look->t, s->next_hid);
		for (uint32_t c = 0; e == ERR_OK && c < h.header.lanes; c++) {
			for (uint32_t i = 0; i < h.cert[c].core.blocks; i++)
				meet_seal(s, s->next_hid, &h.cert[c], i);
		}
		arena_free(&arena);
		if (e != ERR_OK)
			return e;
	}
	for (uint32_t i = 0; i < s->seals; i++) {
		struct waited *w = &s->seal[i];
		if (w->found.status == LOOKUP_SEALED && w->found.place.hid <= look->tip.final_hid)
			w->found.status = LOOKUP_FINAL;
		s->open -= !w->done && w->found.status >= s->until;
		w->done = w->done || w->found.status >= s->until;
	}
	return ERR_OK;
}

static void
put_waited(struct json_writer *w, const char *key, const char *name, const struct waited *item, uint32_t count,
    const struct wait *wait)
{
	json_put_key(w, key);
	json_put_array(w);
	for (uint32_t i = 0; i < count; i++) {
		json_put_object(w);
		view_hash(w, name, &item[i].id);
		if (strcmp(name, "payload") == 0) {
			lookup_put(w, &item[i].found);
			if (wait != NULL && item[i].found.status == LOOKUP_POOLED)
				waits_put(w, &wait[i]);
		} else {
			fields_text(w, "status", lookup_word(item[i].found.status));
			if (item[i].found.status != LOOKUP_UNKNOWN) {
				view_lane(w, "lane", &item[i].found.place.lane);
				view_place(w, "at", &item[i].found.place);
			}
		}
		json_end_object(w);
	}
	json_end_array(w);
}

static bool
any_pooled(const struct watch *s)
{
	for (uint32_t i = 0; i < s->payloads; i++) {
		if (s->payload[i].found.status == LOOKUP_POOLED)
			return true;
	}
	return false;
}

/* What those wait for that are in the pool still; NULL when that cannot be told, which is no reason to tell nothing. */
static struct wait *
find_waits(const struct watch *s, struct node *n)
{
	struct wait *wait = calloc(s->payloads + (size_t)1, sizeof(*wait));
	struct look look;
	enum err e = wait == NULL ? ERR_NOMEM : lookup_begin(&look, n);
	for (uint32_t i = 0; e == ERR_OK && i < s->payloads; i++) {
		const struct found *found = &s->payload[i].found;
		struct payload p;
		struct bytes raw;
		if (found->status == LOOKUP_POOLED && store_get_payload(look.t, &raw, found->row) == ERR_OK &&
		    payload_unpack(&p, NULL, NULL, raw) == ERR_OK)
			wait[i] = waits_of(found->row, &p);
	}
	if (e == ERR_OK) {
		lookup_end(&look);
		waits_ask(wait, s->payloads, n);
	}
	return wait;
}

static void
answer(struct call *call)
{
	const struct watch *s = call->state;
	struct wait *wait = any_pooled(s) ? find_waits(s, call->node) : NULL;
	struct json_writer *w = call_begin(call);
	json_put_object(w);
	put_waited(w, "payloads", "payload", s->payload, s->payloads, wait);
	free(wait);
	put_waited(w, "seals", "seal", s->seal, s->seals, NULL);
	json_end_object(w);
	call_end(call);
}

/* Whether what the last look found may be so no more. */
static bool
look_left(struct watch *s, struct core *c)
{
	uint64_t before = s->left;
	pthread_mutex_lock(&c->mutex);
	s->left = c->left;
	pthread_mutex_unlock(&c->mutex);
	return s->left != before;
}

/* Looks; answers, or waits for the chain to move on. */
static void
look_again(struct call *call)
{
	struct watch *s = call->state;
	struct look look;
	uint64_t seen = atomic_load(&call->node->generation);
	bool left = look_left(s, &call->node->core);
	enum err why = call->err, e = lookup_begin(&look, call->node);
	if (e == ERR_OK) {
		e = look_payloads(s, &look, left);
		if (e == ERR_OK)
			e = look_seals(s, &look);
		lookup_end(&look);
	}
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	if (s->open == 0 || why != ERR_OK || call->deadline_ms <= timing_steady_ms()) {
		answer(call);
		return;
	}
	if (parked_put(call, seen) != ERR_OK)
		answer(call);
}

static void
wait(struct call *call)
{
	struct watch *s = calloc(1, sizeof(*s));
	uint64_t timeout_ms;
	enum err e = ERR_NOMEM;
	if (s != NULL) {
		call->state = s;
		call->free_state = free_wait;
		e = read_params(s, &timeout_ms, call);
	}
	if (e != ERR_OK) {
		call_fail(call, e);
		return;
	}
	call->kind = PARKED_WAIT;
	call->poll = true;
	call->number = parked_number(call->node);
	call->deadline_ms = timing_steady_ms() + timeout_ms;
	call->resume = look_again;
	look_again(call);
}

const struct method rpc_wait_methods[] = {
	{ "wait", NULL, wait, false },
	{ NULL, NULL, NULL, false }
};
