#include <stdlib.h>
#include <string.h>

#include "consensus/effects.h"
#include "consensus/members.h"

/*
 * A slot has four passes, each with a last round half-way to what follows it:
 *
 *     0        seal        list      candidate    endorse         1
 *     |---------|--pass-last-|--pass-last-|--pass-last-|--pass-last-|
 *               seals        lists        candidates   endorsements
 *
 * A pass goes level by level; a last round asks all levels at once.
 */

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

	for (size_t i = tree_from(&c->tree, node->brief.slot); tree_has(&c->tree, i, node->brief.slot); i++) {
		const struct node *other = c->tree.node[i];
		lower += other->state == NODE_VALID &&
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
	for (size_t i = tree_from(&c->tree, r->slot); ok && tree_has(&c->tree, i, r->slot); i++) {
		const struct node *node = c->tree.node[i];
		if (node->endorsements || among_three(c, node))
			ok = add_node(h, &cap, node);
	}
	for (uint32_t i = 0; ok && i < c->loose.count; i++) {
		if (c->loose.item[i].slot == r->slot)
			ok = add(h, &cap, ask_tag(HOLDING_ENDORSEMENT, c->loose.item[i].signature.b));
	}
	if (ok)
		return ERR_OK;
	free(h->item);
	h->item = NULL;
	return ERR_NOMEM;
}

static enum err
tell_have(struct consensus *c, struct effects *out, const struct pubkey *to, uint32_t n)
{
	struct holdings h;
	enum err e = n ? find_holdings(c, &h) : ERR_COUNT;

	if (e)
		return e == ERR_COUNT ? ERR_OK : e;
	e = ask_tell(c, out, OBJECT_HAVE, &h, to, n);
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

	p->open = p->levels > 0 && members_find(&m, c) == ERR_OK;
	if (!p->open)
		return;
	p->askeds = members_draw(p->asked, c, &m, p->level[--p->levels]);
	free(m.item);
	memset(p->answered, 0, sizeof p->answered);
	p->give_up_ms = c->now_ms + patience_ms(c);
	tell_have(c, out, p->asked, p->askeds);
}

static void
begin_pass(struct consensus *c, struct effects *out)
{
	struct pass *p = &c->round.pass;
	struct members m;

	if (members_find(&m, c) != ERR_OK)
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
	enum err e = members_find(&m, c);

	*n = 0;
	*out = NULL;
	if (e)
		return e;
	find_levels(&levels, &m);
	*out = calloc(levels.levels * (size_t)BUDDIES_DRAWN + 1, sizeof **out);
	for (uint32_t i = levels.levels; *out && i-- > 0;)
		*n += members_draw(*out + *n, c, &m, levels.level[i]);
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
		tell_have(c, out, to, n);
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
		ask_lost(c, out, &to[members_chance(&state) % n]);
	free(to);
}

/*
 * Before the last pass there is nothing to say of an empty slot; that one compares tips. An authority asks for the seals
 * all the same: without a vote it is nobody's buddy, and would not hear of them.
 */
static bool
anything(const struct consensus *c, uint32_t number)
{
	return number / 2 + 1 == PASSES || c->round.seals > 0 || (number < 2 && lanes_has_authority(&c->lanes, &c->self));
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

/* Asks for what the other holds and this node does not. mine: sorted. Of another slot only blocks are of use. */
static enum err
ask_lacking(struct consensus *c, struct effects *out, const struct holdings *mine, const struct holdings *h,
    const struct pubkey *from)
{
	struct holdings want = { .slot = h->slot };
	uint32_t at = 0;
	enum err e;

	want.item = malloc((h->count + (size_t)1) * sizeof *want.item);
	for (uint32_t i = 0; want.item && i < h->count; i++) {
		bool use = h->slot == c->round.slot || h->item[i].kind >= HOLDING_HYPER;
		while (at < mine->count && holding_compare(&mine->item[at], &h->item[i]) < 0)
			at++;
		if (use && !(at < mine->count && holding_compare(&mine->item[at], &h->item[i]) == 0) &&
		    !ask_known(c, &h->item[i]))
			want.item[want.count++] = h->item[i];
	}
	e = !want.item ? ERR_NOMEM : want.count ? ask_tell(c, out, OBJECT_WANT, &want, from, 1) : ERR_OK;
	free(want.item);
	return e;
}

/* Both are ascending: what the other says is, or it would not have been decoded. */
static enum err
hear_have(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from)
{
	struct holdings mine;
	enum err e = find_holdings(c, &mine);

	if (e)
		return e;
	holdings_sort(&mine);
	e = ask_lacking(c, out, &mine, h, from);
	mine.answer = true;
	if (e == ERR_OK && !h->answer)
		e = ask_tell(c, out, OBJECT_HAVE, &mine, from, 1);
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
	e = hear_have(c, out, h, from);
	if (e == ERR_OK && h->answer)
		note_answer(c, out, from);
	return e;
}
