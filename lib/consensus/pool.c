#include "consensus/pool.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/effects.h"

static bool
expires_before(const struct heap_node *a, const struct heap_node *b)
{
	const struct pool_item *x = &((const struct entry *)a)->item, *y = &((const struct entry *)b)->item;

	return x->expiry != y->expiry ? x->expiry < y->expiry : x->seq < y->seq;
}

void
pool_init(struct pool *p, const struct consensus_config *config)
{
	*p = (struct pool){ .bytes_most = config->pool_bytes, .per_signer = config->pool_per_signer };
	map_init(&p->by_leaf, sizeof(struct hash), config->map_seed);
	map_init(&p->queues, QUEUE_KEY, config->map_seed);
	heap_init(&p->by_expiry, expires_before);
	memcpy(&p->salt, sign_key_public(config->key)->b, sizeof p->salt);
	p->later_last = &p->later;
	p->undecided = 1; /* a new entry's mark is 0 */
}

void
pool_free(struct pool *p)
{
	struct entry *e;
	struct queue *q;

	while ((e = p->later)) {
		p->later = e->later;
		pool_unref(e);
	}
	for (size_t i = 0; i < p->lists; i++) {
		for (uint32_t k = 0; k < p->list[i].count; k++)
			pool_unref(p->list[i].entry[k]);
		free(p->list[i].entry);
		free(p->list[i].fresh);
		free(p->list[i].before);
	}
	free(p->list);
	for (size_t i = 0; i < p->dead_count; i++)
		pool_unref(p->dead[i]);
	free(p->dead);
	free(p->undone);
	for (size_t at = 0; (e = map_next(&p->by_leaf, &at));)
		pool_unref(e);
	for (size_t at = 0; (q = map_next(&p->queues, &at));)
		queue_free(q);
	map_free(&p->by_leaf);
	map_free(&p->queues);
	heap_free(&p->by_expiry);
}

struct entry *
pool_find(const struct pool *p, const struct hash *leaf)
{
	return map_get(&p->by_leaf, leaf->b);
}

struct queue *
pool_queue(const struct pool *p, uint32_t chain, const struct pubkey *signer)
{
	uint8_t key[QUEUE_KEY];

	queue_key(key, chain, signer);
	return map_get(&p->queues, key);
}

enum err
pool_check(const struct pool *p, const struct pool_item *item, uint64_t last_seq)
{
	const struct queue *q = pool_queue(p, item->chain, &item->signer);
	uint32_t leave = 0;
	size_t bytes = 0;
	enum err e;

	if (item->seq <= last_seq || (q && item->seq <= q->last_seq))
		return ERR_SEQ_USED;
	e = q ? pool_outbids(q, item, &leave, &bytes) : ERR_OK;
	if (e)
		return e;
	if (item->size > bytes && !pool_fits(p, (uint32_t)(item->size - bytes)))
		return ERR_POOL_FULL;
	return q && q->waiting - leave >= p->per_signer ? ERR_POOL_SIGNER : ERR_OK;
}

bool
pool_fits(const struct pool *p, uint32_t size)
{
	return size <= p->bytes_most && p->bytes <= p->bytes_most - size;
}

static enum err
reserve_dead(struct pool *p)
{
	size_t cap = p->dead_cap ? p->dead_cap * 2 : 64;
	struct entry **dead;

	/* Some that are buried may have left otherwise. */
	if (p->by_leaf.count + p->dead_count < p->dead_cap)
		return ERR_OK;
	dead = cap > SIZE_MAX / sizeof(struct entry *) ? NULL : realloc(p->dead, cap * sizeof(struct entry *));
	if (!dead)
		return ERR_NOMEM;
	p->dead = dead;
	p->dead_cap = cap;
	return ERR_OK;
}

/* The last seq that counts: the store may still hold what the core has undone. */
static uint64_t
undone_seq(const struct pool *p, const uint8_t key[static QUEUE_KEY], uint64_t last_seq)
{
	uint8_t other[QUEUE_KEY];

	for (size_t i = 0; i < p->undones; i++) {
		queue_key(other, p->undone[i].chain, &p->undone[i].signer);
		if (memcmp(other, key, QUEUE_KEY) == 0 && p->undone[i].last_seq < last_seq)
			last_seq = p->undone[i].last_seq;
	}
	return last_seq;
}

/* The signer's queue, a new one if need be. */
static struct queue *
queue_for(struct pool *p, const struct pool_item *item, uint64_t last_seq, struct heap *ready)
{
	uint8_t key[QUEUE_KEY];
	struct queue *q;

	queue_key(key, item->chain, &item->signer);
	q = map_get(&p->queues, key);
	/* What this core has executed and undone it knows better than the store, which may lag behind an undo. */
	if (q)
		return q;
	q = queue_new(key, ready, undone_seq(p, key, last_seq));
	if (q && map_put(&p->queues, key, q) != ERR_OK) {
		queue_free(q);
		q = NULL;
	}
	return q;
}

static void
queue_prune(struct pool *p, struct queue *q)
{
	if (q->count)
		return;
	map_remove(&p->queues, q->key);
	queue_free(q);
}

/* Enters the entry where it is looked for; all or nothing. */
static enum err
index_entry(struct pool *p, struct entry *e)
{
	enum err err = e->item.expiry ? heap_join(&p->by_expiry) : ERR_OK;

	if (err)
		return err;
	err = map_put(&p->by_leaf, e->item.leaf.b, e);
	if (err == ERR_OK && (err = queue_insert(e->queue, e)))
		map_remove(&p->by_leaf, e->item.leaf.b);
	if (err && e->item.expiry)
		heap_leave(&p->by_expiry);
	return err;
}

enum err
pool_insert(struct pool *p, struct entry **out, const struct pool_item *item, uint64_t row, uint64_t last_seq,
    struct heap *ready)
{
	struct entry *e = reserve_dead(p) ? NULL : calloc(1, sizeof *e);

	if (!e)
		return ERR_NOMEM;
	*e = (struct entry){ .item = *item, .row = row, .refs = 1, .state = ENTRY_FREE };
	e->queue = queue_for(p, item, last_seq, ready);
	if (!e->queue || index_entry(p, e) != ERR_OK) {
		if (e->queue)
			queue_prune(p, e->queue);
		free(e);
		return ERR_NOMEM;
	}
	if (item->expiry)
		heap_place(&p->by_expiry, &e->by_expiry);
	p->bytes += item->size;
	p->waiting++;
	e->queue->waiting++;
	*out = e;
	return ERR_OK;
}

bool
pool_waits(const struct entry *e)
{
	return e->state <= ENTRY_SEALED;
}

void
pool_set(struct pool *p, struct entry *e, enum entry_state state)
{
	bool waited = pool_waits(e);

	e->state = state;
	if (waited && !pool_waits(e)) {
		p->bytes -= e->item.size;
		p->waiting--;
		e->queue->waiting--;
	} else if (!waited && pool_waits(e)) {
		p->bytes += e->item.size;
		p->waiting++;
		e->queue->waiting++;
	}
}

void
pool_delay(struct pool *p, struct entry *e, uint64_t from_slot)
{
	e->from_slot = from_slot;
	e->later = NULL;
	e->refs++;
	*p->later_last = e;
	p->later_last = &e->later;
}

static void
take_later(struct pool *p)
{
	struct entry *e = p->later;

	p->later = e->later;
	if (!p->later)
		p->later_last = &p->later;
	if (e->state == ENTRY_FREE)
		queue_place(e->queue, p->salt, p->slot);
	pool_unref(e);
}

void
pool_slot(struct pool *p, uint64_t slot)
{
	p->slot = slot;
	while (p->later && p->later->from_slot <= slot)
		take_later(p);
}

void
pool_remove(struct pool *p, struct entry *e)
{
	struct queue *q = e->queue;

	pool_set(p, e, ENTRY_GONE);
	heap_remove(&p->by_expiry, &e->by_expiry);
	if (e->item.expiry)
		heap_leave(&p->by_expiry);
	map_remove(&p->by_leaf, e->item.leaf.b);
	queue_remove(q, e);
	e->queue = NULL;
	if (q->count)
		queue_place(q, p->salt, p->slot);
	else
		queue_prune(p, q);
	pool_unref(e);
}

void
pool_drop(struct pool *p, struct effects *out, struct entry *e, enum left why)
{
	struct effect_drop *drop = &effects_add(out, EFFECT_DROP_POOLED)->drop;

	*drop = (struct effect_drop){ .row = e->row, .erase = !e->held, .why = why, .id = e->item.id };
	if (why == LEFT_REPLACED && e->rival) {
		drop->by = e->rival->item.id;
		drop->why = hash_equal(&drop->by, &drop->id) ? LEFT_COPY : why;
	}
	pool_remove(p, e);
}

/* What it was replaced by may have been replaced too, and so on: one after the other, not one inside the other. */
void
pool_unref(struct entry *e)
{
	while (e && --e->refs == 0) {
		struct entry *rival = e->rival;
		free(e);
		e = rival;
	}
}

void
pool_bury(struct pool *p, struct entry *e)
{
	if (e->buried)
		return;
	e->buried = true;
	e->refs++;
	p->dead[p->dead_count++] = e;
}

static void
retire(struct pool *p, struct entry *e)
{
	struct entry *winner = pool_winner(e);

	pool_set(p, e, ENTRY_DONE);
	if (winner)
		pool_replace(e, winner);
	e->used_hid = p->tip_hid;
	pool_bury(p, e);
}

void
pool_settle(struct pool *p, struct entry *e)
{
	pool_set(p, e, ENTRY_FREE);
	e->overdue = false;
	pool_replace(e, NULL);
	if (e->item.seq <= e->queue->last_seq) {
		retire(p, e);
	} else {
		if (e->item.expiry && e->by_expiry.at == 0)
			heap_place(&p->by_expiry, &e->by_expiry);
		pool_contend(p, e);
	}
	queue_return(e->queue, e->item.seq);
	queue_place(e->queue, p->salt, p->slot);
}
