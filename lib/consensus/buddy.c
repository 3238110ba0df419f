#include <stdlib.h>
#include <string.h>

#include "chain/exchange.h"
#include "consensus/core.h"
#include "consensus/effects.h"

/* --- tags --- */

static struct holding
tag_seal(const struct hash *id)
{
	struct holding h = { .kind = HOLDING_SEAL };

	memcpy(h.tag, id->b + sizeof id->b - sizeof h.tag, sizeof h.tag);
	return h;
}

static struct holding
tag_of(enum holding_kind kind, const uint8_t *chance)
{
	struct holding h = { .kind = (uint8_t)kind };

	memcpy(h.tag, chance, sizeof h.tag);
	return h;
}

/* --- saying --- */

static bool
nobody(const struct pubkey *key)
{
	static const struct pubkey zero;

	return memcmp(key, &zero, sizeof zero) == 0;
}

static enum err
tell(struct effects *out, const struct pubkey *to, struct buf *buf)
{
	struct bytes raw = { 0 };

	if (!buf->failed)
		raw = effects_copy(out, bytes_of(buf));
	buf_free(buf);
	if (!raw.data || effects_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .to = *to, .raw = raw };
	return ERR_OK;
}

static int
compare_items(const void *a, const void *b)
{
	return holding_compare(a, b);
}

static enum err
tell_items(struct consensus *c, struct effects *out, enum object_type type, struct holdings *h, const struct pubkey *to)
{
	struct buf buf = { 0 };
	uint32_t n = 0;

	if (h->count)
		qsort(h->item, h->count, sizeof *h->item, compare_items);
	for (uint32_t i = 0; i < h->count && n < LIMIT_HOLDINGS; i++) {
		if (n == 0 || holding_compare(&h->item[n - 1], &h->item[i]) != 0)
			h->item[n++] = h->item[i];
	}
	h->count = n;
	h->network = c->network;
	holdings_put(&buf, type, h);
	return tell(out, to, &buf);
}

/* --- what a block lacks --- */

enum err
buddy_ask_bodies(struct consensus *c, struct effects *out, const struct node *node, const struct pubkey *from)
{
	struct holdings want = { .slot = node->brief.slot };
	enum err e;

	if (node->missing == 0 || nobody(from))
		return ERR_OK;
	want.item = calloc(node->missing, sizeof *want.item);
	if (!want.item)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (!node->seal[i])
			want.item[want.count++] = tag_seal(&node->ticket[i].id);
	}
	e = tell_items(c, out, OBJECT_WANT, &want, from);
	free(want.item);
	return e;
}

enum err
buddy_ask_block(struct consensus *c, struct effects *out, const struct hash *hash, uint64_t slot,
    const struct pubkey *from)
{
	struct holding item = tag_of(HOLDING_HYPER, hash->b);
	struct holdings want = { .slot = slot, .count = 1, .item = &item };

	return nobody(from) ? ERR_OK : tell_items(c, out, OBJECT_WANT, &want, from);
}

/* --- answers --- */

static enum err
give_seal(struct effects *out, const struct taken *t, const struct pubkey *to)
{
	uint64_t *row = arena_alloc(&out->arena, t->head.core.payloads, sizeof *row);

	if (!row || effects_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < t->head.core.payloads; i++) {
		/* Its bytes are gone with an entry that expired. */
		if (t->entry[i]->state == ENTRY_GONE && !t->entry[i]->held)
			return ERR_OK;
		row[i] = t->entry[i]->row;
	}
	effects_add(out, EFFECT_SEND_SEAL)->seal =
	    (struct effect_send_seal){ .to = *to, .id = t->id, .head = t->head, .row = row };
	return ERR_OK;
}

static bool
wanted(const struct holdings *want, const struct holding *item)
{
	return want->count && bsearch(item, want->item, want->count, sizeof *item, compare_items);
}

static enum err
give_seals(struct consensus *c, struct effects *out, const struct holdings *want, const struct pubkey *to)
{
	struct taken *t;
	enum err e = ERR_OK;

	/* By what is asked for would depend on the table's order: the wanted ones are looked up one by one below. */
	for (uint32_t i = 0; e == ERR_OK && i < c->round.seals; i++) {
		struct holding tag = tag_seal(&c->round.seal[i]->id);
		if (wanted(want, &tag))
			e = give_seal(out, c->round.seal[i], to);
	}
	for (size_t i = 0; e == ERR_OK && i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		for (uint32_t k = 0; e == ERR_OK && node->served && node->brief.slot < c->round.slot && k < node->brief.seals;
		    k++) {
			struct holding tag = tag_seal(&node->ticket[k].id);
			t = node->seal[k];
			if (t && wanted(want, &tag))
				e = give_seal(out, t, to);
		}
	}
	return e;
}

static enum err
give_blocks(struct consensus *c, struct effects *out, const struct holdings *want, const struct pubkey *to)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		struct holding tag = tag_of(HOLDING_HYPER, node->brief.hash.b);
		struct bytes raw;
		if (!node->served || !wanted(want, &tag))
			continue;
		raw = effects_copy(out, node->raw);
		if (!raw.data || effects_reserve(out, 1) != ERR_OK)
			return ERR_NOMEM;
		effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .to = *to, .raw = raw };
	}
	return e;
}

enum err
buddy_want(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	enum err e = ERR_OK;

	if (c->genesis->solo || nobody(from))
		return ERR_OK;
	e = give_seals(c, out, h, from);
	return e ? e : give_blocks(c, out, h, from);
}

enum err
buddy_have(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	(void)c;
	(void)out;
	(void)h;
	(void)from;
	return ERR_OK;
}
