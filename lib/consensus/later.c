#include "consensus/later.h"

#include <stdlib.h>
#include <string.h>

uint64_t
later_slot(const struct event *event)
{
	switch (event->type) {
	case EVENT_SEAL:
		return event->seal.seal->head.core.slot;
	case EVENT_LIST:
		return event->list->slot;
	case EVENT_ENDORSEMENT:
		return event->endorsement->slot;
	case EVENT_HYPER:
		return event->hyper.hyper->header.slot;
	default:
		return 0;
	}
}

static void
encode(struct buf *out, struct held *h, const struct event *event)
{
	if (event->type == EVENT_SEAL) {
		h->hash = event->seal.id;
		h->bare = event->seal.bare;
		if (h->bare)
			seal_head_put(out, &event->seal.seal->head);
		else
			seal_put(out, event->seal.seal);
	} else if (event->type == EVENT_LIST) {
		list_put(out, event->list);
	} else if (event->type == EVENT_ENDORSEMENT) {
		endorse_put(out, event->endorsement);
	} else {
		h->hash = event->hyper.hash;
		buf_add(out, event->hyper.raw.data, event->hyper.raw.len);
	}
}

static enum err
copy_seqs(struct held *h, const struct event *event)
{
	uint32_t n = event->type == EVENT_SEAL && !event->seal.bare ? event->seal.seal->head.core.payloads : 0;

	h->last_seq = calloc(n + (size_t)1, sizeof *h->last_seq);
	if (!h->last_seq)
		return ERR_NOMEM;
	if (n)
		memcpy(h->last_seq, event->seal.last_seq, n * sizeof *h->last_seq);
	return ERR_OK;
}

static void
release(struct held *h)
{
	free((void *)h->raw.data);
	free(h->last_seq);
}

enum err
later_keep(struct later *l, const struct event *event)
{
	struct held h = { .type = event->type, .slot = later_slot(event), .from = event->from };
	struct buf raw = { 0 };
	enum err e;

	if (l->count == LATER_MOST)
		return ERR_BUSY;
	encode(&raw, &h, event);
	e = raw.failed ? ERR_NOMEM : copy_seqs(&h, event);
	h.raw = bytes_of(&raw);
	if (e == ERR_OK && h.raw.len > LATER_BYTES - l->bytes)
		e = ERR_BUSY;
	if (e) {
		buf_free(&raw);
		free(h.last_seq);
		return e;
	}
	l->bytes += h.raw.len;
	l->item[l->count++] = h;
	return ERR_OK;
}

/* Copies what the event borrows to the arena. */
static enum err
decode(struct event *out, const struct held *h, struct arena *arena)
{
	uint8_t *raw = arena_alloc(arena, h->raw.len + 1, 1);
	struct bytes in = { raw, h->raw.len };
	void *object = arena_alloc(arena, 1, sizeof(struct hyper) + sizeof(struct seal) + sizeof(struct list));
	enum err e = ERR_NOMEM;

	if (!raw || !object)
		return e;
	memcpy(raw, h->raw.data, h->raw.len);
	*out = (struct event){ .type = h->type, .from = h->from };
	if (h->bare) {
		struct seal *seal = object;
		struct reader r = wire_reader(in);
		*seal = (struct seal){ .payload = NULL };
		seal_head_get(&r, &seal->head);
		e = r.err;
		out->seal = (struct event_seal){ .seal = seal, .id = h->hash, .bare = true };
	} else if (h->type == EVENT_SEAL) {
		struct seal *seal = object;
		uint64_t *last_seq;
		e = seal_unpack(seal, arena, in);
		last_seq = e ? NULL : arena_alloc(arena, seal->head.core.payloads + (size_t)1, sizeof *last_seq);
		if (!last_seq)
			return e ? e : ERR_NOMEM;
		memcpy(last_seq, h->last_seq, seal->head.core.payloads * sizeof *last_seq);
		out->seal = (struct event_seal){ .seal = seal, .id = h->hash, .last_seq = last_seq };
	} else if (h->type == EVENT_LIST) {
		e = list_unpack(object, arena, in);
		out->list = object;
	} else if (h->type == EVENT_ENDORSEMENT) {
		e = endorse_unpack(object, in);
		out->endorsement = object;
	} else {
		e = hyper_unpack(object, arena, in);
		out->hyper = (struct event_hyper){ .raw = in, .hyper = object, .hash = h->hash };
	}
	return e;
}

bool
later_take(struct event *out, struct later *l, uint64_t slot, struct arena *arena)
{
	for (uint32_t i = 0; i < l->count;) {
		struct held h = l->item[i];
		bool ok;
		if (h.slot > slot) {
			i++;
			continue;
		}
		l->bytes -= h.raw.len;
		memmove(&l->item[i], &l->item[i + 1], (--l->count - i) * sizeof l->item[0]);
		ok = decode(out, &h, arena) == ERR_OK;
		release(&h);
		if (ok)
			return true;
	}
	return false;
}

void
later_free(struct later *l)
{
	if (!l)
		return;
	for (uint32_t i = 0; i < l->count; i++)
		release(&l->item[i]);
	free(l);
}
