#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "consensus/difficulty.h"
#include "node/audit_state.h"

bool
audit_in_force(const struct audit_chain *c, uint64_t executed)
{
	return c->registered <= executed;
}

static uint64_t
committed(const struct audit *a)
{
	return a->chain[0].state.committed.executed;
}

static void
check_header(struct audit *a, const char *place, const struct hyper_header *h)
{
	if (memcmp(h->network.b, a->network.b, sizeof(h->network.b)) != 0)
		audit_say(a, place, "another network's");
	if (h->hid != a->last.hid + 1)
		audit_say(a, place, "its header says HID %" PRIu64, h->hid);
	if (!hash_equal(&h->prev, &a->last.hash))
		audit_say(a, place, "does not link to the block before it");
	if (h->slot <= a->last.slot)
		audit_say(a, place, "slot %" PRIu64 " does not follow slot %" PRIu64, h->slot, a->last.slot);
	if (h->time_ms != genesis_slot_start(&a->genesis, h->slot))
		audit_say(a, place, "its time is not its slot's");
	if (!hash_equal(&h->rules, &a->rules))
		audit_say(a, place, "its rules are not this network's");
	if (h->seals > difficulty_bound(&a->genesis, a->lanes_in_use))
		audit_say(a, place, "%u seals are too many", h->seals);
}

static void
check_head(struct audit *a, const char *place, const struct seal_head *head, const struct audit_chain *c,
    uint64_t slot)
{
	const struct seal_core *core = &head->core;
	const struct rule_facts facts = { .authorities = &c->authorities };
	struct hash id = seal_id(head);
	uint64_t d = difficulty_slot(&a->genesis, a->difficulty, a->last.slot, slot);
	if (core->difficulty != d)
		audit_say(a, place, "a seal's difficulty is %" PRIu64 ", not %" PRIu64, core->difficulty, d);
	if (!hash_equal(&core->script, &c->spec_hash))
		audit_say(a, place, "a seal's script is not its chain's spec");
	if (core->bytes > a->genesis.seal_bytes)
		audit_say(a, place, "a seal holds %u bytes", core->bytes);
	enum err e = rule_seal(&c->rule, &facts, core, &id);
	if (e != ERR_OK)
		audit_say(a, place, "a seal breaks its chain's rule: %s", err_text(e));
}

static bool
same_roots(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && hash_equal(&a->state, &b->state) && hash_equal(&a->outbox, &b->outbox);
}

/* The roots of a certificate are those that stood, or what the replay gave. */
static void
check_roots(struct audit *a, const char *place, const struct cert *cert, const struct audit_chain *c)
{
	const struct roots *roots = &cert->core.roots;
	if (same_roots(roots, &c->state.committed))
		return;
	if (roots->executed < c->state.committed.executed || roots->executed > a->last.hid) {
		audit_say(a, place, "lane %u commits hyper %" PRIu64, cert->core.lane.chain, roots->executed);
		return;
	}
	if (a->base > 0 && c->stateful && c->first_executed == 0)
		return;
	/* Older ones were replayed and forgotten, only a node that fell far behind commits them; later ones are not yet. */
	if (!c->unfollowed && roots->executed <= a->executed && roots->executed + AUDIT_ROOTS > a->last.hid && roots->executed >= c->first_executed &&
	    !same_roots(roots, &c->root[roots->executed % AUDIT_ROOTS]))
		audit_say(a, place, "the roots of lane %u are not what execution gives", cert->core.lane.chain);
}

static enum err
check_cert(struct audit *a, struct arena *arena, const char *place, const struct cert *cert, const struct hyper *h)
{
	const struct lane *lane = &cert->core.lane;
	if (lane->depth != 0 || lane->chain >= a->chains || !audit_in_force(&a->chain[lane->chain], committed(a))) {
		audit_say(a, place, "lane %u is not in force", lane->chain);
		return ERR_OK;
	}
	struct audit_chain *c = &a->chain[lane->chain];
	enum err e = audit_authorities(a, c, lane->chain, committed(a));
	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; c->rule.kind == RULE_POS && i < cert->core.blocks; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (rule_excludes(&c->rule, &cert->head[i].core, &cert->head[k].core))
				audit_say(a, place, "two seals of lane %u have one ticket", lane->chain);
		}
	}
	for (uint32_t i = 0; i < cert->core.blocks; i++)
		check_head(a, place, &cert->head[i], c, h->header.slot);
	e = audit_accepted(a, place, cert, c, h->header.slot,
	    !same_roots(&cert->core.roots, &c->state.committed));
	if (e != ERR_OK)
		return e;
	check_roots(a, place, cert, c);
	return audit_blocks(a, arena, cert, h->header.hid);
}

static enum err
check_map(struct audit *a, const char *place, const struct hyper *h)
{
	uint64_t executed = committed(a);
	uint32_t n = 0;
	struct arena arena = { 0 };
	struct lane *lane = arena_alloc(&arena, a->chains + (size_t)1, sizeof(*lane));
	if (lane == NULL)
		return ERR_NOMEM;
	if (h->header.lanes > 0 && h->cert[0].core.lane.chain == 0)
		executed = h->cert[0].core.roots.executed;
	for (uint32_t i = 0; i < a->chains; i++) {
		if (audit_in_force(&a->chain[i], executed))
			lane[n++] = (struct lane){ .chain = i };
	}
	struct hash root = hyper_map_root(lane, n);
	arena_free(&arena);
	if (!hash_equal(&root, &h->header.map_root))
		audit_say(a, place, "its shard map is not what chain 0 has committed");
	return ERR_OK;
}

enum err
audit_hyper(struct audit *a, struct arena *arena, const struct hyper *h, const struct hash *hash)
{
	char place[32];
	struct hash self = hyper_hash(&h->header);
	snprintf(place, sizeof(place), "%" PRIu64, a->last.hid + 1);
	if (!hash_equal(&self, hash))
		audit_say(a, place, "is stored under another hash");
	enum err e = hyper_check(h);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK)
		audit_say(a, place, "%s", err_text(e));
	check_header(a, place, &h->header);
	e = audit_source(a, place, h);
	if (e == ERR_OK)
		e = audit_voters(a, place, h);
	if (e == ERR_OK)
		e = check_map(a, place, h);
	for (uint32_t i = 0; e == ERR_OK && i < h->header.lanes; i++)
		e = check_cert(a, arena, place, &h->cert[i], h);
	return e;
}

static uint32_t
count_in_use(const struct audit *a, uint64_t hid)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < a->chains; i++) {
		uint64_t busy = a->chain[i].state.busy_hid;
		n += busy > 0 && busy + a->genesis.epoch > hid;
	}
	return n;
}

static void
advance_lane(struct audit *a, const struct cert *cert, uint64_t hid)
{
	const struct cert_core *core = &cert->core;
	if (core->lane.chain >= a->chains)
		return;
	struct lane_state *s = &a->chain[core->lane.chain].state;
	bool moved = !hash_equal(&core->roots.state, &s->committed.state) ||
		!hash_equal(&core->roots.outbox, &s->committed.outbox);
	if (core->payloads > 0 || moved)
		s->busy_hid = hid;
	s->tip = core->tip;
	s->tip_lid = core->tip_lid;
	s->committed = core->roots;
	audit_base_see(a, &a->chain[core->lane.chain]);
}

static struct hyper_brief *
recent(const struct audit *a, uint64_t hid)
{
	return &a->recent[hid % (a->genesis.retarget + (uint64_t)1)];
}

static void
retarget(struct audit *a)
{
	uint32_t q = a->genesis.retarget;
	uint64_t seals = 0, first = a->last.hid - q;
	if (a->last.hid % q != 0)
		return;
	for (uint64_t hid = first + 1; hid <= a->last.hid; hid++)
		seals += recent(a, hid)->seals;
	a->difficulty = difficulty_retarget(&a->genesis, a->difficulty, seals,
	    a->last.slot - (first > 0 ? recent(a, first)->slot : 0), a->lanes_in_use);
}

enum err
audit_advance(struct audit *a, const struct hyper *h, const struct hash *hash)
{
	uint64_t hid = a->last.hid + 1;
	for (uint32_t i = 0; i < h->header.lanes; i++)
		advance_lane(a, &h->cert[i], hid);
	a->last = (struct hyper_brief){ .hid = hid, .slot = h->header.slot, .hash = *hash, .seals = h->header.seals,
		.difficulty = h->header.difficulty };
	*recent(a, hid) = a->last;
	a->lanes_in_use = count_in_use(a, hid);
	retarget(a);
	return audit_votes_advance(a, h);
}
