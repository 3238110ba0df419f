#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consensus/agree.h"
#include "consensus/lanes.h"
#include "consensus/tables.h"
#include "node/authorities.h"
#include "node/audit_state.h"

/* How far back votes, sources and strikes reach. */
static uint64_t
kept(const struct audit *a)
{
	return 4 * (uint64_t)a->genesis.epoch + 1;
}

static struct node **
at(const struct audit *a, uint64_t hid)
{
	return &a->past[hid % kept(a)];
}

/* NULL: too old. */
static struct node *
node_of(const struct audit *a, uint64_t hid)
{
	struct node *node = *at(a, hid);
	return node != NULL && node->brief.hid == hid ? node : NULL;
}

static void
free_node(struct node *node)
{
	if (node == NULL)
		return;
	votes_release(node->after);
	free(node->ticket);
	free(node->struck);
	free(node);
}

static void
put_node(struct audit *a, struct node *node)
{
	uint64_t hid = node->brief.hid;
	free_node(*at(a, hid));
	*at(a, hid) = node;
	struct node *oldest = hid >= kept(a) ? node_of(a, hid - kept(a) + 1) : NULL;
	if (oldest != NULL)
		oldest->parent = NULL;
}

static struct votes *
votes_after(struct audit *a, struct node *node)
{
	return tables_after(node, a->founders, &a->genesis, 0);
}

enum err
audit_votes_begin(struct audit *a)
{
	struct votes founders;
	enum err e = votes_founders(&founders, &a->genesis);
	if (e != ERR_OK)
		return e;
	a->founders = votes_move(&founders);
	a->past = calloc(kept(a), sizeof(struct node *));
	struct node *node = calloc(1, sizeof(*node));
	if (a->founders == NULL || a->past == NULL || node == NULL) {
		free(node);
		return ERR_NOMEM;
	}
	node->brief.hash = node->source = a->genesis_hash;
	node->certified = true;
	put_node(a, node);
	return ERR_OK;
}

void
audit_votes_end(struct audit *a)
{
	for (uint64_t i = 0; a->past != NULL && i < kept(a); i++)
		free_node(a->past[i]);
	free(a->past);
	votes_release(a->founders);
}

/* --- certified and final --- */

/* para-protocol(7) VOTES: a certified block is final when a certified block of the next slot has it as its source. */
static void
make_final(struct audit *a, const struct node *node)
{
	const struct node *parent = node == NULL ? NULL : node->parent;
	if (parent != NULL && node->certified && parent->certified && hash_equal(&node->source, &parent->brief.hash) &&
	    node->brief.slot == parent->brief.slot + 1 && parent->brief.hid > a->final_hid)
		a->final_hid = parent->brief.hid;
}

static void
certify(struct audit *a, struct node *node)
{
	node->certified = true;
	make_final(a, node);
	make_final(a, node_of(a, node->brief.hid + 1));
}

static enum err
check_carried(struct audit *a, const char *place, const struct hyper *h, struct node *source)
{
	struct tally tally = { 0 };
	struct votes *votes = source->parent != NULL ? votes_after(a, source->parent) : NULL;
	if (votes == NULL)
		return source->parent != NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; i < h->endorsements; i++) {
		const struct endorsement *e = &h->endorsement[i];
		if (e->slot != source->brief.slot || !hash_equal(&e->source, &source->source))
			audit_say(a, place, "an endorsement is not of its source");
		if (votes_find(votes, &e->voter) != NULL)
			votes_add(votes, &tally, &e->voter);
	}
	if (!votes_certify(votes, &tally))
		audit_say(a, place, "its source is not certified");
	certify(a, source);
	return ERR_OK;
}

/*
 * para-protocol(7) HYPER BLOCK: The source of a block is its parent's source, and then it carries no endorsements, or a
 * later block of its past, at most W blocks before it, with endorsements that certify it.
 */
enum err
audit_source(struct audit *a, const char *place, const struct hyper *h)
{
	struct node *parent = node_of(a, a->last.hid), *source = parent;
	a->source_slot = parent->source_slot;
	if (hash_equal(&h->header.source, &parent->source)) {
		if (h->endorsements > 0)
			audit_say(a, place, "it carries endorsements of an old source");
		return ERR_OK;
	}
	while (source != NULL && !hash_equal(&h->header.source, &source->brief.hash))
		source = source->parent;
	if (source == NULL || source->brief.slot <= parent->source_slot ||
	    source->brief.hid + a->genesis.epoch < a->last.hid + 1) {
		audit_say(a, place, "its source is not a later block of its past");
		return ERR_OK;
	}
	a->source_slot = source->brief.slot;
	return check_carried(a, place, h, source);
}

/* --- accepted --- */

static bool
names(const struct cert_list *list, uint32_t block)
{
	return block == UINT32_MAX ? list->same_roots && list->same_parent : list->accepts[block / 8] >> block % 8 & 1;
}

static bool
is_accepted(const struct gate *gate, const struct cert *cert, uint32_t block)
{
	struct tally tally = { 0 };
	for (uint32_t i = 0; i < cert->lists; i++) {
		if (names(&cert->list[i], block))
			agree_count(gate, &tally, &cert->list[i].voter);
	}
	return block == UINT32_MAX ? agree_enough(gate, &tally) : agree_named(gate, &tally);
}

enum err
audit_authorities(struct audit *a, struct audit_chain *c, uint32_t chain, uint64_t executed)
{
	struct authority_set set;
	if (c->rule.kind != RULE_BFT)
		return ERR_OK;
	enum err e = authorities_at(&set, &a->memory.view, chain, executed);
	if (e == ERR_OK)
		c->authorities = set.keys;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
audit_accepted(struct audit *a, const char *place, const struct cert *cert, const struct audit_chain *c,
    uint64_t slot, bool roots)
{
	uint32_t n = cert->core.blocks;
	struct votes *votes = votes_after(a, node_of(a, a->last.hid));
	struct vote *vote = calloc(n + (size_t)1, sizeof(*vote));
	struct lane_entry lane = { .info.unwitnessed = c->unwitnessed, .info.rule = c->rule,
		.state.lane = cert->core.lane };
	struct gate gate;
	if (votes == NULL || vote == NULL) {
		free(vote);
		return ERR_NOMEM;
	}
	for (uint32_t i = 0; i < n; i++) {
		vote[i] = (struct vote){ seal_id(&cert->head[i]), cert->head[i].core.voter, 1 };
		if (votes->solo && votes_find(votes, &vote[i].voter) == NULL)
			audit_say(a, place, "a seal's voter has no vote");
	}
	enum err e = agree_gate(&gate, votes, &lane, slot > a->last.slot ? slot - a->last.slot - 1 : 0, vote, n);
	free(vote);
	if (e != ERR_OK)
		return e;
	agree_authorities(&gate, &lane, &c->authorities);
	for (uint32_t i = 0; i < n; i++) {
		if (!is_accepted(&gate, cert, i))
			audit_say(a, place, "seal %u of lane %u is not accepted", i, cert->core.lane.chain);
	}
	if (roots && !is_accepted(&gate, cert, UINT32_MAX))
		audit_say(a, place, "the roots of lane %u are not accepted", cert->core.lane.chain);
	agree_close(&gate);
	return ERR_OK;
}

/* para-protocol(7) EVIDENCE: It names only keys that hold votes. */
enum err
audit_voters(struct audit *a, const char *place, const struct hyper *h)
{
	struct votes *votes = votes_after(a, node_of(a, a->last.hid));
	bool seals = false;
	if (votes == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < h->evidences; i++) {
		if (votes_find(votes, &h->evidence[i].voter) == NULL)
			audit_say(a, place, "it carries evidence against a key without a vote");
	}
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks; k++)
			seals |= memcmp(&h->cert[i].head[k].core.voter, &h->header.assembler, sizeof(struct pubkey)) == 0;
	}
	if (!seals)
		audit_say(a, place, "no seal in it is its assembler's");
	return ERR_OK;
}

/* --- one block on --- */

static uint32_t
fill(struct node *node, const struct hyper *h)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks && n < h->header.seals; k++) {
			const struct seal_head *head = &h->cert[i].head[k];
			node->ticket[n++] = (struct ticket){ seal_id(head), head->core.voter, head->core.difficulty };
		}
	}
	for (uint32_t i = 0; i < h->evidences; i++)
		node->struck[node->strucks++] = h->evidence[i].voter;
	return n;
}

enum err
audit_votes_advance(struct audit *a, const struct hyper *h)
{
	struct node *node = calloc(1, sizeof(*node)), *parent = node_of(a, a->last.hid - 1);
	if (node == NULL)
		return ERR_NOMEM;
	node->ticket = calloc(h->header.seals + (size_t)1, sizeof(*node->ticket));
	node->struck = calloc(h->evidences + (size_t)1, sizeof(*node->struck));
	if (node->ticket == NULL || node->struck == NULL) {
		free_node(node);
		return ERR_NOMEM;
	}
	node->parent = parent;
	node->brief = a->last;
	node->brief.seals = fill(node, h);
	node->source = h->header.source;
	node->source_slot = a->source_slot;
	/* Shared by the blocks of an epoch. */
	if (votes_after(a, parent) == NULL) {
		free_node(node);
		return ERR_NOMEM;
	}
	put_node(a, node);
	return ERR_OK;
}

/* --- what is kept with blocks that are not final --- */

static enum err
check_kept(struct audit *a, uint32_t *rows, struct node *node)
{
	struct arena arena = { 0 };
	struct endorsement *each;
	struct tally tally = { 0 };
	struct votes *votes = votes_after(a, node->parent);
	uint32_t n;
	char place[32];
	snprintf(place, sizeof(place), "%" PRIu64, node->brief.hid);
	enum err e = votes == NULL ? ERR_NOMEM : store_get_endorsements(a->t, &each, &n, &arena, node->brief.hid);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		if (endorse_check(&each[i]) == ERR_OK && each[i].slot == node->brief.slot &&
		    hash_equal(&each[i].hash, &node->brief.hash) && votes_find(votes, &each[i].voter) != NULL)
			votes_add(votes, &tally, &each[i].voter);
	}
	arena_free(&arena);
	if (e != ERR_OK || n == 0)
		return e;
	++*rows;
	if (votes_certify(votes, &tally))
		certify(a, node);
	else
		audit_say(a, place, "its endorsements do not certify it");
	return ERR_OK;
}

enum err
audit_certified(struct audit *a, uint32_t *rows)
{
	enum err e = ERR_OK;
	*rows = 0;
	for (uint64_t hid = a->tip.final_hid + 1; e == ERR_OK && hid <= a->last.hid; hid++) {
		struct node *node = node_of(a, hid);
		if (node != NULL && node->parent != NULL)
			e = check_kept(a, rows, node);
	}
	if (e == ERR_OK && a->genesis.solo && !node_of(a, a->last.hid)->certified)
		audit_say(a, "meta", "the tip is not certified");
	return e;
}
