/*
 * The hostile ones. Each runs an honest core and lies with what that wants to send. They know everything: what a host's
 * core holds is looked up there. They spend no more than their share of all work, in every epoch of their branch.
 */
#include <stdlib.h>
#include <string.h>

#include "chain/evidence.h"
#include "consensus/core.h"
#include "room.h"
#include "world.h"

enum { OLD_MOST = 256, FLOOD = 70 };

/* --- who, and how much work they may spend --- */

static uint32_t
ways(struct world *w)
{
	static const uint32_t mixes[] = { HOSTILE_SILENT, HOSTILE_TWO_FACED, HOSTILE_WITHHOLD, HOSTILE_LIAR, HOSTILE_SPAM,
		HOSTILE_REPLAY | HOSTILE_GARBAGE, HOSTILE_TWO_FACED | HOSTILE_WITHHOLD, HOSTILE_PATIENT, HOSTILE_FALSE_SOURCE,
		HOSTILE_LIAR | HOSTILE_REPLAY | HOSTILE_GARBAGE | HOSTILE_SPAM };

	if (w->o.hostile != UINT32_MAX)
		return w->o.hostile;
	return mixes[chance_below(&w->malice, sizeof mixes / sizeof mixes[0])] | (w->with_rules ? HOSTILE_LAWLESS : 0);
}

/* Founders up to their share; now and then a key more that has no vote until its work gives it one. */
void
hostile_open(struct world *w)
{
	uint32_t n = w->hosts * w->o.hostile_share / 1000, i = w->hosts;
	bool sybil = w->hosts > 6 && n && chance_below(&w->malice, 4) == 0;

	if (w->o.calm && w->o.hostile == UINT32_MAX)
		return;
	if (w->o.hostile == UINT32_MAX && chance_below(&w->malice, 3) == 0)
		return;
	for (; n && i; n--)
		w->host[--i].hostile = ways(w);
	if (sybil) {
		w->host[--i].hostile = ways(w);
		w->host[i].founder = false;
	}
}

static bool
is_hostile(const struct world *w, const struct pubkey *name)
{
	uint32_t who = wire_find(w, name);

	return who < w->hosts && w->host[who].hostile;
}

static void
weigh(const struct world *w, const struct disk *d, uint64_t *hostile, uint64_t *honest)
{
	uint64_t hid = (d->tip + 1) / w->genesis.epoch * w->genesis.epoch;

	for (hid = hid ? hid : 1; hid <= d->tip; hid++) {
		for (uint32_t i = 0; i < d->block[hid].blocks; i++) {
			const struct seal_core *core = &d->block[hid].block[i].block.head.core;
			*(is_hostile(w, &core->voter) ? hostile : honest) += core->difficulty;
		}
	}
}

bool
hostile_may_mine(struct world *w, uint32_t who, const struct seal_core *core)
{
	const struct disk *d = &w->host[who].disk;
	uint64_t hostile = core->difficulty, honest = 0;

	if (!hash_equal(&core->prev_hyper, &d->block[d->tip].brief.hash))
		return false;
	if (w->spent_slot != core->slot) {
		w->spent_slot = core->slot;
		w->spent = 0;
	}
	weigh(w, d, &hostile, &honest);
	if ((hostile + w->spent) * 1000 > w->o.hostile_share * (hostile + w->spent + honest))
		return false;
	w->spent += core->difficulty;
	return true;
}

/* --- other faces of an object --- */

/* The candidate of the slot that this host is about to endorse. */
static const struct node *
favourite(const struct world *w, uint32_t who, uint64_t slot)
{
	const struct consensus *c = w->host[who].core;
	const struct node *best = NULL;

	for (size_t i = 0; c && i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		if (node->brief.slot == slot && node->state == NODE_VALID &&
		    (!best || hash_compare(&node->rank, &best->rank) < 0))
			best = node;
	}
	return best;
}

static struct letter *
write_endorsement(struct world *w, uint32_t who, const struct endorsement *like, const struct hash *hash,
    const struct hash *source)
{
	struct endorsement e = *like;
	struct buf raw = { 0 };
	struct letter *l;

	e.hash = *hash;
	e.source = *source;
	endorse_sign(&e, w->host[who].key);
	endorse_put(&raw, &e);
	l = letter_write(&w->desk, bytes_of(&raw));
	buf_free(&raw);
	return l;
}

/* To each what it wants to hear. */
static struct letter *
other_endorsement(struct world *w, uint32_t who, uint32_t to, const struct letter *l)
{
	const struct node *node = favourite(w, to, l->endorsement.slot);
	struct hash nothing = { { 1 } };

	if (node)
		return write_endorsement(w, who, &l->endorsement, &node->brief.hash, &node->source);
	return write_endorsement(w, who, &l->endorsement, &nothing, &l->endorsement.source);
}

/* With another root; or, unless it is roots alone that are to be false, without a seal. */
static struct letter *
other_list(struct world *w, uint32_t who, const struct letter *l, bool roots)
{
	struct list list = l->list;
	struct list_entry *entry = room_new(list.count, sizeof *entry);
	struct buf raw = { 0 };
	struct letter *out;

	memcpy(entry, list.entry, list.count * sizeof *entry);
	for (uint32_t i = 0; i < list.count; i++) {
		if (entry[i].count && !roots)
			entry[i].count--;
		else
			entry[i].roots.state.b[0] ^= 1;
	}
	list.entry = entry;
	list_sign(&list, w->host[who].key);
	list_put(&raw, &list);
	out = letter_write(&w->desk, bytes_of(&raw));
	buf_free(&raw);
	free(entry);
	return out;
}

static struct letter *
write_hyper(struct world *w, uint32_t who, struct hyper *h)
{
	struct hash hash = hyper_hash(&h->header);
	struct buf raw = { 0 };
	struct letter *l;

	h->auth = sign_make(w->host[who].key, &hash);
	hyper_put(&raw, h);
	l = letter_write(&w->desk, bytes_of(&raw));
	buf_free(&raw);
	return l;
}

/* Without its last lane. */
static struct letter *
other_candidate(struct world *w, uint32_t who, const struct letter *l)
{
	struct hyper h = l->hyper;
	const struct cert *last = &h.cert[h.header.lanes - 1];

	if (h.header.lanes < 2)
		return NULL;
	h.header.lanes--;
	h.header.seals -= last->core.blocks;
	h.header.difficulty = (struct u128){ 0 };
	for (uint32_t i = 0; i < h.header.lanes; i++) {
		for (uint32_t k = 0; k < h.cert[i].core.blocks; k++)
			h.header.difficulty = u128_add(h.header.difficulty, h.cert[i].head[k].core.difficulty);
	}
	hyper_certs_root(&h.header.certs_root, h.cert, h.header.lanes);
	return write_hyper(w, who, &h);
}

/* Claims that its parent is certified, and brings nothing to show it. */
static struct letter *
false_source(struct world *w, uint32_t who, const struct letter *l)
{
	struct hyper h = l->hyper;

	h.header.source = h.header.prev;
	h.endorsements = 0;
	h.header.endorsements_root = hyper_endorsements_root(NULL, 0);
	return write_hyper(w, who, &h);
}

/* --- when to send what --- */

static bool
speaks_for_itself(const struct host *h, const struct letter *l)
{
	const struct pubkey *of = l->type == OBJECT_LIST ? &l->list.voter : l->type == OBJECT_ENDORSEMENT ?
	    &l->endorsement.voter : l->type == OBJECT_HYPER ? &l->hyper.header.assembler : l->type == OBJECT_SEAL ?
	    &l->seal.head.core.voter : NULL;

	return l->verdict == ERR_OK && of && memcmp(of, &h->name, sizeof *of) == 0;
}

/* Half of the others, by chance: a new half in every slot. */
static bool
other_half(const struct world *w, uint32_t to)
{
	struct chance c = { w->o.seed ^ world_slot(w) * 977 };

	return chance_next(&c) >> to % 64 & 1;
}

/* The last moment at which a thing of this kind is still of use, in ms of the slot. */
static uint64_t
last_moment(const struct world *w, const struct letter *l)
{
	const struct phases *p = &w->genesis.phases;
	uint64_t part = l->type == OBJECT_SEAL ? p->list : l->type == OBJECT_LIST ? p->candidate : l->type == OBJECT_HYPER ?
	    p->eligible : 1200;
	uint64_t at = world_slot_ms(world_slot(w)) + part * PERIOD / 1000 - 2 * w->weather.delay_ms;

	return at > w->now_ms ? at - w->now_ms : 0;
}

static void
flood(struct world *w, uint32_t who, uint32_t to, const struct letter *l)
{
	struct hyper h = l->hyper;

	for (uint32_t i = 0; i < FLOOD; i++) {
		struct letter *junk;
		h.header.rules.b[0] = (uint8_t)i;
		junk = write_hyper(w, who, &h);
		wire_post(w, who, to, junk, 0);
		letter_drop(junk);
	}
}

static void
post_and_drop(struct world *w, uint32_t from, uint32_t to, struct letter *l, uint64_t extra_ms)
{
	if (l)
		wire_post(w, from, to, l, extra_ms);
	letter_drop(l);
}

static bool
two_faced(struct world *w, uint32_t who, uint32_t to, struct letter *l, uint64_t extra_ms)
{
	struct letter *other = NULL;

	if (l->type == OBJECT_ENDORSEMENT)
		other = other_endorsement(w, who, to, l);
	else if (l->type == OBJECT_LIST && other_half(w, to))
		other = other_list(w, who, l, false);
	else if (l->type == OBJECT_HYPER && other_half(w, to))
		other = other_candidate(w, who, l);
	if (!other)
		return false;
	post_and_drop(w, who, to, other, extra_ms);
	return true;
}

/* Is there a cut, for long enough, in which either side may certify, the hostile on both? */
static bool
promising(const struct world *w, uint64_t slot)
{
	uint32_t sides[2] = { 0 }, of = w->o.without & DEFENCE_QUORUM ? w->hosts * 3 / 2 : w->hosts * 2;

	for (uint32_t i = 0; i < w->hosts; i++) {
		sides[0] += w->host[i].hostile || (w->host[i].core && (w->plague.sides >> i % 64 & 1));
		sides[1] += w->host[i].hostile || (w->host[i].core && !(w->plague.sides >> i % 64 & 1));
	}
	return w->plague.cut_until > slot && 3 * sides[0] > of && 3 * sides[1] > of;
}

/* Endorses twice only when that may make two finals; in other cuts it certifies late, for a few who are cut off next. */
static bool
patient(struct world *w, uint32_t who, uint32_t to, struct letter *l)
{
	/* Each side is to choose among its own. */
	if (l->type == OBJECT_HYPER && promising(w, l->hyper.header.slot))
		return true;
	if (l->type != OBJECT_ENDORSEMENT || w->plague.cut_until == 0)
		return false;
	if (promising(w, l->endorsement.slot))
		post_and_drop(w, who, to, other_endorsement(w, who, to, l), 0);
	else if (other_half(w, to))
		wire_post(w, who, to, l, PERIOD / 8);
	return true;
}

static bool
send_own(struct world *w, uint32_t who, uint32_t to, struct letter *l)
{
	uint32_t way = w->host[who].hostile;
	uint64_t extra_ms = way & HOSTILE_WITHHOLD ? last_moment(w, l) : 0;

	if ((way & HOSTILE_SPAM) && l->type == OBJECT_HYPER && world_slot(w) % 8 == 0)
		flood(w, who, to, l);
	if ((way & HOSTILE_FALSE_SOURCE) && l->type == OBJECT_HYPER && !hash_equal(&l->hyper.header.source, &l->hyper.header.prev)) {
		post_and_drop(w, who, to, false_source(w, who, l), 0);
		return true;
	}
	if ((way & HOSTILE_HALF_SEAL) && l->type == OBJECT_SEAL) {
		if (other_half(w, to))
			wire_post(w, who, to, l, last_moment(w, l));
		return true;
	}
	if ((way & HOSTILE_FALSE_ROOT) && l->type == OBJECT_LIST) {
		post_and_drop(w, who, to, other_list(w, who, l, true), 0);
		return true;
	}
	if ((way & HOSTILE_PATIENT) && patient(w, who, to, l))
		return true;
	if ((way & HOSTILE_TWO_FACED) && two_faced(w, who, to, l, extra_ms))
		return true;
	if (!(way & HOSTILE_WITHHOLD))
		return false;
	if (other_half(w, to))
		wire_post(w, who, to, l, extra_ms);
	return true;
}

/* Says that it holds what is not there, and denies what is. */
static bool
lie(struct world *w, uint32_t who, uint32_t to, const struct letter *l)
{
	struct holdings h = l->holdings;
	struct holding item[3];
	struct buf raw = { 0 };

	if (l->type != OBJECT_HAVE && l->type != OBJECT_WANT)
		return chance_below(&w->malice, 2);
	for (uint32_t i = 0; i < 3; i++) {
		uint64_t tag = chance_next(&w->malice);
		item[i].kind = (uint8_t)(i + 1);
		memcpy(item[i].tag, &tag, sizeof item[i].tag);
	}
	h.item = item;
	h.count = 3;
	holdings_put(&raw, l->type, &h);
	post_and_drop(w, who, to, letter_write(&w->desk, bytes_of(&raw)), 0);
	buf_free(&raw);
	return true;
}

bool
hostile_send(struct world *w, uint32_t who, uint32_t to, struct letter *l)
{
	uint32_t way = w->host[who].hostile;

	if (way & HOSTILE_SILENT)
		return l->type != OBJECT_SEAL;
	if (speaks_for_itself(&w->host[who], l))
		return send_own(w, who, to, l);
	/* It is no bridge over a cut that it profits from. */
	if ((way & (HOSTILE_TWO_FACED | HOSTILE_PATIENT)) && w->plague.cut_until)
		return true;
	return way & HOSTILE_LIAR ? lie(w, who, to, l) : false;
}

/* --- what others said, again or broken --- */

bool
hostile_hear(struct world *w, uint32_t who, struct letter *l)
{
	struct letter **old;

	if (w->old == NULL)
		w->old = room_new(OLD_MOST, sizeof(struct letter *));
	old = &w->old[chance_below(&w->malice, OLD_MOST)];
	letter_drop(*old);
	*old = letter_share(l);
	return speaks_for_itself(&w->host[who], l);
}

static struct letter *
break_it(struct world *w, const struct letter *l)
{
	uint8_t *copy = room_new(l->raw.len, 1);
	size_t len = chance_below(&w->malice, 4) ? l->raw.len : (size_t)chance_below(&w->malice, l->raw.len);
	struct letter *out;

	memcpy(copy, l->raw.data, l->raw.len);
	for (uint64_t n = chance_among(&w->malice, 1, 8); n-- > 0;)
		copy[chance_below(&w->malice, l->raw.len)] ^= (uint8_t)chance_among(&w->malice, 1, 255);
	out = letter_write(&w->desk, (struct bytes){ copy, len });
	free(copy);
	return out;
}

void
hostile_slot(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		uint32_t way = w->host[i].hostile & (HOSTILE_REPLAY | HOSTILE_GARBAGE);
		for (uint32_t n = 0; way && w->old && n < 20; n++) {
			struct letter *l = w->old[chance_below(&w->malice, OLD_MOST)];
			uint32_t to = (uint32_t)chance_below(&w->malice, w->hosts);
			if (!l || l->raw.len == 0)
				continue;
			l = n % 2 && (way & HOSTILE_GARBAGE) ? break_it(w, l) : letter_share(l);
			post_and_drop(w, i, to, l, chance_below(&w->malice, PERIOD));
		}
	}
}

void
hostile_close(struct world *w)
{
	for (uint32_t i = 0; w->old && i < OLD_MOST; i++)
		letter_drop(w->old[i]);
	free(w->old);
}
