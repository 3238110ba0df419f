#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/*
 * A slot has four passes, each with a last round half-way to what follows it:
 *
 *     0        seal        list      candidate    endorse         1
 *     |---------|--pass-last-|--pass-last-|--pass-last-|--pass-last-|
 *               seals        lists        candidates   endorsements
 *
 * A pass goes level by level; a last round asks all levels at once.
 */

/* --- who is there --- */

struct member {
	struct pubkey key;
	uint64_t position;
	uint8_t level; /* length of the prefix that it shares with this node */
};

struct members {
	struct member *item;
	uint32_t count;
};

static uint64_t
number_of(const uint8_t *b)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

/*
 * para-protocol(7) BUDDIES: A voter stands at the last 8 bytes of its lowest seal id of the slot, one without a seal at
 * the first 8 of its key.
 */
static uint64_t
position_of(const struct consensus *c, const struct pubkey *key)
{
	const struct hash *lowest = NULL;

	for (uint32_t i = 0; i < c->round.seals; i++) {
		const struct taken *t = c->round.seal[i];
		if (memcmp(&t->head.core.voter, key, sizeof *key) == 0 && (!lowest || hash_compare(&t->id, lowest) < 0))
			lowest = &t->id;
	}
	return lowest ? number_of(lowest->b + sizeof lowest->b - 8) : number_of(key->b);
}

static int
compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof x->key);
}

static uint8_t
shared_prefix(uint64_t a, uint64_t b)
{
	uint8_t n = 0;

	while (n < 64 && (a >> (63 - n) & 1) == (b >> (63 - n) & 1))
		n++;
	return n;
}

/* Sorted by key, each once, without this node; the next ones keep their places. */
static void
place_members(const struct consensus *c, struct members *m)
{
	uint64_t self = position_of(c, &c->self);
	uint32_t n = 0;

	if (m->count)
		qsort(m->item, m->count, sizeof *m->item, compare_members);
	for (uint32_t i = 0; i < m->count; i++) {
		struct member *x = &m->item[i];
		if (memcmp(&x->key, &c->self, sizeof x->key) == 0 || (n && compare_members(&m->item[n - 1], x) == 0))
			continue;
		x->position = position_of(c, &x->key);
		x->level = shared_prefix(x->position, self);
		m->item[n++] = *x;
	}
	m->count = n;
}

/* Everybody who holds a vote or a seal of the slot. Freed by the caller. */
static enum err
find_members(struct consensus *c, struct members *m)
{
	const struct votes *votes = round_votes(c);

	*m = (struct members){ 0 };
	if (!votes)
		return ERR_NOMEM;
	m->item = calloc(votes->count + (size_t)c->round.seals + 1, sizeof *m->item);
	if (!m->item)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < votes->count; i++)
		m->item[m->count++].key = votes->voter[i].key;
	for (uint32_t i = 0; i < c->round.seals; i++)
		m->item[m->count++].key = c->round.seal[i]->head.core.voter;
	place_members(c, m);
	return ERR_OK;
}

/* --- drawing --- */

static uint64_t
chance(uint64_t *state)
{
	uint64_t v = *state += 0x9e3779b97f4a7c15;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

/* Up to 3 of the level; how many. */
static uint32_t
draw(const struct consensus *c, const struct members *m, uint8_t level, struct pubkey out[static BUDDIES_DRAWN])
{
	uint64_t state = c->draw_seed ^ c->round.slot * 0x100000001b3 ^ (uint64_t)c->round.pass.number << 32 ^ level;
	uint32_t seen = 0;

	/* A reservoir of three: each member of the level stays in it with the same chance. */
	for (uint32_t i = 0; i < m->count; i++) {
		uint64_t at;
		if (m->item[i].level != level)
			continue;
		at = seen < BUDDIES_DRAWN ? seen : chance(&state) % (seen + (uint64_t)1);
		if (at < BUDDIES_DRAWN)
			out[at] = m->item[i].key;
		seen++;
	}
	return seen < BUDDIES_DRAWN ? seen : BUDDIES_DRAWN;
}

/* --- what is held --- */

static bool
add(struct holdings *h, uint32_t *cap, struct holding item)
{
	if (h->count == *cap) {
		uint32_t more = *cap ? *cap * 2 : 64;
		struct holding *list = realloc(h->item, more * sizeof *list);
		if (!list)
			return false;
		h->item = list;
		*cap = more;
	}
	h->item[h->count++] = item;
	return true;
}

static bool
add_node(struct holdings *h, uint32_t *cap, const struct node *node)
{
	bool ok = add(h, cap, ask_tag(HOLDING_HYPER, node->brief.hash.b));

	for (uint32_t i = 0; ok && i < node->endorsements; i++)
		ok = add(h, cap, ask_tag(HOLDING_ENDORSEMENT, node->endorsement[i].signature.b));
	return ok;
}

/* para-protocol(7) ROUNDS: Nodes pass on the three candidates of lowest rank. */
static bool
among_three(const struct consensus *c, const struct node *node)
{
	uint32_t lower = 0;

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *other = c->tree.node[i];
		lower += other->brief.slot == node->brief.slot && other->state == NODE_VALID &&
		    hash_compare(&other->rank, &node->rank) < 0;
	}
	return node->state == NODE_VALID && lower < 3;
}

/* Of this slot, and the tip with what certifies it, so that branches learn of each other. Freed by the caller. */
static enum err
find_holdings(struct consensus *c, struct holdings *h)
{
	const struct round *r = &c->round;
	uint32_t cap = 0;
	bool ok;

	*h = (struct holdings){ .slot = r->slot };
	ok = c->tree.tip->brief.hid == 0 || add_node(h, &cap, c->tree.tip);
	for (uint32_t i = 0; ok && i < r->seals; i++)
		ok = add(h, &cap, ask_seal_tag(&r->seal[i]->id));
	for (uint32_t i = 0; ok && i < r->lists; i++)
		ok = add(h, &cap, ask_tag(HOLDING_LIST, r->list[i]->signature.b));
	for (size_t i = 0; ok && i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		if (node->brief.slot == r->slot && (node->endorsements || among_three(c, node)))
			ok = add_node(h, &cap, node);
	}
	for (uint32_t i = 0; ok && c->loose && i < c->loose->count; i++) {
		if (c->loose->item[i].slot == r->slot)
			ok = add(h, &cap, ask_tag(HOLDING_ENDORSEMENT, c->loose->item[i].signature.b));
	}
	if (ok)
		return ERR_OK;
	free(h->item);
	h->item = NULL;
	return ERR_NOMEM;
}

static enum err
tell_have(struct consensus *c, struct effects *out, const struct pubkey *to, uint32_t n, bool answer)
{
	struct holdings h;
	enum err e = n ? find_holdings(c, &h) : ERR_COUNT;

	if (e)
		return e == ERR_COUNT ? ERR_OK : e;
	h.answer = answer;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = ask_tell(c, out, OBJECT_HAVE, &h, &to[i]);
	free(h.item);
	return e;
}

/* --- passes --- */

static uint64_t
patience_ms(const struct consensus *c)
{
	const struct round *r = &c->round;
	uint64_t start = genesis_slot_start(c->genesis, r->slot), list = r->end_ms[PHASE_LIST];

	/* para-protocol(7) BUDDIES: It gives up on a silent one after a tenth of the phase. */
	return (c->now_ms < list ? list - start : r->end_ms[PHASE_REST] - list) / 10 + 1;
}

/* The levels that have members, the longest prefix last: a pass takes them from the end. */
static void
find_levels(struct pass *p, const struct members *m)
{
	bool there[LEVELS_MOST] = { false };

	for (uint32_t i = 0; i < m->count; i++)
		there[m->item[i].level] = true;
	p->levels = 0;
	for (uint8_t level = 0; level < LEVELS_MOST; level++) {
		if (there[level])
			p->level[p->levels++] = level;
	}
}

static void
ask_level(struct consensus *c, struct effects *out)
{
	struct pass *p = &c->round.pass;
	struct members m;

	p->open = p->levels > 0 && find_members(c, &m) == ERR_OK;
	if (!p->open)
		return;
	p->askeds = draw(c, &m, p->level[--p->levels], p->asked);
	free(m.item);
	memset(p->answered, 0, sizeof p->answered);
	p->give_up_ms = c->now_ms + patience_ms(c);
	tell_have(c, out, p->asked, p->askeds, false);
}

static void
begin_pass(struct consensus *c, struct effects *out)
{
	struct pass *p = &c->round.pass;
	struct members m;

	if (find_members(c, &m) != ERR_OK)
		return;
	find_levels(p, &m);
	free(m.item);
	ask_level(c, out);
}

enum err
buddy_draw(struct consensus *c, struct pubkey **out, uint32_t *n)
{
	struct pass levels;
	struct members m;
	enum err e = find_members(c, &m);

	*n = 0;
	*out = NULL;
	if (e)
		return e;
	find_levels(&levels, &m);
	*out = calloc(levels.levels * (size_t)BUDDIES_DRAWN + 1, sizeof **out);
	for (uint32_t i = levels.levels; *out && i-- > 0;)
		*n += draw(c, &m, levels.level[i], *out + *n);
	free(m.item);
	return *out ? ERR_OK : ERR_NOMEM;
}

/* para-protocol(7) BUDDIES: At the end it goes over all levels once more. */
static void
last_round(struct consensus *c, struct effects *out)
{
	struct pubkey *to;
	uint32_t n;

	c->round.pass.open = false;
	if (buddy_draw(c, &to, &n) == ERR_OK)
		tell_have(c, out, to, n, false);
	free(to);
}

enum err
buddy_push(struct consensus *c, struct effects *out, struct bytes raw)
{
	struct pubkey *to;
	uint32_t n;
	enum err e = c->genesis->solo ? ERR_OK : buddy_draw(c, &to, &n);

	if (c->genesis->solo || e)
		return e;
	e = effects_reserve(out, n);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		effects_add(out, EFFECT_SEND)->send = (struct effect_send){ .to = to[i], .raw = raw };
	free(to);
	return e;
}

/* --- when --- */

/* When the step of this number is due: even ones are passes, odd ones last rounds. */
static uint64_t
step_ms(const struct round *r, uint32_t number)
{
	uint64_t from = r->end_ms[number / 2], to = r->end_ms[number / 2 + 1];

	return number % 2 ? from + (to - from) / 2 : from;
}

uint64_t
buddy_due_ms(const struct consensus *c)
{
	const struct pass *p = &c->round.pass;
	uint64_t due = p->number < 2 * PASSES ? step_ms(&c->round, p->number) : UINT64_MAX;

	if (c->genesis->solo)
		return UINT64_MAX;
	return p->open && p->give_up_ms < due ? p->give_up_ms : due;
}

/* What was asked for and did not come is asked of another one, chosen by chance. */
static void
ask_again(struct consensus *c, struct effects *out)
{
	uint64_t state = c->draw_seed ^ c->round.slot << 8 ^ c->round.pass.number;
	struct pubkey *to;
	uint32_t n;

	if (buddy_draw(c, &to, &n) == ERR_OK && n)
		ask_lost(c, out, &to[chance(&state) % n]);
	free(to);
}

/* Before the last pass there is nothing to say of an empty slot; that one compares tips. */
static bool
anything(const struct consensus *c, uint32_t number)
{
	return number / 2 + 1 == PASSES || c->round.seals > 0;
}

void
buddy_advance(struct consensus *c, struct effects *out)
{
	struct pass *p = &c->round.pass;

	if (c->genesis->solo)
		return;
	while (p->number < 2 * PASSES && c->now_ms >= step_ms(&c->round, p->number)) {
		uint32_t number = p->number++;
		bool late = p->number < 2 * PASSES && c->now_ms >= step_ms(&c->round, p->number);
		if (late || !anything(c, number))
			continue;
		ask_again(c, out);
		if (number % 2)
			last_round(c, out);
		else
			begin_pass(c, out);
	}
	if (p->open && c->now_ms >= p->give_up_ms)
		ask_level(c, out);
}

/* --- a buddy's word --- */

static void
note_answer(struct consensus *c, struct effects *out, const struct pubkey *from)
{
	struct pass *p = &c->round.pass;
	bool all = true;

	if (!p->open)
		return;
	for (uint32_t i = 0; i < p->askeds; i++) {
		if (memcmp(&p->asked[i], from, sizeof *from) == 0)
			p->answered[i] = true;
		all &= p->answered[i];
	}
	if (all)
		ask_level(c, out);
}

static int
compare_items(const void *a, const void *b)
{
	return holding_compare(a, b);
}

/* Asks for what the other holds and this node does not. Of another slot only blocks are of use. */
static enum err
ask_lacking(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	struct holdings mine, want = { .slot = h->slot };
	enum err e = find_holdings(c, &mine);

	if (e)
		return e;
	if (mine.count)
		qsort(mine.item, mine.count, sizeof *mine.item, compare_items);
	want.item = calloc(h->count + (size_t)1, sizeof *want.item);
	for (uint32_t i = 0; want.item && i < h->count; i++) {
		bool use = h->slot == c->round.slot || h->item[i].kind >= HOLDING_HYPER;
		if (use && !(mine.count && bsearch(&h->item[i], mine.item, mine.count, sizeof *mine.item, compare_items)) &&
		    !ask_known(c, &h->item[i]))
			want.item[want.count++] = h->item[i];
	}
	e = !want.item ? ERR_NOMEM : want.count ? ask_tell(c, out, OBJECT_WANT, &want, from) : ERR_OK;
	free(want.item);
	free(mine.item);
	return e;
}

enum err
buddy_have(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	static const struct pubkey zero;
	enum err e;

	if (c->genesis->solo || memcmp(from, &zero, sizeof zero) == 0)
		return ERR_OK;
	e = ask_lacking(c, out, h, from);
	if (e == ERR_OK && !h->answer)
		e = tell_have(c, out, from, 1, true);
	if (e == ERR_OK && h->answer)
		note_answer(c, out, from);
	return e;
}
