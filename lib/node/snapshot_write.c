#include "node/snapshot.h"

#include "ledger/registry.h"
#include "ledger/root.h"
#include "ledger/state.h"
#include "node/body.h"
#include "node/execute.h"
#include "node/frames.h"
#include "node/past.h"
#include "node/roles.h"

struct writing {
	struct snapshot_info *info;
	struct frames frames;
	struct store_txn *t;
	struct store_tip tip;
	struct past past;
	struct arena arena;
	struct roles roles;
	struct buf scratch;
	uint32_t chains;
	struct written_chain {
		bool held, stateful;
		struct hash root;    /* of the accounts */
		struct hash state;   /* what a certificate commits */
		bool committed;
		uint64_t pairs, bytes;
	} *chain; /* at base */
};

static enum err
put(struct writing *w, enum snapshot_kind kind)
{
	return w->scratch.failed ? ERR_NOMEM : frames_put(&w->frames, (uint8_t)kind, bytes_of(&w->scratch));
}

/* --- what is there --- */

static enum err
count_pair(void *arg, const struct hash *key, struct bytes value)
{
	struct written_chain *c = arg;
	c->pairs++;
	c->bytes += sizeof(*key) + value.len;
	return ERR_OK;
}

static enum err
look_at_chain(struct writing *w, uint32_t number)
{
	struct written_chain *c = &w->chain[number];
	struct lane lane = { .chain = number };
	struct registered r;
	struct hash registry;
	enum err e = ledger_chain(&w->past.view, &r, number);
	if (e != ERR_OK)
		return e;
	c->held = roles_fact(&w->roles, number) == NULL;
	c->stateful = r.spec.engine != ENGINE_DATA;
	if (!c->held || !c->stateful)
		return ERR_OK;
	e = state_root(&w->past.view, &c->root, &lane);
	if (e == ERR_OK)
		e = state_each(&w->past.view, &lane, count_pair, c);
	c->state = c->root;
	if (e == ERR_OK && number == 0 && (e = registry_root(&w->past.view, &registry)) == ERR_OK)
		c->state = root_of_para(&registry, &c->root);
	w->info->accounts += c->pairs;
	return e;
}

static enum err
look_at_chains(struct writing *w)
{
	enum err e = ledger_chain_count(&w->past.view, &w->chains);
	if (e == ERR_OK)
		w->chain = arena_alloc(&w->arena, w->chains, sizeof(*w->chain));
	if (e == ERR_OK && w->chain == NULL)
		e = ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < w->chains; i++) {
		e = look_at_chain(w, i);
		w->info->chains += w->chain[i].held;
	}
	return e;
}

/* Which states the certificates of a block commit. */
static void
see_certs(struct writing *w, const struct hyper *h)
{
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		const struct cert_core *core = &h->cert[i].core;
		if (core->lane.chain < w->chains && hash_equal(&core->roots.state, &w->chain[core->lane.chain].state))
			w->chain[core->lane.chain].committed = true;
	}
}

/* A state that is not committed yet would have to be believed: the next block commits it. */
static enum err
check_committed(struct writing *w)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < w->chains; i++) {
		struct lane_state lane = { 0 };
		e = store_get_lane(w->t, &lane, &(struct lane){ .chain = i });
		w->chain[i].committed = !w->chain[i].held || hash_equal(&lane.committed.state, &w->chain[i].state);
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	for (uint64_t hid = w->tip.final_hid + 1; e == ERR_OK && hid <= w->tip.hid; hid++) {
		struct arena arena = { 0 };
		struct hyper h;
		struct hash hash;
		e = execute_hyper(&h, &hash, &arena, w->t, hid);
		if (e == ERR_OK)
			see_certs(w, &h);
		arena_free(&arena);
	}
	for (uint32_t i = 0; e == ERR_OK && i < w->chains; i++)
		e = w->chain[i].committed ? ERR_OK : ERR_BUSY;
	return e;
}

/* --- the start --- */

static enum err
put_start(struct writing *w)
{
	struct buf *b = &w->scratch;
	buf_reset(b);
	wire_put_u8(b, SNAPSHOT_VERSION);
	wire_put_u64(b, w->tip.final_hid);
	wire_put_u64(b, w->tip.hid);
	enum err e = put(w, SNAPSHOT_START);
	if (e == ERR_OK)
		e = store_get_genesis(w->t, b);
	w->info->genesis = hash_of(HASH_GENESIS, b->data, b->len);
	return e == ERR_OK ? put(w, SNAPSHOT_GENESIS) : e;
}

static enum err
put_chain(struct writing *w, uint32_t number)
{
	struct arena arena = { 0 };
	struct buf *b = &w->scratch;
	struct registered r;
	struct spec spec;
	enum err e = ledger_chain(&w->past.view, &r, number);
	if (e == ERR_OK)
		e = registry_spec(&w->past.view, &spec, &arena, number);
	buf_reset(b);
	if (e == ERR_OK) {
		wire_put_u8(b, w->chain[number].held);
		wire_put_u64(b, r.hid);
		buf_add(b, r.owner.b, sizeof(r.owner.b));
		spec_put(b, &spec);
		e = put(w, SNAPSHOT_CHAIN);
	}
	arena_free(&arena);
	return e;
}

/* --- blocks --- */

static enum err
put_body(struct writing *w, struct arena *arena, const struct lane *lane, uint64_t lid)
{
	struct store_block b;
	enum err e = store_get_block(w->t, &b, arena, lane, lid);
	buf_reset(&w->scratch);
	if (e == ERR_OK)
		e = body_put(&w->scratch, w->t, &b.block.head, b.row);
	return e == ERR_OK ? put(w, SNAPSHOT_BODY) : e;
}

/* Does the snapshot hold a chain's seals of a block? */
static bool
has_bodies(const struct writing *w, uint32_t chain, uint64_t hid)
{
	if (chain >= w->chains)
		return roles_fact(&w->roles, chain) == NULL;
	return w->chain[chain].held && (hid > w->tip.final_hid || !w->chain[chain].stateful);
}

static enum err
put_bodies(struct writing *w, struct arena *arena, const struct hyper *h)
{
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < h->header.lanes; i++) {
		const struct cert_core *core = &h->cert[i].core;
		for (uint32_t k = 0; e == ERR_OK && has_bodies(w, core->lane.chain, h->header.hid) && k < core->blocks; k++)
			e = put_body(w, arena, &core->lane, core->tip_lid - core->blocks + 1 + k);
	}
	return e;
}

static enum err
put_endorsements(struct writing *w, struct arena *arena, uint64_t hid)
{
	struct endorsement *each;
	uint32_t n;
	enum err e = store_get_endorsements(w->t, &each, &n, arena, hid);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		buf_reset(&w->scratch);
		endorse_put(&w->scratch, &each[i]);
		e = put(w, SNAPSHOT_ENDORSEMENT);
	}
	return e;
}

static enum err
put_hyper(struct writing *w, struct arena *arena, uint64_t hid)
{
	struct buf raw = { 0 };
	struct store_after after;
	struct hash hash;
	struct hyper h;
	enum err e = store_get_hyper(w->t, &hash, &raw, hid);
	if (e == ERR_OK)
		e = store_get_after(w->t, &after, hid);
	if (e == ERR_OK)
		e = hyper_unpack(&h, arena, bytes_of(&raw));
	if (e == ERR_OK) {
		buf_reset(&w->scratch);
		wire_put_u64(&w->scratch, after.difficulty);
		wire_put_u32(&w->scratch, after.lanes_in_use);
		buf_add(&w->scratch, raw.data, raw.len);
		e = put(w, SNAPSHOT_HYPER);
	}
	if (e == ERR_OK)
		e = put_bodies(w, arena, &h);
	if (e == ERR_OK && hid > w->tip.final_hid)
		e = put_endorsements(w, arena, hid);
	if (hid == w->tip.final_hid)
		w->info->hash = hash;
	buf_free(&raw);
	return e;
}

static enum err
put_hypers(struct writing *w, uint64_t from, uint64_t to)
{
	enum err e = ERR_OK;
	for (uint64_t hid = from; e == ERR_OK && hid <= to; hid++) {
		struct arena arena = { 0 };
		e = put_hyper(w, &arena, hid);
		arena_free(&arena);
	}
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* --- state --- */

static enum err
put_pair(void *arg, const struct hash *key, struct bytes value)
{
	struct writing *w = arg;
	buf_reset(&w->scratch);
	buf_add(&w->scratch, key->b, sizeof(key->b));
	buf_add(&w->scratch, value.data, value.len);
	return put(w, SNAPSHOT_PAIR);
}

static enum err
put_accounts(struct writing *w, uint32_t number)
{
	const struct written_chain *c = &w->chain[number];
	struct buf *b = &w->scratch;
	if (!c->held || !c->stateful)
		return ERR_OK;
	buf_reset(b);
	wire_put_u32(b, number);
	wire_put_u64(b, c->pairs);
	wire_put_u64(b, c->bytes);
	buf_add(b, c->root.b, sizeof(c->root.b));
	enum err e = put(w, SNAPSHOT_ACCOUNTS);
	return e == ERR_OK ? state_each(&w->past.view, &(struct lane){ .chain = number }, put_pair, w) : e;
}

/* --- all of it --- */

static enum err
write_all(struct writing *w)
{
	enum err e = put_start(w);
	for (uint32_t i = 0; e == ERR_OK && i < w->chains; i++)
		e = put_chain(w, i);
	if (e == ERR_OK)
		e = put_hypers(w, 1, w->tip.final_hid);
	for (uint32_t i = 0; e == ERR_OK && i < w->chains; i++)
		e = put_accounts(w, i);
	if (e == ERR_OK)
		e = put_hypers(w, w->tip.final_hid + 1, w->tip.hid);
	return e == ERR_OK ? frames_end(&w->frames) : e;
}

/* The state that the last final block left must be known: an execution that lags behind it will catch up. */
static enum err
begin(struct writing *w)
{
	struct lane_state root;
	enum err e = store_get_tip(w->t, &w->tip);
	if (e == ERR_OK)
		e = store_get_lane(w->t, &root, &(struct lane){ 0 });
	if (e == ERR_OK && (w->tip.final_hid == 0 || root.executed.executed < w->tip.final_hid))
		return ERR_BUSY;
	if (e == ERR_OK)
		e = roles_read(&w->roles, &w->arena, w->t);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static enum err
run(struct writing *w)
{
	enum err e = begin(w);
	if (e != ERR_OK)
		return e;
	w->info->hid = w->tip.final_hid;
	w->info->tip_hid = w->tip.hid;
	e = past_begin(&w->past, w->t, w->tip.final_hid);
	if (e == ERR_OK)
		e = look_at_chains(w);
	if (e == ERR_OK)
		e = check_committed(w);
	if (e == ERR_OK)
		e = write_all(w);
	past_end(&w->past);
	return e;
}

enum err
snapshot_write(struct snapshot_info *out, const char *dir, int fd)
{
	struct writing w = { .info = out };
	struct store *store;
	*out = (struct snapshot_info){ 0 };
	enum err e = store_open(&store, dir, STORE_READ);
	if (e != ERR_OK)
		return e;
	frames_begin(&w.frames, fd);
	e = store_begin_read(&w.t, store);
	if (e == ERR_OK) {
		e = run(&w);
		store_abort(w.t);
	}
	store_close(store);
	frames_free(&w.frames);
	buf_free(&w.scratch);
	arena_free(&w.arena);
	return e;
}
