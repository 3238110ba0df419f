#include "node/authorities.h"

#include "ledger/authority.h"

static struct authority_set
set_of(uint32_t chain, const struct authority_state *s)
{
	return (struct authority_set){ .chain = chain, .hid = s->hid, .keys = s->in_force };
}

static bool
has(const struct event_executed *event, uint32_t chain)
{
	for (uint32_t i = 0; i < event->sets; i++) {
		if (event->set[i].chain == chain)
			return true;
	}
	return false;
}

/* A registration and a change of authorities name their chain as the result. */
static bool
names_chain(const struct execution *x)
{
	return x->outcome == OUTCOME_DONE && x->result != 0;
}

enum err
authorities_brought(struct event_executed *event, struct arena *arena, struct ledger_view *view,
    const struct lane_run *root)
{
	struct authority_set *set;
	size_t most = 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < root->count; i++)
		most += names_chain(&root->item[i]);
	set = arena_alloc(arena, most + 1, sizeof(*set));
	if (set == NULL)
		return ERR_NOMEM;
	event->set = set;
	for (uint32_t i = 0; e == ERR_OK && i < root->count; i++) {
		struct authority_state s;
		const struct execution *x = &root->item[i];
		if (!names_chain(x) || has(event, x->result))
			continue;
		e = authority_read(&s, view, x->result);
		if (e == ERR_OK && s.hid == event->hid)
			set[event->sets++] = set_of(x->result, &s);
		else if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e;
}

/* The newest generation that began at `executed` or before. */
static enum err
find(struct authority_state *out, struct ledger_view *view, uint32_t chain, uint64_t executed)
{
	enum err e = authority_read(out, view, chain);

	while (e == ERR_OK && out->hid > executed)
		e = out->generation == 0 ? ERR_NOT_FOUND
		                         : authority_read_generation(out, view, chain, out->generation - 1);
	return e;
}

enum err
authorities_at(struct authority_set *out, struct ledger_view *view, uint32_t chain, uint64_t executed)
{
	struct authority_state s;
	enum err e = find(&s, view, chain, executed);

	if (e == ERR_OK)
		*out = set_of(chain, &s);
	return e;
}

struct sets {
	struct arena *arena;
	struct authority_set *set;
	uint32_t count, room;
};

static enum err
add_set(struct sets *s, const struct authority_set *set)
{
	if (s->count == s->room) {
		uint32_t room = s->room == 0 ? 16 : 2 * s->room;
		struct authority_set *more = arena_alloc(s->arena, room, sizeof(*more));
		if (more == NULL)
			return ERR_NOMEM;
		for (uint32_t i = 0; i < s->count; i++)
			more[i] = s->set[i];
		s->set = more;
		s->room = room;
	}
	s->set[s->count++] = *set;
	return ERR_OK;
}

/* From the one in force at the tip on; all of them where the chain is not in force itself. */
static enum err
add_chain(struct sets *sets, struct ledger_view *view, uint32_t chain, uint64_t committed)
{
	struct authority_state now, from;
	enum err e = authority_read(&now, view, chain);

	if (e != ERR_OK)
		return e;
	e = find(&from, view, chain, committed);
	uint32_t first = e == ERR_OK ? from.generation : 0;
	e = e == ERR_NOT_FOUND ? ERR_OK : e;
	for (uint32_t g = first; e == ERR_OK && g <= now.generation; g++) {
		struct authority_state each;
		e = authority_read_generation(&each, view, chain, g);
		if (e == ERR_OK) {
			struct authority_set set = set_of(chain, &each);
			e = add_set(sets, &set);
		}
	}
	return e;
}

enum err
authorities_restore(struct consensus_snapshot *s, struct arena *arena, struct ledger_view *view)
{
	struct sets sets = { .arena = arena };
	uint64_t committed = s->lanes > 0 ? s->lane[0].committed.executed : 0;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < s->chains; i++) {
		if (s->chain[i].rule.kind == RULE_BFT)
			e = add_chain(&sets, view, s->chain[i].number, committed);
	}
	s->set = sets.set;
	s->sets = sets.count;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}
