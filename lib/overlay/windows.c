#include "overlay/windows.h"

#include <stdlib.h>
#include <string.h>

#include "chain/object.h"

struct held {
	struct held *next;
	uint64_t hid;
	size_t len;
	uint8_t data[];
};

static void
drop_held(struct windows *w, struct window *one)
{
	while (one->head) {
		struct held *h = one->head;
		one->head = h->next;
		w->held -= h->len;
		free(h);
	}
	one->tail = &one->head;
}

void
windows_begin(struct windows *w, uint64_t hid)
{
	for (unsigned i = 0; i < w->count; i++)
		drop_held(w, &w->item[i]);
	w->count = 0;
	w->next = hid;
}

struct window *
windows_add(struct windows *w, uint64_t last)
{
	if (w->count == SPACE_WINDOWS || w->next > last)
		return NULL;
	struct window *one = &w->item[w->count++];
	memset(one, 0, sizeof *one);
	one->first = one->next = w->next;
	one->last = last - w->next < SPACE_WINDOW ? last : w->next + SPACE_WINDOW - 1;
	one->tail = &one->head;
	w->next = one->last + 1;
	return one;
}

struct window *
windows_find(struct windows *w, const struct pubkey *from, uint32_t request)
{
	for (unsigned i = 0; i < w->count; i++)
		if (w->item[i].state == WINDOW_ASKED && w->item[i].request == request &&
		    memcmp(w->item[i].from.b, from->b, sizeof from->b) == 0)
			return &w->item[i];
	return NULL;
}

struct window *
windows_current(struct windows *w)
{
	for (unsigned i = 0; i < w->count; i++)
		if (w->item[i].state != WINDOW_HANDED)
			return &w->item[i];
	return NULL;
}

void
windows_release(struct windows *w, struct window *one)
{
	/* What is held was not handed out; without any, all before the last block was, with its seals. */
	if (one->head)
		one->next = one->head->hid;
	else if (one->next > one->first)
		one->next--;
	drop_held(w, one);
	one->first = one->next;
	one->state = WINDOW_WANTED;
	one->seals = 0;
}

/* How many may still be handed out before the node has to have caught up. */
static bool
may_hand(const struct windows *w)
{
	unsigned handed = 0;

	for (unsigned i = 0; i < w->count; i++)
		handed += w->item[i].state == WINDOW_HANDED;
	return handed < SPACE_AHEAD;
}

static enum err
hand(struct space_actions *out, const struct window *one, uint64_t hid, struct bytes raw)
{
	struct space_action *a = space_action_add(out, SPACE_OBJECT);

	if (!a)
		return ERR_NOMEM;
	a->key = one->from;
	a->hid = hid;
	a->raw = raw;
	return ERR_OK;
}

static enum err
hold(struct windows *w, struct window *one, uint64_t hid, struct bytes raw)
{
	if (raw.len > SPACE_HELD - w->held)
		return ERR_BUSY;
	struct held *h = malloc(sizeof *h + raw.len);
	if (!h)
		return ERR_NOMEM;
	h->next = NULL;
	h->hid = hid;
	h->len = raw.len;
	memcpy(h->data, raw.data, raw.len);
	*one->tail = h;
	one->tail = &h->next;
	w->held += raw.len;
	return ERR_OK;
}

static enum err
expect_block(struct window *one, const struct heads *heads, struct bytes raw)
{
	struct hyper_header head;
	struct signature auth;

	if (one->next > one->last)
		return ERR_ORDER;
	enum err e = hyper_head_unpack(&head, &auth, (struct bytes){raw.data, raw.len < HYPER_HEAD ? raw.len : HYPER_HEAD});
	if (e != ERR_OK)
		return e;
	struct hash hash = hyper_hash(&head);
	if (!hash_equal(&hash, heads_at(heads, one->next)))
		return ERR_HASH;
	one->next++;
	one->seals = head.seals;
	return ERR_OK;
}

static enum err
expect_seal(struct window *one)
{
	if (one->seals == 0)
		return ERR_ORDER;
	one->seals--;
	return ERR_OK;
}

enum err
windows_take(struct windows *w, struct window *one, struct space_actions *out, const struct heads *heads,
    struct bytes raw)
{
	enum object_type type = object_peek(raw);
	enum err e = type == OBJECT_HYPER ? expect_block(one, heads, raw) : type == OBJECT_SEAL ? expect_seal(one) : ERR_TYPE;

	if (e != ERR_OK)
		return e;
	one->got += raw.len;
	if (one == windows_current(w) && may_hand(w)) {
		e = windows_hand(w, out);
		return e != ERR_OK ? e : hand(out, one, one->next - 1, raw);
	}
	return hold(w, one, one->next - 1, raw);
}

static enum err
flush(struct windows *w, struct window *one, struct space_actions *out)
{
	while (one->head) {
		struct held *h = one->head;
		uint8_t *copy = arena_alloc(out->arena, h->len, 1);
		if (!copy)
			return ERR_NOMEM;
		memcpy(copy, h->data, h->len);
		enum err e = hand(out, one, h->hid, (struct bytes){copy, h->len});
		if (e != ERR_OK)
			return e;
		w->held -= h->len;
		one->head = h->next;
		free(h);
	}
	one->tail = &one->head;
	return ERR_OK;
}

enum err
windows_hand(struct windows *w, struct space_actions *out)
{
	struct window *one;

	while ((one = windows_current(w)) && may_hand(w)) {
		enum err e = flush(w, one, out);
		if (e != ERR_OK || one->state != WINDOW_COMPLETE)
			return e;
		struct space_action *a = space_action_add(out, SPACE_END);
		if (!a)
			return ERR_NOMEM;
		a->hid = one->last;
		one->state = WINDOW_HANDED;
	}
	return ERR_OK;
}

void
windows_synced(struct windows *w, uint64_t hid)
{
	unsigned gone = 0;

	while (gone < w->count && w->item[gone].state == WINDOW_HANDED && w->item[gone].last <= hid)
		gone++;
	if (gone == 0)
		return;
	w->count -= gone;
	memmove(w->item, w->item + gone, w->count * sizeof *w->item);
	/* The end of an empty list is inside its window, which has moved. */
	for (unsigned i = 0; i < w->count; i++)
		if (!w->item[i].head)
			w->item[i].tail = &w->item[i].head;
}
