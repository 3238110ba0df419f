#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* --- tags --- */

struct holding
ask_seal_tag(const struct hash *id)
{
	struct holding h = { .kind = HOLDING_SEAL };

	memcpy(h.tag, id->b + sizeof id->b - sizeof h.tag, sizeof h.tag);
	return h;
}

struct holding
ask_tag(enum holding_kind kind, const uint8_t *chance)
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
tell_each(struct effects *out, const struct pubkey *to, uint32_t n, struct buf *buf)
{
	struct bytes raw = { 0 };

	if (!buf->failed)
		raw = effects_copy(out, bytes_of(buf));
	buf_free(buf);
	if (!raw.data || effects_reserve(out, n) != ERR_OK)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++)
		effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .to = to[i], .raw = raw };
	return ERR_OK;
}

static enum err
tell(struct effects *out, const struct pubkey *to, struct buf *buf)
{
	return tell_each(out, to, 1, buf);
}

static int
compare_items(const void *a, const void *b)
{
	return holding_compare(a, b);
}

static bool
sorted(const struct holdings *h)
{
	for (uint32_t i = 1; i < h->count; i++) {
		if (holding_compare(&h->item[i - 1], &h->item[i]) > 0)
			return false;
	}
	return true;
}

enum err
ask_tell(struct consensus *c, struct effects *out, enum object_type type, struct holdings *h, const struct pubkey *to,
    uint32_t tos)
{
	struct buf buf = { 0 };
	uint32_t n = 0;

	if (!sorted(h))
		holdings_sort(h);
	for (uint32_t i = 0; i < h->count && n < LIMIT_HOLDINGS; i++) {
		if (n == 0 || holding_compare(&h->item[n - 1], &h->item[i]) != 0)
			h->item[n++] = h->item[i];
	}
	h->count = n;
	h->network = c->network;
	holdings_put(&buf, type, h);
	return tell_each(out, to, tos, &buf);
}

void
ask_spurn(struct consensus *c, const struct hash *id)
{
	struct round *r = &c->round;

	r->twin[r->twins % TWINS_MOST] = ask_seal_tag(id);
	r->twins = r->twins + 1 < 2 * TWINS_MOST ? r->twins + 1 : TWINS_MOST;
}

bool
ask_known(const struct consensus *c, const struct holding *item)
{
	for (uint32_t i = 0; i < TWINS_MOST && i < c->round.twins; i++) {
		if (holding_compare(&c->round.twin[i], item) == 0)
			return true;
	}
	for (size_t i = c->tree.count; i-- > 0;) {
		const struct node *node = c->tree.node[i];
		/* What lies behind nobody speaks of any more. */
		if (!node->served && node->connected)
			break;
		if (item->kind == HOLDING_HYPER && memcmp(node->brief.hash.b, item->tag, sizeof item->tag) == 0)
			return true;
		for (uint32_t k = 0; item->kind == HOLDING_ENDORSEMENT && k < node->endorsements; k++) {
			if (memcmp(node->endorsement[k].signature.b, item->tag, sizeof item->tag) == 0)
				return true;
		}
	}
	for (uint32_t i = 0; item->kind == HOLDING_HYPER && i < c->orphans; i++) {
		if (memcmp(c->orphan[i].hash.b, item->tag, sizeof item->tag) == 0)
			return true;
	}
	return false;
}

/* --- what a block lacks --- */

enum err
ask_bodies(struct consensus *c, struct effects *out, const struct node *node, const struct pubkey *from)
{
	struct holdings want = { .slot = node->brief.slot };
	enum err e;

	if (node->missing == 0 || nobody(from))
		return ERR_OK;
	want.item = calloc(node->missing, sizeof *want.item);
	if (!want.item)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < node->brief.seals; i++) {
		if (!node->seal[i] && know_needs(c, node, i))
			want.item[want.count++] = ask_seal_tag(&node->ticket[i].id);
	}
	e = ask_tell(c, out, OBJECT_WANT, &want, from, 1);
	free(want.item);
	return e;
}

enum err
ask_block(struct consensus *c, struct effects *out, const struct hash *hash, uint64_t slot,
    const struct pubkey *from)
{
	struct holding item = ask_tag(HOLDING_HYPER, hash->b);
	struct holdings want = { .slot = slot, .count = 1, .item = &item };

	return nobody(from) ? ERR_OK : ask_tell(c, out, OBJECT_WANT, &want, from, 1);
}

void
ask_lost(struct consensus *c, struct effects *out, const struct pubkey *to)
{
	uint32_t asked = 0;

	for (size_t i = tree_from(&c->tree, c->tree.base->brief.slot); i < c->tree.count && asked < LOST_MOST; i++) {
		if (c->tree.node[i]->missing == 0)
			continue;
		ask_bodies(c, out, c->tree.node[i], to);
		asked++;
	}
	for (uint32_t i = 0; i < c->orphans && asked < 2 * LOST_MOST; i++) {
		struct holding tag = ask_tag(HOLDING_HYPER, c->orphan[i].parent.b);
		if (ask_known(c, &tag))
			continue;
		ask_block(c, out, &c->orphan[i].parent, c->round.slot, to);
		asked++;
	}
}

/* --- answers --- */

static enum err
give_seal(struct effects *out, const struct taken *t, const struct pubkey *to)
{
	uint64_t *row = arena_alloc(&out->arena, t->entries, sizeof *row);

	if (!row || effects_reserve(out, 1) != ERR_OK)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < t->entries; i++) {
		/* Its bytes are gone with an entry that expired. */
		if (t->entry[i]->state == ENTRY_GONE && !t->entry[i]->held)
			return ERR_OK;
		row[i] = t->entry[i]->row;
	}
	effects_add(out, EFFECT_SEND_SEAL)->seal =
	    (struct effect_send_seal){ .to = *to, .id = t->id, .head = t->head,
		.row = t->entries < t->head.core.payloads ? NULL : row };
	return ERR_OK;
}

/* What is asked for, what of it is found, and how many of each kind are not. */
struct search {
	const struct holdings *want;
	bool *found;
	uint32_t left[HOLDING_ENDORSEMENT + 1];
};

static struct search
search_for(const struct holdings *want, struct arena *arena)
{
	struct search s = { .want = want, .found = arena_alloc(arena, want->count + (size_t)1, sizeof *s.found) };

	for (uint32_t i = 0; i < want->count; i++)
		s.left[want->item[i].kind]++;
	return s;
}

/* Is it asked for, and not found yet? Many candidates of a slot hold the same seals. */
static bool
find(struct search *s, const struct holding *item)
{
	const struct holding *at = NULL;

	if (s->left[item->kind])
		at = bsearch(item, s->want->item, s->want->count, sizeof *item, compare_items);
	if (!at || s->found[at - s->want->item])
		return false;
	s->found[at - s->want->item] = true;
	s->left[item->kind]--;
	return true;
}

static enum err
find_seal(struct search *s, struct effects *out, const struct taken *t, const struct pubkey *to)
{
	struct holding tag = ask_seal_tag(&t->id);

	return find(s, &tag) ? give_seal(out, t, to) : ERR_OK;
}

static enum err
give_seals(struct consensus *c, struct effects *out, struct search *s, const struct pubkey *to)
{
	uint64_t slot = s->want->slot;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->round.seals && s->left[HOLDING_SEAL]; i++)
		e = find_seal(s, out, c->round.seal[i], to);
	for (size_t i = tree_from(&c->tree, slot); e == ERR_OK && tree_has(&c->tree, i, slot) && s->left[HOLDING_SEAL]; i++) {
		const struct node *node = c->tree.node[i];
		for (uint32_t k = 0; e == ERR_OK && node->served && k < node->brief.seals; k++) {
			const struct taken *t = node->seal[k];
			if (t && (slot < c->round.slot || t->body))
				e = find_seal(s, out, t, to);
		}
	}
	return e;
}

static enum err
give_lists(struct consensus *c, struct effects *out, struct search *s, const struct pubkey *to)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < c->round.lists && s->left[HOLDING_LIST]; i++) {
		struct holding tag = ask_tag(HOLDING_LIST, c->round.list[i]->signature.b);
		struct buf buf = { 0 };
		if (!find(s, &tag))
			continue;
		list_put(&buf, c->round.list[i]);
		e = tell(out, to, &buf);
	}
	return e;
}

static enum err
give_endorsement(struct search *s, struct effects *out, const struct endorsement *e, const struct pubkey *to)
{
	struct holding tag = ask_tag(HOLDING_ENDORSEMENT, e->signature.b);
	struct buf buf = { 0 };

	if (!find(s, &tag))
		return ERR_OK;
	endorse_put(&buf, e);
	return tell(out, to, &buf);
}

static enum err
give_endorsements(struct consensus *c, struct effects *out, struct search *s, const struct pubkey *to)
{
	enum err e = ERR_OK;

	for (size_t i = c->tree.count; e == ERR_OK && i-- > 0 && s->left[HOLDING_ENDORSEMENT];) {
		const struct node *node = c->tree.node[i];
		if (!node->served && node->connected)
			break;
		for (uint32_t k = 0; e == ERR_OK && k < node->endorsements && s->left[HOLDING_ENDORSEMENT]; k++)
			e = give_endorsement(s, out, &node->endorsement[k], to);
	}
	for (uint32_t i = 0; e == ERR_OK && i < c->loose.count; i++)
		e = give_endorsement(s, out, &c->loose.item[i], to);
	return e;
}

static enum err
give_blocks(struct consensus *c, struct effects *out, struct search *s, const struct pubkey *to)
{
	for (size_t i = c->tree.count; i-- > 0 && s->left[HOLDING_HYPER];) {
		const struct node *node = c->tree.node[i];
		struct holding tag = ask_tag(HOLDING_HYPER, node->brief.hash.b);
		struct bytes raw;
		if (!node->served && node->connected)
			break;
		if (!find(s, &tag))
			continue;
		raw = effects_copy(out, node->raw);
		if (!raw.data || effects_reserve(out, 1) != ERR_OK)
			return ERR_NOMEM;
		effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .to = *to, .raw = raw };
	}
	return ERR_OK;
}

enum err
ask_give(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	struct search s;
	enum err e;

	if (c->genesis->solo || nobody(from))
		return ERR_OK;
	s = search_for(h, &out->arena);
	if (!s.found)
		return ERR_NOMEM;
	e = give_seals(c, out, &s, from);
	if (e == ERR_OK)
		e = give_lists(c, out, &s, from);
	if (e == ERR_OK)
		e = give_blocks(c, out, &s, from);
	return e ? e : give_endorsements(c, out, &s, from);
}
