#include <stdlib.h>
#include <string.h>

#include "consensus/agree.h"
#include "consensus/core.h"
#include "consensus/difficulty.h"

/* --- source and evidence --- */

/* The endorsements that the block carries certify its source. */
static enum err
check_carried(struct consensus *c, const struct hyper *h, struct node *source)
{
	bool yes;
	enum err err;

	if (c->without & DEFENCE_CARRIED)
		return ERR_OK;
	for (uint32_t i = 0; i < h->endorsements; i++) {
		const struct endorsement *e = &h->endorsement[i];
		if (e->slot != source->brief.slot || !hash_equal(&e->source, &source->source))
			return ERR_CERTIFICATE;
	}
	err = hear_certifies(&yes, c, source, h->endorsement, h->endorsements);
	return err ? err : yes ? ERR_OK : ERR_CERTIFICATE;
}

/*
 * para-protocol(7) HYPER BLOCK: The source of a block is its parent's source, and then it carries no endorsements, or a
 * later block of its past, at most W blocks before it, with endorsements that certify it.
 */
static enum err
check_source(struct consensus *c, struct node *node)
{
	const struct hyper_header *h = &node->hyper.header;
	struct node *source = node->parent;
	enum err e;

	if (hash_equal(&h->source, &node->parent->source)) {
		node->source_slot = node->parent->source_slot;
		return node->hyper.endorsements ? ERR_CERTIFICATE : ERR_OK;
	}
	while (source && !hash_equal(&h->source, &source->brief.hash))
		source = source->parent;
	if (!source || source->brief.slot <= node->parent->source_slot ||
	    source->brief.hid + c->genesis->epoch < h->hid)
		return ERR_CERTIFICATE;
	e = check_carried(c, &node->hyper, source);
	if (e)
		return e;
	node->source_slot = source->brief.slot;
	for (uint32_t i = 0; i < node->hyper.endorsements; i++) {
		bool added;
		if (tree_endorse(&added, source, &node->hyper.endorsement[i]) != ERR_OK)
			return ERR_NOMEM;
	}
	source->certified = true;
	return ERR_OK;
}

static enum err
check_evidence(const struct hyper *h, const struct votes *votes)
{
	for (uint32_t i = 0; i < h->evidences; i++) {
		/* para-protocol(7) EVIDENCE: It names only keys that hold votes. */
		if (!votes_find(votes, &h->evidence[i].voter))
			return ERR_VOTER;
	}
	return ERR_OK;
}

static enum err
check_header(const struct consensus *c, const struct node *node)
{
	const struct hyper_header *h = &node->hyper.header;

	if (memcmp(&h->network, &c->network, sizeof h->network) != 0)
		return ERR_NETWORK;
	if (h->hid != node->parent->brief.hid + 1 || h->slot <= node->parent->brief.slot)
		return ERR_PARENT;
	if (!hash_equal(&h->rules, &c->rules))
		return ERR_SCRIPT;
	if (h->time_ms != genesis_slot_start(c->genesis, h->slot))
		return ERR_SLOT;
	return h->seals <= difficulty_bound(c->genesis, node->parent->lanes_in_use) ? ERR_OK : ERR_SEALS_FULL;
}

/* --- one certificate --- */

static enum err
check_head(const struct consensus *c, const struct node *node, const struct lane_entry *lane,
    const struct seal_core *seal, const struct hash *id, const struct votes *votes)
{
	enum err e;
	uint64_t d = difficulty_slot(c->genesis, node->parent->difficulty, node->parent->brief.slot, node->brief.slot);

	if (seal->difficulty != d)
		return ERR_DIFFICULTY;
	if (!hash_equal(&seal->script, &lane->info.spec_hash))
		return ERR_SCRIPT;
	if (votes->solo && !votes_find(votes, &seal->voter))
		return ERR_VOTER;
	e = verdict_head(c, node->parent, lane, seal, id);
	return e ? e : seal->bytes > c->genesis->seal_bytes ? ERR_TOO_LONG : ERR_OK;
}

static void
tally_lists(struct tally *out, const struct gate *gate, const struct cert *cert, uint32_t seal)
{
	*out = (struct tally){ 0 };
	for (uint32_t i = 0; i < cert->lists; i++) {
		const struct cert_list *list = &cert->list[i];
		if (seal == UINT32_MAX ? list->same_roots && list->same_parent : list->accepts[seal / 8] >> seal % 8 & 1)
			agree_count(gate, out, &list->voter);
	}
}

/* Every seal is accepted, and the roots are, if they change. */
static enum err
check_accepted(const struct gate *gate, const struct cert *cert, const struct lane_state *old)
{
	const struct roots *roots = &cert->core.roots;
	struct tally tally;

	for (uint32_t i = 1; i < cert->lists; i++) {
		if (memcmp(&cert->list[i - 1].voter, &cert->list[i].voter, sizeof cert->list[i].voter) >= 0)
			return ERR_ORDER;
	}
	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		tally_lists(&tally, gate, cert, i);
		if (!agree_named(gate, &tally))
			return ERR_VOTES;
	}
	if (roots->executed == old->committed.executed && lanes_same_roots(roots, &old->committed))
		return ERR_OK;
	tally_lists(&tally, gate, cert, UINT32_MAX);
	return agree_enough(gate, &tally) ? ERR_OK : ERR_VOTES;
}

static enum err
check_gate(const struct consensus *c, const struct node *node, const struct cert *cert, const struct lane_entry *lane,
    const struct lane_state *old, const struct votes *votes, uint32_t first)
{
	uint32_t n = cert->core.blocks;
	struct vote *vote = calloc(n + (size_t)1, sizeof *vote);
	struct gate gate;
	enum err e;

	if (!vote)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++)
		vote[i] = (struct vote){ .id = node->ticket[first + i].id, .voter = node->ticket[first + i].voter,
			.weight = 1 };
	e = agree_gate(&gate, votes, lane, node->brief.slot - node->parent->brief.slot - 1, vote, n);
	free(vote);
	if (e)
		return e;
	agree_authorities(&gate, lane, branch_authorities(c, node->parent, lane));
	e = check_accepted(&gate, cert, old);
	agree_close(&gate);
	return e;
}

static enum err
check_roots(const struct node *node, const struct cert *cert, const struct lane_state *old)
{
	const struct roots *roots = &cert->core.roots;

	/* para-protocol(7) VOTES: the executed HID of a lane never falls */
	if (roots->executed < old->committed.executed || roots->executed > node->parent->brief.hid)
		return ERR_CERTIFICATE;
	return cert->core.blocks || !lanes_same_roots(roots, &old->committed) ? ERR_OK : ERR_COUNT;
}

/* What the certificate makes of its lane. */
static enum err
apply_cert(struct lane_state *after, const struct node *node, const struct cert *cert, const struct lane_state *old)
{
	struct arena scratch = { 0 };
	struct block *made;
	struct hash *hash;
	enum err e = cert_blocks(&made, &hash, &scratch, cert, old->tip_lid, &old->tip);

	arena_free(&scratch);
	if (e)
		return e;
	if (cert->core.blocks == 0 && (cert->core.tip_lid != old->tip_lid || !hash_equal(&cert->core.tip, &old->tip)))
		return ERR_LINK;
	*after = *old;
	after->tip = cert->core.tip;
	after->tip_lid = cert->core.tip_lid;
	after->committed = cert->core.roots;
	if (cert->core.payloads || !lanes_same_roots(&cert->core.roots, &old->committed))
		after->busy_hid = node->brief.hid;
	return ERR_OK;
}

/* para-protocol(7) LAYER 2: A block holds one seal of a ticket. */
static enum err
check_tickets(const struct cert *cert, const struct lane_entry *lane)
{
	for (uint32_t i = 0; lane->info.rule.kind == RULE_POS && i < cert->core.blocks; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (rule_excludes(&lane->info.rule, &cert->head[i].core, &cert->head[k].core))
				return ERR_DUPLICATE;
		}
	}
	return ERR_OK;
}

static enum err
check_cert(struct consensus *c, struct node *node, uint32_t at, uint32_t first, const struct votes *votes)
{
	const struct cert *cert = &node->hyper.cert[at];
	struct lane_entry *lane = lanes_find(&c->lanes, cert->core.lane.chain);
	const struct lane_state *old;
	enum err e = ERR_OK;

	if (!lane || !branch_in_force(c, node->parent, lane) || lane_compare(&lane->state.lane, &cert->core.lane) != 0)
		return ERR_LANE;
	old = branch_lane(node->parent, c->tree.base, lane);
	for (uint32_t i = 0; e == ERR_OK && i < cert->core.blocks; i++)
		e = check_head(c, node, lane, &cert->head[i].core, &node->ticket[first + i].id, votes);
	if (e == ERR_OK)
		e = check_tickets(cert, lane);
	if (e == ERR_OK)
		e = check_roots(node, cert, old);
	if (e == ERR_OK)
		e = check_gate(c, node, cert, lane, old, votes, first);
	if (e == ERR_OK)
		e = apply_cert(&node->state_after[at], node, cert, old);
	node->lane[at] = lane;
	node->loaded[at] = cert->core.payloads > 0;
	return e;
}

static enum err
check_certs(struct consensus *c, struct node *node, const struct votes *votes)
{
	uint32_t lanes = node->hyper.header.lanes, first = 0;
	enum err e = ERR_OK;

	node->lane = calloc(lanes + (size_t)1, sizeof(struct lane_entry *));
	node->state_after = calloc(lanes + (size_t)1, sizeof *node->state_after);
	node->loaded = calloc(lanes + (size_t)1, sizeof *node->loaded);
	if (!node->lane || !node->state_after || !node->loaded)
		return ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < lanes; i++) {
		e = check_cert(c, node, i, first, votes);
		first += node->hyper.cert[i].core.blocks;
	}
	return e;
}

/* --- what follows from all of them --- */

static enum err
check_map(const struct consensus *c, const struct node *node)
{
	const struct lane_state *root = branch_lane(node, c->tree.base, c->lanes.item[0]);
	struct hash map;
	enum err e;

	/* A chain that the block itself puts in force must be known by name. */
	if (!branch_known(c, node))
		return ERR_BUSY;
	e = lanes_map_root(&map, &c->lanes, root->committed.executed);
	if (e)
		return e;
	return hash_equal(&map, &node->hyper.header.map_root) ? ERR_OK : ERR_MERKLE;
}

static void
count_lanes(const struct consensus *c, struct node *node)
{
	node->lanes_in_use = 0;
	for (uint32_t i = 0; i < c->lanes.count; i++) {
		uint64_t busy = branch_lane(node, c->tree.base, c->lanes.item[i])->busy_hid;
		node->lanes_in_use += busy > 0 && busy + c->genesis->epoch > node->brief.hid;
	}
}

/* para-protocol(7) DIFFICULTY: every Q blocks d moves by n/n*, where n counts seals per slot, empty ones as 0. */
static void
move_difficulty(const struct consensus *c, struct node *node)
{
	uint32_t q = c->genesis->retarget;
	const struct node *first = node;
	uint64_t seals = 0;

	node->difficulty = node->parent->difficulty;
	if (node->brief.hid % q != 0)
		return;
	for (uint32_t i = 0; first && i < q; i++, first = first->parent)
		seals += first->brief.seals;
	node->difficulty = difficulty_retarget(c->genesis, node->difficulty, seals,
	    node->brief.slot - (first ? first->brief.slot : 0), node->lanes_in_use);
}

enum err
judge_node(struct consensus *c, struct node *node)
{
	struct votes *votes;
	enum err e;

	if (node->parent->state != NODE_VALID)
		return node->parent->state == NODE_BAD ? ERR_PARENT : ERR_BUSY;
	if (!branch_known(c, node->parent))
		return ERR_BUSY;
	votes = tables_after(node->parent, c->founders, c->genesis, c->without);
	if (!votes)
		return ERR_NOMEM;
	e = check_header(c, node);
	if (e == ERR_OK)
		e = check_source(c, node);
	if (e == ERR_OK)
		e = check_evidence(&node->hyper, votes);
	if (e == ERR_OK)
		e = check_certs(c, node, votes);
	if (e == ERR_OK)
		e = check_map(c, node);
	if (e) {
		tree_forget(node);
		return e;
	}
	count_lanes(c, node);
	move_difficulty(c, node);
	return ERR_OK;
}
