#include <stdlib.h>
#include <string.h>

#include "node/history_impl.h"
#include "node/mesh.h"
#include "node/results.h"
#include "node/sealed.h"
#include "node/timing.h"

/*
 * Blocks and bytes of one step; how long the overlay may say nothing, which gives up on silent peers by itself: a seal
 * or an end has to come.
 */
enum { STEP_BLOCKS = 16, STEP_BYTES = 8 << 20, ANSWER_MS = 60000 };

/* One step: blocks from .. from + count - 1, and what was sent for them. */
struct take {
	struct arena arena;
	struct fact fact; /* as it is after the blocks that were taken */
	uint64_t from;
	uint32_t count;
	struct hash first; /* of block from */
	const struct cert *cert[STEP_BLOCKS]; /* of the chain; NULL: the block has none */
	uint32_t seals;
	uint64_t payloads, bytes;
	struct seal *seal; /* in order */
	uint64_t row;      /* the next free one */
	uint32_t at;       /* seals taken */
};

/* --- what comes from the mesh --- */

void
history_seal(struct node *n, const struct pubkey *from, struct bytes raw)
{
	struct history *h = n->history;
	uint8_t len[4] = { (uint8_t)raw.len, (uint8_t)(raw.len >> 8), (uint8_t)(raw.len >> 16), (uint8_t)(raw.len >> 24) };
	pthread_mutex_lock(&h->mutex);
	h->from = *from;
	h->heard_ms = timing_steady_ms();
	if (h->seals.len + raw.len <= OVERLAY_HISTORY_BYTES) {
		buf_add(&h->seals, len, sizeof(len));
		buf_add(&h->seals, raw.data, raw.len);
	}
	pthread_mutex_unlock(&h->mutex);
}

void
history_end(struct node *n, enum err e)
{
	struct history *h = n->history;
	pthread_mutex_lock(&h->mutex);
	h->ended = true;
	h->err = e;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->mutex);
}

/* --- what is needed --- */

static enum err
plan_block(struct take *x, struct store_txn *t, uint64_t hid)
{
	struct hyper h;
	struct hash hash;
	enum err e = execute_hyper(&h, &hash, &x->arena, t, hid);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	if (x->count == 0)
		x->first = hash;
	x->cert[x->count] = NULL;
	for (uint32_t i = 0; i < h.header.lanes; i++) {
		if (h.cert[i].core.lane.chain != x->fact.chain)
			continue;
		x->cert[x->count] = &h.cert[i];
		x->seals += h.cert[i].core.blocks;
		x->payloads += h.cert[i].core.payloads;
		x->bytes += h.cert[i].core.bytes;
	}
	x->count++;
	return ERR_OK;
}

static enum err
plan(struct take *x, struct node *n, uint64_t final_hid)
{
	struct store_txn *t;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	while (e == ERR_OK && x->count < STEP_BLOCKS && x->bytes < STEP_BYTES && x->from + x->count <= final_hid)
		e = plan_block(x, t, x->from + x->count);
	store_abort(t);
	return e;
}

/* --- asking --- */

static enum err
ask(const struct take *x, struct node *n)
{
	struct history *h = n->history;
	pthread_mutex_lock(&h->mutex);
	buf_reset(&h->seals);
	h->ended = false;
	h->heard_ms = timing_steady_ms();
	pthread_mutex_unlock(&h->mutex);
	mesh_history(n, x->fact.chain, x->from, x->count, &x->first);
	pthread_mutex_lock(&h->mutex);
	while (!h->ended && !h->stopping && timing_steady_ms() - h->heard_ms < ANSWER_MS)
		timing_wait(&h->wake, &h->mutex, 1000);
	enum err e = h->stopping ? ERR_STOPPING : !h->ended ? ERR_TIMEOUT : h->seals.failed ? ERR_NOMEM : h->err;
	pthread_mutex_unlock(&h->mutex);
	return e;
}

/* Every seal of the certificates, in their order. */
static enum err
check_answer(struct take *x, struct history *h)
{
	struct reader r = wire_reader(bytes_of(&h->seals));
	enum err e = ERR_OK;
	x->seal = arena_alloc(&x->arena, x->seals + (size_t)1, sizeof(*x->seal));
	if (x->seal == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < x->count; i++) {
		for (uint32_t k = 0; e == ERR_OK && x->cert[i] != NULL && k < x->cert[i]->core.blocks; k++) {
			uint32_t len = wire_get_u32(&r);
			const uint8_t *data = wire_take(&r, len);
			e = data == NULL ? ERR_TRUNCATED
			    : sealed_read(&x->seal[x->at++], &x->arena, (struct bytes){ data, len }, &x->cert[i]->head[k]);
		}
	}
	x->at = 0;
	return e;
}

/* --- taking --- */

static enum err
put_block(struct take *x, struct store_txn *t, uint64_t hid, const struct block *block, const struct hash *hash)
{
	uint64_t *row;
	enum err e = sealed_keep(&row, &x->row, &x->arena, t, &x->seal[x->at++]);
	const struct kept_block kept = { .block = *block, .hash = *hash, .row = row };
	return e == ERR_OK ? store_put_block(t, hid, &kept) : e;
}

static enum err
put_blocks(struct take *x, struct store_txn *t, uint64_t hid, const struct cert *cert)
{
	struct store_block before = { .hid = 0 };
	uint64_t lid = cert->core.tip_lid - cert->core.blocks;
	struct block *block;
	struct hash *hash;
	enum err e = lid > 0 ? store_get_block(t, &before, &x->arena, &cert->core.lane, lid) : ERR_OK;
	if (e == ERR_OK)
		e = cert_blocks(&block, &hash, &x->arena, cert, lid, &before.hash);
	for (uint32_t i = 0; e == ERR_OK && i < cert->core.blocks; i++)
		e = put_block(x, t, hid, &block[i], &hash[i]);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* What others committed is what execution gave here, as far back as that is known. */
static enum err
check_roots(const struct history *h, const struct cert *cert, uint32_t chain)
{
	const struct roots *said = &cert->core.roots, *own = &h->root[said->executed % HISTORY_ROOTS];
	if (h->chain != chain || said->executed == 0 || own->executed != said->executed)
		return ERR_OK;
	return hash_equal(&said->state, &own->state) && hash_equal(&said->outbox, &own->outbox) ? ERR_OK : ERR_CORRUPT;
}

static enum err
execute(struct take *x, struct node *n, struct store_txn *t, uint64_t hid, const struct cert *cert)
{
	struct history *h = n->history;
	struct execute_look look = { .t = t, .view = store_ledger(t) };
	struct lane_run run = { .lane = { .chain = x->fact.chain }, .cert = cert };
	enum err e = execute_lane(&run, &look, &n->genesis, hid, NULL);
	if (e == ERR_OK)
		e = execute_write(&look.view, &run, 1);
	if (e == ERR_OK)
		e = results_receipts(t, &look.view, &run, hid);
	execute_end(&run, 1);
	arena_free(&look.arena);
	if (e != ERR_OK)
		return e;
	if (h->chain != x->fact.chain)
		memset(h->root, 0, sizeof(h->root));
	h->chain = x->fact.chain;
	h->root[hid % HISTORY_ROOTS] = x->fact.roots = run.roots;
	return ERR_OK;
}

static enum err
write(struct node *n, struct store_txn *t, void *arg)
{
	struct take *x = arg;
	const struct take before = *x;
	struct store_tip tip;
	enum err e = ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < x->count; i++) {
		const struct cert *cert = x->cert[i];
		if (cert != NULL)
			e = check_roots(n->history, cert, x->fact.chain);
		if (e == ERR_OK && cert != NULL && cert->core.blocks > 0)
			e = put_blocks(x, t, x->from + i, cert);
		if (e == ERR_OK)
			e = execute(x, n, t, x->from + i, cert);
	}
	if (e == ERR_OK)
		e = store_get_tip(t, &tip);
	if (e == ERR_OK && tip.next_row < x->row) {
		tip.next_row = x->row;
		e = store_put_tip(t, &tip);
	}
	if (e == ERR_OK)
		e = roles_set(t, &x->fact);
	if (e != ERR_OK) {
		x->row = before.row;
		x->at = before.at;
		x->fact = before.fact;
	}
	return e;
}

static enum err
advance(struct take *x, struct node *n, uint64_t final_hid)
{
	struct history *h = n->history;
	enum err e = plan(x, n, final_hid);
	if (e == ERR_OK && x->seals > 0) {
		e = ask(x, n);
		if (e != ERR_OK)
			return e;
		e = check_answer(x, h);
		if (e != ERR_OK && e != ERR_NOMEM)
			mesh_blame(n, &h->from, e);
	}
	if (e != ERR_OK)
		return e;
	pthread_mutex_lock(&n->core.mutex);
	x->row = consensus_take_rows(n->core.consensus, x->payloads);
	pthread_mutex_unlock(&n->core.mutex);
	return history_write(n, write, x);
}

enum err
history_advance(bool *moved, struct node *n, const struct fact *fact, uint64_t final_hid)
{
	struct take x = { .fact = *fact, .from = fact->roots.executed + 1 };
	enum err e = advance(&x, n, final_hid);
	arena_free(&x.arena);
	*moved = e == ERR_OK;
	return e;
}
