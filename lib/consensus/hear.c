#include <string.h>

#include "consensus/core.h"

static int
compare_keys(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

static enum err
copy_entries(struct list *out, struct arena *arena, const struct list *list)
{
	*out = *list;
	out->entry = arena_alloc(arena, list->count, sizeof *out->entry);
	if (!out->entry)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct list_entry *from = &list->entry[i];
		struct list_entry *to = &out->entry[i];
		*to = *from;
		to->id = arena_alloc(arena, from->count, sizeof *to->id);
		if (!to->id)
			return ERR_NOMEM;
		if (from->count)
			memcpy(to->id, from->id, from->count * sizeof *to->id);
	}
	return ERR_OK;
}

enum err
hear_list(struct consensus *c, const struct list *list)
{
	struct round *r = &c->round;
	struct list *copy;
	uint32_t at = 0;

	if (list->slot != r->slot || !votes_find(&c->votes, &list->voter))
		return ERR_OK;
	while (at < r->lists && compare_keys(&r->list[at]->voter, &list->voter) < 0)
		at++;
	if (at < r->lists && compare_keys(&r->list[at]->voter, &list->voter) == 0)
		return ERR_OK;
	if (!r->list)
		r->list = arena_alloc(&r->arena, c->votes.count, sizeof(struct list *));
	copy = r->list ? arena_alloc(&r->arena, 1, sizeof *copy) : NULL;
	if (!copy || copy_entries(copy, &r->arena, list) != ERR_OK)
		return ERR_NOMEM;
	memmove(r->list + at + 1, r->list + at, (r->lists - at) * sizeof(struct list *));
	r->list[at] = copy;
	r->lists++;
	return ERR_OK;
}

static bool
certified(const struct consensus *c)
{
	struct tally tally = { 0 };

	for (uint32_t i = 0; i < c->round.endorsements; i++)
		votes_add(&c->votes, &tally, &c->round.endorsement[i].voter);
	return votes_certify(&c->votes, &tally);
}

enum err
hear_endorsement(struct consensus *c, struct effects *out, const struct endorsement *e)
{
	struct round *r = &c->round;
	uint32_t at = 0;
	enum err err = ERR_OK;

	if (e->slot != r->slot || !r->candidate || !hash_equal(&e->hash, &r->candidate->hash) ||
	    !hash_equal(&e->source, &r->candidate->hyper.header.source) || !votes_find(&c->votes, &e->voter))
		return ERR_OK;
	while (at < r->endorsements && compare_keys(&r->endorsement[at].voter, &e->voter) < 0)
		at++;
	if (at < r->endorsements && compare_keys(&r->endorsement[at].voter, &e->voter) == 0)
		return ERR_OK;
	if (!r->endorsement)
		r->endorsement = arena_alloc(&r->arena, c->votes.count, sizeof *r->endorsement);
	if (!r->endorsement)
		return ERR_NOMEM;
	memmove(r->endorsement + at + 1, r->endorsement + at, (r->endorsements - at) * sizeof *r->endorsement);
	r->endorsement[at] = *e;
	r->endorsements++;
	if (c->tip.slot != r->slot && certified(c))
		err = connect_candidate(c, out);
	if (err) {
		r->endorsements--;
		memmove(r->endorsement + at, r->endorsement + at + 1, (r->endorsements - at) * sizeof *r->endorsement);
	}
	return err;
}
