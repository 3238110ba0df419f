#include "consensus/queue.h"

#include <stdlib.h>
#include <string.h>

void
queue_key(uint8_t out[static QUEUE_KEY], uint32_t chain, const struct pubkey *signer)
{
	memcpy(out, &chain, sizeof chain);
	memcpy(out + sizeof chain, signer->b, sizeof signer->b);
}

struct queue *
queue_new(const uint8_t key[static QUEUE_KEY], struct heap *ready, uint64_t last_seq)
{
	struct queue *q = calloc(1, sizeof *q);

	if (!q || heap_join(ready) != ERR_OK) {
		free(q);
		return NULL;
	}
	memcpy(q->key, key, QUEUE_KEY);
	q->ready = ready;
	q->last_seq = last_seq;
	q->cursor = last_seq + 1;
	return q;
}

void
queue_free(struct queue *q)
{
	if (!q)
		return;
	heap_remove(q->ready, &q->by_fee);
	heap_leave(q->ready);
	free(q->entry);
	free(q);
}

static struct entry *
at(const struct queue *q, size_t i)
{
	return q->entry[q->first + i];
}

/* The first entry whose seq is not below. */
static size_t
lower_bound(const struct queue *q, uint64_t seq)
{
	size_t lo = 0, hi = q->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (at(q, mid)->item.seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Room for one more behind the last: slides down when half is free in front, else doubles. */
static enum err
make_room(struct queue *q)
{
	size_t cap = q->cap ? q->cap * 2 : 4;
	struct entry **entry;

	if (q->first + q->count < q->cap)
		return ERR_OK;
	if (q->first > q->cap / 2) {
		memmove(q->entry, q->entry + q->first, q->count * sizeof(struct entry *));
		q->first = 0;
		return ERR_OK;
	}
	entry = cap > SIZE_MAX / sizeof(struct entry *) ? NULL : realloc(q->entry, cap * sizeof(struct entry *));
	if (!entry)
		return ERR_NOMEM;
	q->entry = entry;
	q->cap = cap;
	return ERR_OK;
}

enum err
queue_insert(struct queue *q, struct entry *e)
{
	size_t i = e->item.seq == UINT64_MAX ? q->count : lower_bound(q, e->item.seq + 1);

	if (i == 0 && q->first > 0) {
		q->first--;
	} else {
		enum err err = make_room(q);
		if (err)
			return err;
		memmove(q->entry + q->first + i + 1, q->entry + q->first + i, (q->count - i) * sizeof(struct entry *));
	}
	q->entry[q->first + i] = e;
	q->count++;
	return ERR_OK;
}

void
queue_remove(struct queue *q, struct entry *e)
{
	size_t i = lower_bound(q, e->item.seq);

	while (at(q, i) != e)
		i++;
	q->count--;
	if (i == 0)
		q->first++;
	else
		memmove(q->entry + q->first + i, q->entry + q->first + i + 1, (q->count - i) * sizeof(struct entry *));
}

bool
queue_taken(const struct queue *q, uint64_t seq)
{
	size_t i = lower_bound(q, seq);

	return i < q->count && at(q, i)->item.seq == seq;
}

struct entry *const *
queue_rivals(const struct queue *q, size_t *count, uint64_t seq)
{
	size_t i = lower_bound(q, seq);

	*count = 0;
	while (i + *count < q->count && at(q, i + *count)->item.seq == seq)
		++*count;
	return q->entry + q->first + i;
}

void
queue_executed(struct queue *q, uint64_t last_seq)
{
	if (q->last_seq < last_seq)
		q->last_seq = last_seq;
	if (q->cursor <= q->last_seq)
		q->cursor = q->last_seq + 1;
}

void
queue_unexecuted(struct queue *q, uint64_t last_seq)
{
	q->last_seq = last_seq;
	q->cursor = last_seq + 1;
}

void
queue_return(struct queue *q, uint64_t seq)
{
	if (seq < q->cursor && seq > q->last_seq)
		q->cursor = seq;
}

static bool
may_go(const struct entry *e)
{
	return !e->overdue && !e->rival;
}

struct entry *
queue_advance(struct queue *q)
{
	for (size_t i = lower_bound(q, q->cursor); i < q->count && at(q, i)->item.seq == q->cursor; q->cursor++) {
		struct entry *head = NULL;
		bool taken = false;
		for (; i < q->count && at(q, i)->item.seq == q->cursor; i++) {
			if (at(q, i)->state != ENTRY_FREE)
				taken = true;
			else if (may_go(at(q, i)) && (!head || at(q, i)->item.fee.units > head->item.fee.units))
				head = at(q, i);
		}
		if (!taken)
			return head;
	}
	return NULL;
}

/* A local choice, no rule: any spread that a stranger's node does not share will do. */
static uint64_t
mix(const struct hash *id, uint64_t salt)
{
	uint64_t v;

	memcpy(&v, id->b, sizeof v);
	v = (v ^ salt) * 0xff51afd7ed558ccd;
	v = (v ^ v >> 33) * 0xc4ceb9fe1a85ec53;
	return v ^ v >> 33;
}

void
queue_place(struct queue *q, uint64_t salt, uint64_t slot)
{
	const struct entry *head = queue_advance(q);

	if (!head || head->from_slot > slot) {
		heap_remove(q->ready, &q->by_fee);
		return;
	}
	q->fee = head->item.fee;
	q->tie = mix(&head->item.id, salt);
	heap_place(q->ready, &q->by_fee);
}

bool
queue_before(const struct heap_node *a, const struct heap_node *b)
{
	const struct queue *x = (const struct queue *)a, *y = (const struct queue *)b;

	if (x->fee.units != y->fee.units)
		return x->fee.units > y->fee.units;
	return x->tie != y->tie ? x->tie < y->tie : memcmp(x->key, y->key, QUEUE_KEY) < 0;
}
