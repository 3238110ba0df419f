#include "consensus/pool.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/effects.h"

enum err
pool_open(struct pool *p, uint64_t hid, uint32_t n, bool executed)
{
	struct entry **entry = n ? calloc(n, sizeof(struct entry *)) : NULL;
	bool *fresh = n ? calloc(n, sizeof *fresh) : NULL;

	if (n && (!entry || !fresh)) {
		free(entry);
		free(fresh);
		return ERR_NOMEM;
	}
	if (p->lists == p->lists_cap) {
		size_t cap = p->lists_cap ? p->lists_cap * 2 : 8;
		struct block_list *list = realloc(p->list, cap * sizeof *list);
		if (!list) {
			free(entry);
			free(fresh);
			return ERR_NOMEM;
		}
		p->list = list;
		p->lists_cap = cap;
	}
	p->list[p->lists++] = (struct block_list){ .hid = hid, .executed = executed, .entry = entry, .fresh = fresh,
		.cap = n };
	p->mark++;
	return ERR_OK;
}

static void
free_list(struct block_list *list)
{
	free(list->entry);
	free(list->fresh);
	free(list->before);
}

static void
name(struct block_list *list, struct entry *e)
{
	list->fresh[list->count] = !e->held;
	e->held = true;
	e->refs++;
	e->lists++;
	e->pending += !list->executed;
	list->entry[list->count++] = e;
}

void
pool_name(struct pool *p, struct entry *e)
{
	if (e->mark == p->mark || e->state == ENTRY_GONE || (e->state == ENTRY_DONE && e->held))
		return;
	e->mark = p->mark;
	pool_set(p, e, ENTRY_BLOCK);
	name(&p->list[p->lists - 1], e);
	queue_place(e->queue, p->salt, p->slot);
}

static enum err
grow_list(struct block_list *list)
{
	uint32_t cap = list->cap ? list->cap * 2 : 64;
	struct entry **entry;
	bool *fresh;

	if (list->count < list->cap)
		return ERR_OK;
	entry = realloc(list->entry, cap * sizeof(struct entry *));
	if (!entry)
		return ERR_NOMEM;
	list->entry = entry;
	fresh = realloc(list->fresh, cap * sizeof *fresh);
	if (!fresh)
		return ERR_NOMEM;
	list->fresh = fresh;
	list->cap = cap;
	return ERR_OK;
}

enum err
pool_restore(struct pool *p, struct entry *e, uint64_t sealed_hid)
{
	struct block_list *list = p->list;
	enum err err;

	if (sealed_hid == 0) {
		pool_settle(p, e);
		return ERR_OK;
	}
	while (list < p->list + p->lists && list->hid < sealed_hid)
		list++;
	if (list == p->list + p->lists) {
		e->held = true;
		queue_executed(e->queue, e->item.seq);
		pool_settle(p, e);
		return ERR_OK;
	}
	err = grow_list(list);
	if (err)
		return err;
	name(list, e);
	pool_set(p, e, list->executed ? ENTRY_DONE : ENTRY_BLOCK);
	queue_place(e->queue, p->salt, p->slot);
	return ERR_OK;
}

static int
compare_rows(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
execute_list(struct pool *p, struct block_list *list, const uint64_t *unfit, uint32_t unfits)
{
	list->executed = true;
	for (uint32_t i = 0; i < list->count; i++) {
		struct entry *e = list->entry[i];
		e->pending--;
		if (e->state != ENTRY_BLOCK)
			continue;
		if (!unfits || !bsearch(&e->row, unfit, unfits, sizeof *unfit, compare_rows))
			pool_set(p, e, ENTRY_DONE);
		else if (e->pending == 0)
			pool_settle(p, e);
	}
}

/* Whoever waited with a seq that another has used now never fits. */
static void
bury_used(struct pool *p, struct queue *q)
{
	for (size_t i = 0; i < q->count && q->entry[q->first + i]->item.seq <= q->last_seq; i++) {
		struct entry *e = q->entry[q->first + i];
		if (e->state == ENTRY_FREE || e->state == ENTRY_OFFERED)
			pool_settle(p, e);
	}
	queue_place(q, p->salt, p->slot);
}

static struct block_list *
find_list(struct pool *p, uint64_t hid)
{
	for (size_t i = 0; i < p->lists; i++) {
		if (p->list[i].hid == hid)
			return &p->list[i];
	}
	return NULL;
}

/* Moves the last seqs on; what they were is written to before. How many changed. */
static uint32_t
move_seqs(struct pool *p, const struct event_executed *event, struct executed_seq *before)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < event->seqs; i++) {
		struct queue *q = pool_queue(p, event->seq[i].chain, &event->seq[i].signer);
		if (!q || q->last_seq >= event->seq[i].last_seq)
			continue;
		before[n] = event->seq[i];
		before[n++].last_seq = q->last_seq;
		queue_executed(q, event->seq[i].last_seq);
	}
	return n;
}

enum err
pool_executed(struct pool *p, const struct event_executed *event, const uint64_t *unfit)
{
	struct executed_seq *before = calloc(event->seqs + (size_t)1, sizeof *before);
	struct block_list *list = find_list(p, event->hid);
	uint32_t befores;

	if (!before)
		return ERR_NOMEM;
	p->undones = 0;
	befores = move_seqs(p, event, before);
	if (list) {
		list->before = before;
		list->befores = befores;
	} else {
		free(before);
	}
	if (list)
		execute_list(p, list, unfit, event->unfits);
	for (uint32_t i = 0; i < event->seqs; i++) {
		struct queue *q = pool_queue(p, event->seq[i].chain, &event->seq[i].signer);
		if (q)
			bury_used(p, q);
	}
	return ERR_OK;
}

/* --- a block back --- */

/* Whoever was done because of a seq that is free again waits again. */
static void
return_seqs(struct pool *p, const struct block_list *list)
{
	for (uint32_t i = 0; i < list->befores; i++) {
		struct queue *q = pool_queue(p, list->before[i].chain, &list->before[i].signer);
		if (!q)
			continue;
		queue_unexecuted(q, list->before[i].last_seq);
		for (size_t k = 0; k < q->count; k++) {
			struct entry *e = q->entry[q->first + k];
			if (e->state == ENTRY_DONE && e->lists == 0 && e->item.seq > q->last_seq)
				pool_settle(p, e);
		}
	}
}

static enum err
keep_undone(struct pool *p, const struct block_list *list)
{
	struct executed_seq *all;

	if (!list->executed || list->befores == 0)
		return ERR_OK;
	all = realloc(p->undone, (p->undones + list->befores) * sizeof *all);
	if (!all)
		return ERR_NOMEM;
	memcpy(all + p->undones, list->before, list->befores * sizeof *all);
	p->undone = all;
	p->undones += list->befores;
	return ERR_OK;
}

static void
unname(struct pool *p, const struct block_list *list, uint32_t i)
{
	struct entry *e = list->entry[i];

	e->lists--;
	e->pending -= !list->executed;
	if (list->fresh[i])
		e->held = false;
	if (e->state == ENTRY_GONE)
		;
	else if (e->pending)
		pool_set(p, e, ENTRY_BLOCK);
	else
		pool_settle(p, e);
	pool_unref(e);
}

enum err
pool_close(struct pool *p)
{
	struct block_list *list = &p->list[p->lists - 1];

	if (keep_undone(p, list) != ERR_OK)
		return ERR_NOMEM;
	p->lists--;
	if (list->executed)
		return_seqs(p, list);
	for (uint32_t i = 0; i < list->count; i++)
		unname(p, list, i);
	free_list(list);
	return ERR_OK;
}

/* The entries with an expiry before next_hid stand together at the top of their heap. */
static size_t
count_expired(const struct heap *h, size_t at, uint64_t next_hid)
{
	if (at >= h->count || ((const struct entry *)h->item[at])->item.expiry >= next_hid)
		return 0;
	return 1 + count_expired(h, at * 2 + 1, next_hid) + count_expired(h, at * 2 + 2, next_hid);
}

size_t
pool_droppable(const struct pool *p, uint64_t final_hid, uint64_t next_hid)
{
	size_t n = p->dead_count + count_expired(&p->by_expiry, 0, next_hid);

	for (size_t i = 0; i < p->lists && p->list[i].hid <= final_hid; i++)
		n += p->list[i].count;
	return n;
}

static int
by_seq(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	if (x->item.seq != y->item.seq)
		return x->item.seq < y->item.seq ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* In seq order: a queue gives up its first entry at no cost, any other at that of moving all the rest. */
static void
flush_list(struct pool *p, struct effects *out, struct block_list *list)
{
	if (list->count)
		qsort(list->entry, list->count, sizeof(struct entry *), by_seq);
	for (uint32_t i = 0; i < list->count; i++) {
		struct entry *e = list->entry[i];
		e->lists--;
		if (e->state == ENTRY_DONE && e->lists == 0)
			pool_drop(p, out, e, LEFT_SEALED);
		pool_unref(e);
	}
	free_list(list);
}

static void
flush_dead(struct pool *p, struct effects *out, uint64_t final_hid)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->dead_count; i++) {
		struct entry *e = p->dead[i];
		bool dead = e->state == ENTRY_DONE && e->lists == 0, replaced = e->rival && pool_waits(e);
		if (replaced || (dead && e->used_hid > final_hid)) {
			p->dead[kept++] = e;
			continue;
		}
		e->buried = false;
		if (dead)
			pool_drop(p, out, e, e->rival || !e->held ? LEFT_REPLACED : LEFT_SEALED);
		pool_unref(e);
	}
	p->dead_count = kept;
}

void
pool_flush(struct pool *p, struct effects *out, uint64_t final_hid)
{
	size_t n = 0;

	for (; n < p->lists && p->list[n].hid <= final_hid && p->list[n].executed; n++)
		flush_list(p, out, &p->list[n]);
	p->lists -= n;
	if (n && p->lists)
		memmove(p->list, p->list + n, p->lists * sizeof *p->list);
	flush_dead(p, out, final_hid);
}

bool
pool_expiring(const struct pool *p, uint64_t next_hid)
{
	const struct entry *e = (const struct entry *)heap_top(&p->by_expiry);

	return e && e->item.expiry < next_hid;
}

uint64_t
pool_undecided(struct pool *p)
{
	return ++p->undecided;
}

void
pool_expire(struct pool *p, struct effects *out, uint64_t next_hid)
{
	struct entry *e, *kept = NULL;

	while (pool_expiring(p, next_hid)) {
		e = (struct entry *)heap_top(&p->by_expiry);
		heap_remove(&p->by_expiry, &e->by_expiry);
		if (!pool_waits(e))
			continue;
		if (e->state == ENTRY_FREE && e->undecided != p->undecided) {
			pool_drop(p, out, e, LEFT_EXPIRED);
			continue;
		}
		e->next = kept;
		kept = e;
		if (e->state != ENTRY_FREE)
			continue;
		e->overdue = true;
		queue_place(e->queue, p->salt, p->slot);
	}
	/* What a slot's end may free stays in sight: a block that connects frees and drops it at once. */
	for (; kept; kept = kept->next)
		heap_place(&p->by_expiry, &kept->by_expiry);
}
