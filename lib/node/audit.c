#include "node/audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/audit_state.h"

void
audit_say(struct audit *a, const char *place, const char *format, ...)
{
	char what[256];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	a->result->problems++;
	a->config->report(a->config->arg, place, what);
}

static enum err
begin_genesis(struct audit *a)
{
	struct buf raw = { 0 };
	enum err e = store_get_genesis(a->t, &raw);
	if (e == ERR_OK)
		e = genesis_unpack(&a->genesis, &a->arena, bytes_of(&raw));
	buf_free(&raw);
	if (e == ERR_OK)
		e = genesis_hash(&a->genesis_hash, &a->genesis);
	if (e == ERR_OK)
		e = audit_votes_begin(a);
	if (e == ERR_OK)
		e = audit_base_begin(a);
	if (e != ERR_OK)
		return e;
	a->network = genesis_network(&a->genesis_hash);
	a->rules = genesis_rules(&a->genesis_hash);
	a->difficulty = a->genesis.difficulty;
	a->last.hash = a->genesis_hash;
	a->recent = calloc(a->genesis.retarget + (size_t)1, sizeof(*a->recent));
	a->sealed = calloc(a->rows / 8 + 1, 1);
	a->waits = calloc(a->rows / 8 + 1, 1);
	return a->recent == NULL || a->sealed == NULL || a->waits == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
check_hash_index(struct audit *a, const struct hash *hash, uint64_t hid)
{
	char place[32];
	struct lane lane;
	uint64_t found, lid;
	bool is_hyper;
	snprintf(place, sizeof(place), "%" PRIu64, hid);
	enum err e = store_find_hash(a->t, &is_hyper, &found, &lane, &lid, hash);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && (!is_hyper || found != hid)))
		audit_say(a, place, "is not found by its hash");
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
check_after(struct audit *a, const char *place, uint64_t hid, uint64_t in_force)
{
	struct store_after after;
	enum err e = store_get_after(a->t, &after, hid);
	if (e == ERR_OK && (after.difficulty != a->difficulty || after.lanes_in_use != a->lanes_in_use ||
	    after.in_force != in_force))
		audit_say(a, place, "what follows from it is not what is kept");
	audit_base_reach(a, hid, in_force);
	return e;
}

/* ERR_NOT_FOUND: what follows hangs in the air, the walk ends. */
static enum err
check_hyper(struct audit *a, struct arena *arena, uint64_t hid)
{
	struct hyper h;
	struct hash hash;
	char place[32];
	snprintf(place, sizeof(place), "%" PRIu64, hid);
	enum err e = execute_hyper(&h, &hash, arena, a->t, hid);
	if (e == ERR_NOMEM || e == ERR_IO)
		return e;
	if (e != ERR_OK) {
		audit_say(a, place, "%s", e == ERR_NOT_FOUND ? "is missing" : err_text(e));
		return ERR_NOT_FOUND;
	}
	uint64_t in_force = a->chain[0].state.committed.executed;
	e = audit_hyper(a, arena, &h, &hash);
	if (e == ERR_OK)
		e = check_hash_index(a, &hash, hid);
	if (e == ERR_OK) {
		e = audit_advance(a, &h, &hash);
		a->result->hypers++;
	}
	if (e == ERR_OK)
		e = check_after(a, place, hid, in_force);
	if (e == ERR_OK) {
		e = audit_replay(a, hid, in_force);
	}
	if (e == ERR_OK || e == ERR_NOMEM || e == ERR_IO)
		return e;
	audit_say(a, place, "cannot be executed: %s", err_text(e));
	return ERR_NOT_FOUND;
}

static enum err
walk(struct audit *a)
{
	for (uint64_t hid = 1; hid <= a->tip.hid; hid++) {
		struct arena arena = { 0 };
		enum err e = check_hyper(a, &arena, hid);
		arena_free(&arena);
		if (e != ERR_OK)
			return e == ERR_NOT_FOUND ? ERR_OK : e;
		if (a->config->progress != NULL)
			a->config->progress(a->config->arg, hid, a->tip.hid);
	}
	enum err e = audit_end(a);
	if (e != ERR_CORRUPT)
		return e;
	audit_say(a, "store", "%s", err_text(e));
	return ERR_OK;
}

static enum err
look(struct audit *a)
{
	enum err e = store_get_tip(a->t, &a->tip);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	a->rows = a->tip.next_row;
	struct lane_state root = { 0 };
	e = store_get_lane(a->t, &root, &(struct lane){ 0 });
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	a->executed = root.executed.executed;
	if (a->executed > a->tip.hid)
		audit_say(a, "lane 0", "hyper %" PRIu64 " is executed and not there", a->executed);
	e = roles_read(&a->roles, &a->arena, a->t);
	for (uint32_t i = 0; e == ERR_OK && i < a->roles.facts; i++)
		a->half |= a->roles.fact[i].state != FACT_OFF;
	if (e == ERR_OK)
		e = begin_genesis(a);
	return e == ERR_OK ? walk(a) : e;
}

enum err
audit_run(struct audit_result *out, const char *dir, const struct audit_config *config)
{
	struct audit a = { .config = config, .result = out };
	struct store *store;
	*out = (struct audit_result){ 0 };
	enum err e = store_open(&store, dir, STORE_READ);
	if (e != ERR_OK)
		return e;
	audit_memory_init(&a.memory);
	e = store_begin_read(&a.t, store);
	if (e == ERR_OK) {
		e = look(&a);
		store_abort(a.t);
	}
	store_close(store);
	audit_memory_free(&a.memory);
	payout_free(&a.payout);
	audit_votes_end(&a);
	arena_free(&a.arena);
	free(a.chain);
	free(a.recent);
	free(a.sealed);
	free(a.waits);
	return e;
}
