
#include <stdlib.h>
#include <string.h>

#include "ledger/registry.h"
#include "ledger/root.h"
#include "ledger/state.h"
#include "node/audit.h"
#include "node/fresh.h"
#include "node/roles.h"
#include "node/snapshot_impl.h"

/* Bytes that are read before they are committed, and what the map has room for then. */
enum { CHUNK = 16 << 20, ROOM = 256 << 20 };

enum err
snapshot_next(struct reading *r)
{
	enum err e = frames_next(&r->frames, &r->kind, &r->piece);
	r->pending += r->piece.len;
	return e;
}

enum err
snapshot_want(const struct reading *r, enum snapshot_kind kind)
{
	return r->kind == (uint8_t)kind ? ERR_OK : ERR_TYPE;
}

static enum err
open_txn(struct reading *r, uint64_t room)
{
	enum err e = store_reserve(r->node->store, room);
	r->pending = 0;
	return e == ERR_OK ? store_begin_write(&r->t, r->node->store) : e;
}

static enum err
close_txn(struct reading *r)
{
	struct store_txn *t = r->t;
	r->t = NULL;
	return store_commit(t);
}

enum err
snapshot_pause(struct reading *r)
{
	if (r->pending < CHUNK)
		return ERR_OK;
	enum err e = close_txn(r);
	return e == ERR_OK ? open_txn(r, ROOM + 8 * (uint64_t)FRAMES_MOST) : e;
}

/* --- the start --- */

static enum err
read_start(struct reading *r)
{
	enum err e = snapshot_next(r);
	if (e == ERR_OK)
		e = snapshot_want(r, SNAPSHOT_START);
	if (e != ERR_OK)
		return e;
	struct reader in = wire_reader(r->piece);
	if (wire_get_u8(&in) != SNAPSHOT_VERSION)
		return ERR_VERSION;
	r->base = r->info->hid = wire_get_u64(&in);
	r->info->tip_hid = wire_get_u64(&in);
	e = wire_end(&in);
	return e == ERR_OK && (r->base == 0 || r->info->tip_hid < r->base) ? ERR_RANGE : e;
}

static enum err
read_genesis(struct reading *r)
{
	struct node *n = r->node;
	enum err e = snapshot_next(r);
	if (e == ERR_OK)
		e = snapshot_want(r, SNAPSHOT_GENESIS);
	if (e == ERR_OK)
		e = genesis_unpack(&n->genesis, &n->arena, r->piece);
	if (e == ERR_OK)
		e = genesis_hash(&n->genesis_hash, &n->genesis);
	if (e == ERR_OK)
		e = store_put_genesis(r->t, r->piece);
	if (e == ERR_OK)
		e = store_put_lane(r->t, &(struct lane_state){ 0 });
	r->info->genesis = r->tip.hash = n->genesis_hash;
	r->tip.difficulty = n->genesis.difficulty;
	r->tip.next_row = 1;
	return e == ERR_OK ? snapshot_next(r) : e;
}

static enum err
add_chain(struct reading *r, const struct registered *c, bool held)
{
	struct ledger_view view = store_ledger(r->t);
	struct read_chain *more = r->chain;
	if (r->chains == r->cap) {
		r->cap = r->cap == 0 ? 16 : 2 * r->cap;
		more = realloc(r->chain, r->cap * sizeof(*more));
	}
	if (more == NULL)
		return ERR_NOMEM;
	r->chain = more;
	r->chain[r->chains++] = (struct read_chain){ .held = held, .stateful = c->spec.engine != ENGINE_DATA, .hid = c->hid };
	r->info->chains += held;
	enum err e = registry_add(&view, c);
	return e == ERR_OK && !held ? roles_set(r->t, &(struct fact){ .chain = c->number, .state = FACT_OFF }) : e;
}

static enum err
read_chain(struct reading *r)
{
	struct reader in = wire_reader(r->piece);
	struct registered c = { .number = r->chains };
	uint8_t held = wire_get_u8(&in);
	c.hid = wire_get_u64(&in);
	wire_get(&in, c.owner.b, sizeof(c.owner.b));
	if (in.err != ERR_OK || held > 1 || (r->chains == 0 && !held))
		return in.err != ERR_OK ? in.err : ERR_RANGE;
	enum err e = spec_unpack(&c.spec, (struct bytes){ in.at, in.left });
	if (e == ERR_OK)
		e = add_chain(r, &c, held);
	return e == ERR_OK ? snapshot_next(r) : e;
}

static enum err
read_chains(struct reading *r)
{
	struct hash root;
	enum err e = ERR_OK;
	while (e == ERR_OK && r->kind == SNAPSHOT_CHAIN)
		e = read_chain(r);
	struct ledger_view view = store_ledger(r->t);
	if (e == ERR_OK && r->chains == 0)
		e = ERR_TYPE;
	return e == ERR_OK ? registry_root(&view, &root) : e;
}

/* --- state --- */

static enum err
next_pair(void *arg, struct hash *key, struct bytes *value)
{
	struct reading *r = arg;
	enum err e = snapshot_next(r);
	if (e != ERR_OK)
		return e;
	if (r->kind != SNAPSHOT_PAIR)
		return ERR_NOT_FOUND;
	if (r->piece.len < sizeof(*key))
		return ERR_TRUNCATED;
	memcpy(key->b, r->piece.data, sizeof(key->b));
	*value = (struct bytes){ r->piece.data + sizeof(*key), r->piece.len - sizeof(*key) };
	r->pairs++;
	r->bytes += r->piece.len;
	return ERR_OK;
}

/* All of a chain's accounts are one transaction: the map is made large enough for them and the tree over them. */
static enum err
read_accounts(struct reading *r)
{
	struct reader in = wire_reader(r->piece);
	uint32_t number = wire_get_u32(&in);
	uint64_t pairs = wire_get_u64(&in), bytes = wire_get_u64(&in);
	struct hash root = { 0 };
	wire_get(&in, root.b, sizeof(root.b));
	enum err e = wire_end(&in);
	if (e == ERR_OK && number < r->next_accounts)
		e = ERR_ORDER;
	if (e == ERR_OK && (number >= r->chains || !r->chain[number].held || !r->chain[number].stateful))
		e = ERR_CHAIN_UNKNOWN;
	if (e == ERR_OK && (pairs > UINT64_C(1) << 40 || bytes > UINT64_C(1) << 40))
		e = ERR_TOO_LONG;
	if (e == ERR_OK)
		e = close_txn(r);
	if (e == ERR_OK)
		e = open_txn(r, ROOM + 4 * bytes + 256 * pairs);
	if (e != ERR_OK)
		return e;
	struct ledger_view view = store_ledger(r->t);
	r->chain[number].root = root;
	r->next_accounts = number + 1;
	r->pairs = r->bytes = 0;
	e = state_import(&view, &(struct lane){ .chain = number }, &root, next_pair, r);
	r->info->accounts += r->pairs;
	return e == ERR_OK && (r->pairs != pairs || r->bytes != bytes) ? ERR_COUNT : e;
}

static enum err
put_executed(struct reading *r, uint32_t number)
{
	struct ledger_view view = store_ledger(r->t);
	struct roots roots = { .executed = r->base, .state = r->chain[number].root };
	struct hash registry;
	enum err e = number == 0 ? registry_root(&view, &registry) : ERR_OK;
	if (e == ERR_OK && number == 0)
		roots.state = root_of_para(&registry, &roots.state);
	return e == ERR_OK ? store_put_executed(r->t, &(struct lane){ .chain = number }, &roots) : e;
}

/* As if the block base had been executed just now. */
static enum err
read_states(struct reading *r)
{
	enum err e = ERR_OK;
	while (e == ERR_OK && r->kind == SNAPSHOT_ACCOUNTS)
		e = read_accounts(r);
	for (uint32_t i = 0; e == ERR_OK && i < r->chains; i++) {
		if (r->chain[i].held && r->chain[i].hid <= r->force_at_base)
			e = put_executed(r, i);
	}
	r->tip.final_hid = r->base;
	if (e == ERR_OK)
		e = store_put_tip(r->t, &r->tip);
	return e == ERR_OK ? store_put_base(r->t, r->base) : e;
}

/* --- all of it --- */

static enum err
read_all(struct reading *r)
{
	enum err e = read_start(r);
	if (e == ERR_OK)
		e = open_txn(r, ROOM + 8 * (uint64_t)FRAMES_MOST);
	if (e == ERR_OK)
		e = read_genesis(r);
	if (e == ERR_OK)
		e = read_chains(r);
	if (e == ERR_OK)
		e = snapshot_blocks(r, r->base);
	if (e == ERR_OK)
		e = read_states(r);
	if (e == ERR_OK)
		e = snapshot_blocks(r, r->info->tip_hid);
	if (e == ERR_OK)
		e = store_put_tip(r->t, &r->tip);
	if (e == ERR_OK)
		e = r->kind == FRAMES_END ? close_txn(r) : ERR_TYPE;
	if (r->t != NULL)
		store_abort(r->t);
	return e;
}

static enum err
check_expected(struct store *store, const struct hash *expect)
{
	struct store_txn *t;
	struct lane lane;
	uint64_t hid, lid;
	bool is_hyper = false;
	enum err e = expect != NULL ? store_begin_read(&t, store) : ERR_OK;
	if (e != ERR_OK || expect == NULL)
		return e;
	e = store_find_hash(t, &is_hyper, &hid, &lane, &lid, expect);
	store_abort(t);
	return e == ERR_OK && !is_hyper ? ERR_NOT_FOUND : e;
}

static enum err
fill(struct snapshot_info *out, const char *dir, int fd, const struct snapshot_config *config)
{
	struct reading r = { .info = out, .node = calloc(1, sizeof(*r.node)) };
	if (r.node == NULL)
		return ERR_NOMEM;
	enum err e = store_open(&r.node->store, dir, STORE_CREATE);
	frames_begin(&r.frames, fd);
	if (e == ERR_OK)
		e = read_all(&r);
	/* Only the user's word may be missing from it. */
	e = e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	if (e == ERR_OK)
		e = check_expected(r.node->store, config->expect);
	store_close(r.node->store);
	frames_free(&r.frames);
	payout_free(&r.node->payout);
	arena_free(&r.node->arena);
	free(r.node);
	free(r.chain);
	return e;
}

static enum err
check(const char *dir, const struct snapshot_config *config)
{
	struct audit_result found;
	const struct audit_config audit = { .report = config->report, .arg = config->arg, .snapshot = true };
	enum err e = audit_run(&found, dir, &audit);
	return e == ERR_OK && found.problems > 0 ? ERR_CORRUPT : e;
}

enum err
snapshot_read(struct snapshot_info *out, const char *dir, int fd, const struct snapshot_config *config)
{
	struct fresh fresh;
	*out = (struct snapshot_info){ 0 };
	enum err e = fresh_begin(&fresh, dir);
	if (e != ERR_OK)
		return e;
	e = fill(out, fresh.made, fd, config);
	if (e == ERR_OK)
		e = check(fresh.made, config);
	if (e == ERR_OK)
		return fresh_end(&fresh);
	fresh_clear(&fresh);
	return e;
}
