#include <stdlib.h>

#include "consensus/core.h"
#include "consensus/effects.h"

/* --- seals of a chain that changes sides --- */

static bool
is_head(const struct taken *t, const struct lane_entry *lane)
{
	return t && t->lane == lane && t->entries < t->head.core.payloads;
}

/* A head stands in the way of its body: whoever needs one asks for it. */
void
role_drop_heads(struct consensus *c, const struct lane_entry *lane)
{
	struct round *r = &c->round;
	uint32_t kept = 0;

	for (size_t i = 0; i < c->tree.count; i++) {
		struct node *node = c->tree.node[i];
		for (uint32_t k = 0; node->seal && k < node->brief.seals; k++) {
			if (!is_head(node->seal[k], lane))
				continue;
			taken_unref(&c->tree, node->seal[k]);
			node->seal[k] = NULL;
		}
	}
	r->oweds = 0;
	for (uint32_t i = 0; i < r->seals; i++) {
		if (!is_head(r->seal[i], lane)) {
			r->seal[kept++] = r->seal[i];
			continue;
		}
		r->seal[i]->lane->seals--;
		taken_unref(&c->tree, r->seal[i]);
	}
	r->seals = kept;
}

/* Their payloads are let go, the heads stay. */
static void
drop_bodies(struct consensus *c, const struct lane_entry *lane)
{
	struct taken *t;

	for (size_t at = 0; (t = map_next(&c->tree.by_id, &at));) {
		if (t->lane != lane)
			continue;
		for (uint32_t i = 0; i < t->entries; i++)
			pool_unref(t->entry[i]);
		t->entries = 0;
	}
}

static size_t
pooled(const struct consensus *c, uint32_t chain)
{
	struct entry *e;
	size_t n = 0;

	for (size_t at = 0; (e = map_next(&c->pool.by_leaf, &at));)
		n += e->item.chain == chain;
	return n;
}

/* The effects' room is reserved; list has room for all of them. */
static void
empty_pool(struct consensus *c, struct effects *out, uint32_t chain, struct entry **list)
{
	struct entry *e;
	size_t n = 0;

	for (size_t at = 0; (e = map_next(&c->pool.by_leaf, &at));) {
		if (e->item.chain == chain)
			list[n++] = e;
	}
	while (n--)
		pool_drop(&c->pool, out, list[n], LEFT_UNFOLLOWED);
}

/* --- what execution reached --- */

static enum err
put_roots(struct node *node, const struct lane_entry *lane, const struct roots *roots)
{
	struct executed_lane *more;
	uint32_t at = 0;

	while (at < node->roots_count && lane_compare(&node->roots[at].lane, &lane->state.lane) != 0)
		at++;
	if (at == node->roots_count) {
		more = realloc(node->roots, (at + (size_t)1) * sizeof *more);
		if (!more)
			return ERR_NOMEM;
		node->roots = more;
		node->roots_count++;
	}
	node->roots[at] = (struct executed_lane){ .lane = lane->state.lane, .roots = *roots };
	return ERR_OK;
}

/* --- the change --- */

static bool
may_change(const struct consensus *c, const struct lane_entry *lane, const struct event_follow *event)
{
	return lane && lane->info.number != 0 && lane->info.unfollowed == event->follow &&
	    lane->info.registered <= c->final_hid && c->final_hid == c->tree.base->brief.hid &&
	    c->executed_hid == c->tip.hid && (!event->follow || event->roots.executed == c->final_hid);
}

static enum err
go_back(struct consensus *c, struct effects *out)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && c->tree.tip != c->tree.base)
		e = connect_undo(c, out);
	return e;
}

static void
recount(struct consensus *c)
{
	for (size_t i = 0; i < c->tree.count; i++) {
		if (!c->tree.node[i]->connected)
			know_count(c, c->tree.node[i]);
	}
}

static void
change(struct consensus *c, struct effects *out, struct lane_entry *lane, const struct event_follow *event,
    struct entry **list)
{
	offer_clear(c);
	lane->info.unfollowed = !event->follow;
	if (event->follow) {
		lanes_executed(lane, &event->roots, false);
		role_drop_heads(c, lane);
	} else {
		lane->state.executed = (struct roots){ 0 };
		drop_bodies(c, lane);
		empty_pool(c, out, event->chain, list);
	}
	recount(c);
	effects_add(out, EFFECT_KEEP_FOLLOW)->follow =
	    (struct effect_follow){ .chain = event->chain, .follow = event->follow };
}

enum err
role_follow(struct consensus *c, struct effects *out, const struct event_follow *event)
{
	struct lane_entry *lane = lanes_find(&c->lanes, event->chain);
	struct entry **list;
	size_t n = pooled(c, event->chain);

	if (!may_change(c, lane, event))
		return ERR_OK;
	list = calloc(n + 1, sizeof(struct entry *));
	if (!list)
		return ERR_NOMEM;
	/* What memory lacks for half-way is connected again: the word is to be given anew. */
	if (effects_reserve(out, n + 1 + (size_t)(c->tip.hid - c->final_hid)) != ERR_OK ||
	    (event->follow && put_roots(c->tree.base, lane, &event->roots) != ERR_OK)) {
		free(list);
		return ERR_NOMEM;
	}
	if (go_back(c, out) == ERR_OK)
		change(c, out, lane, event, list);
	free(list);
	follow_best(c, out);
	offer_serve(c, out, NULL);
	return ERR_OK;
}

uint64_t
consensus_take_rows(struct consensus *c, uint64_t n)
{
	uint64_t first = c->next_row;

	c->next_row += n;
	return first;
}
