/*
 * schedule_model: the rules of para-protocol(7), ROUNDS 4, VOTES and FORK CHOICE, and nothing else: no seals, no bodies,
 * no bytes. Sets of voters and of blocks are bits; the table that says which voters certify is made by the library's
 * own votes_certify.
 */
#include <string.h>

#include "chance.h"
#include "consensus/votes.h"
#include "schedule.h"

enum { SLOTS = 14, GROUPS = 2, BLOCKS = 1 + GROUPS * SLOTS, VOTERS_MOST = SCHEDULE_HONEST + 1 };

typedef uint64_t blocks; /* a set of them */

struct piece {
	uint32_t slot, parent, source, rank;
	blocks past; /* itself included */
	uint8_t endorsed, carried; /* endorsed: by whom, all that exist; carried: endorsements of the source in it */
};

struct voter_view {
	blocks known;
	uint8_t seen[BLOCKS]; /* endorsements */
	uint32_t lock, final; /* lock: highest slot of a source endorsed */
};

struct model {
	const struct schedule *s;
	struct chance chance;
	struct piece block[BLOCKS];
	uint32_t count;
	struct voter_view voter[SCHEDULE_HONEST];
	uint32_t group[SCHEDULE_HONEST];
};

/* --- who certifies: by the library --- */

static bool certifying[2][VOTERS_MOST + 1][1 << VOTERS_MOST];
static bool known_table[2][VOTERS_MOST + 1];

static bool
fill_table(bool majority, uint32_t voters)
{
	struct genesis g = { .founders = voters };
	struct pubkey key[VOTERS_MOST] = { { { 0 } } };
	struct votes v;

	for (uint32_t i = 0; i < voters; i++)
		key[i].b[0] = (uint8_t)(i + 1);
	g.founder = key;
	if (votes_founders(&v, &g))
		return false;
	v.majority = majority;
	for (uint32_t set = 0; set < 1u << voters; set++) {
		struct tally t = { 0 };
		for (uint32_t i = 0; i < voters; i++) {
			if (set >> i & 1)
				votes_add(&v, &t, &key[i]);
		}
		certifying[majority][voters][set] = votes_certify(&v, &t);
	}
	votes_free(&v);
	return known_table[majority][voters] = true;
}

static uint8_t
hostile_bit(const struct model *m)
{
	return (uint8_t)(1u << m->s->honest);
}

/* Block 0 is the genesis. */
static bool
certifies(const struct model *m, uint32_t block, uint32_t endorsed)
{
	return block == 0 || certifying[(m->s->without & DEFENCE_QUORUM) != 0][m->s->honest + 1][endorsed];
}

static bool
descends(const struct model *m, uint32_t block, uint32_t from)
{
	return m->block[block].past >> from & 1;
}

/* --- what is final --- */

/* para-protocol(7), VOTES: a certified block of the next slot has the certified block as its source. */
static bool
makes_final(const struct model *m, uint32_t block, uint32_t endorsed)
{
	const struct piece *b = &m->block[block];

	return block && certifies(m, block, endorsed) &&
	    (b->slot == m->block[b->source].slot + 1 || (m->s->without & DEFENCE_NEXT));
}

static void
note_final(struct model *m, struct voter_view *v)
{
	for (uint32_t i = 1; i < m->count; i++) {
		uint32_t a = m->block[i].source;
		if ((v->known >> i & 1) && makes_final(m, i, v->seen[i]) && certifies(m, a, v->seen[a]) &&
		    descends(m, a, v->final))
			v->final = a;
	}
}

/* With every endorsement that exists, the hostile ones included. */
static bool
two_finals(const struct model *m)
{
	uint32_t final[BLOCKS], n = 0;

	for (uint32_t i = 1; i < m->count; i++) {
		uint32_t a = m->block[i].source;
		if (makes_final(m, i, m->block[i].endorsed) && certifies(m, a, m->block[a].endorsed))
			final[n++] = a;
	}
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (!descends(m, final[i], final[k]) && !descends(m, final[k], final[i]))
				return true;
		}
	}
	return false;
}

/* --- what reaches whom --- */

static void
learn(struct voter_view *to, const struct voter_view *from)
{
	to->known |= from->known;
	for (uint32_t i = 0; i < BLOCKS; i++)
		to->seen[i] |= from->seen[i];
}

static void
exchange(struct model *m)
{
	uint32_t n = m->s->honest;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < n; k++) {
			if (i != k && m->group[i] == m->group[k])
				learn(&m->voter[i], &m->voter[k]);
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t b = 1; b < m->count; b++) {
			if ((m->voter[i].known >> b & 1) && chance_hit(&m->chance, 500))
				m->voter[i].seen[b] |= hostile_bit(m);
		}
		note_final(m, &m->voter[i]);
	}
}

/* With the block comes its past, and what it carries. */
static void
deliver(struct model *m, struct voter_view *to, uint32_t block)
{
	to->known |= m->block[block].past;
	for (uint32_t b = 1; b < m->count; b++) {
		if (m->block[block].past >> b & 1)
			to->seen[m->block[b].source] |= m->block[b].carried;
	}
}

/* --- blocks --- */

static uint32_t
add_block(struct model *m, uint32_t slot, uint32_t parent, uint32_t source, uint8_t carried)
{
	uint32_t i = m->count++;

	m->block[i] = (struct piece){ .slot = slot, .parent = parent, .source = source, .carried = carried,
		.past = m->block[parent].past | (blocks)1 << i, .rank = (uint32_t)chance_next(&m->chance),
		.endorsed = hostile_bit(m) };
	return i;
}

static uint32_t
height(const struct model *m, uint32_t block)
{
	return (uint32_t)__builtin_popcountll(m->block[block].past);
}

/* para-protocol(7), FORK CHOICE: the certified block of the highest slot, beyond it the most work. */
static uint32_t
tip_of(const struct model *m, const struct voter_view *v)
{
	uint32_t anchor = v->final, tip;

	for (uint32_t i = 0; i < m->count; i++) {
		if ((v->known >> i & 1) && certifies(m, i, v->seen[i]) && descends(m, i, v->final) &&
		    m->block[i].slot > m->block[anchor].slot)
			anchor = i;
	}
	tip = anchor;
	for (uint32_t i = 0; i < m->count; i++) {
		if ((v->known >> i & 1) && descends(m, i, anchor) && height(m, i) > height(m, tip))
			tip = i;
	}
	return tip;
}

static uint32_t
honest_block(struct model *m, const struct voter_view *v, uint32_t slot)
{
	uint32_t parent = tip_of(m, v), source = parent;

	while (!certifies(m, source, v->seen[source]))
		source = m->block[source].parent;
	if (m->block[source].slot <= m->block[m->block[parent].source].slot)
		return add_block(m, slot, parent, m->block[parent].source, 0);
	return add_block(m, slot, parent, source, v->seen[source]);
}

/* Any parent, and any source in its past that the endorsements of all kinds can certify. 0: it keeps silent. */
static uint32_t
hostile_block(struct model *m, uint32_t slot)
{
	uint32_t parent, source[BLOCKS], n = 0, chosen;

	parent = (uint32_t)chance_below(&m->chance, m->count);
	if (m->block[parent].slot >= slot || chance_hit(&m->chance, 300))
		return 0;
	source[n++] = m->block[parent].source;
	for (uint32_t i = 0; i < m->count; i++) {
		if (descends(m, parent, i) && m->block[i].slot > m->block[m->block[parent].source].slot &&
		    (certifies(m, i, m->block[i].endorsed) || (m->s->without & DEFENCE_CARRIED)))
			source[n++] = i;
	}
	chosen = source[chance_below(&m->chance, n)];
	return add_block(m, slot, parent, chosen, chosen == source[0] ? 0 : m->block[chosen].endorsed);
}

/* --- endorsing --- */

/* para-protocol(7), ROUNDS 4; clauses (c) to (e) speak of seals, roots and bodies, which there are none of here. */
static bool
may_endorse(const struct model *m, const struct voter_view *v, uint32_t block)
{
	return descends(m, block, v->final) &&
	    (m->block[m->block[block].source].slot >= v->lock || (m->s->without & DEFENCE_LOCK));
}

static void
endorse(struct model *m, uint32_t who, uint32_t slot)
{
	struct voter_view *v = &m->voter[who];
	uint32_t best = 0;

	for (uint32_t i = 1; i < m->count; i++) {
		if (m->block[i].slot == slot && (v->known >> i & 1) && may_endorse(m, v, i) &&
		    (!best || m->block[i].rank < m->block[best].rank))
			best = i;
	}
	if (!best)
		return;
	if (m->block[m->block[best].source].slot > v->lock)
		v->lock = m->block[m->block[best].source].slot;
	m->block[best].endorsed |= (uint8_t)(1u << who);
	v->seen[best] |= (uint8_t)(1u << who);
}

/* --- a slot --- */

/* One who is in the group, at random; -1: nobody is. */
static int
leader(struct model *m, uint32_t group)
{
	int there[SCHEDULE_HONEST], n = 0;

	for (uint32_t i = 0; i < m->s->honest; i++) {
		if (m->group[i] == group)
			there[n++] = (int)i;
	}
	return n ? there[chance_below(&m->chance, (uint64_t)n)] : -1;
}

static void
announce(struct model *m, uint32_t slot, uint32_t group)
{
	int who = leader(m, group);
	uint32_t block;

	if (who < 0)
		return;
	block = chance_hit(&m->chance, 300) ? hostile_block(m, slot) : honest_block(m, &m->voter[who], slot);
	for (uint32_t i = 0; block && i < m->s->honest; i++) {
		bool near = m->group[i] == group;
		if ((near && chance_hit(&m->chance, 850)) || (!near && chance_hit(&m->chance, 50)))
			deliver(m, &m->voter[i], block);
	}
}

static void
play_slot(struct model *m, uint32_t slot)
{
	bool anew = slot == 1 || chance_hit(&m->chance, 300);

	for (uint32_t i = 0; anew && i < m->s->honest; i++)
		m->group[i] = (uint32_t)chance_below(&m->chance, GROUPS);
	exchange(m);
	for (uint32_t g = 0; g < GROUPS; g++)
		announce(m, slot, g);
	for (uint32_t i = 0; i < m->s->honest; i++) {
		note_final(m, &m->voter[i]);
		endorse(m, i, slot);
	}
}

bool
schedule_model(const struct schedule *s, uint64_t seed)
{
	struct model m = { .s = s, .chance = { seed }, .count = 1, .block[0] = { .past = 1 } };
	bool majority = s->without & DEFENCE_QUORUM;

	if (!known_table[majority][s->honest + 1] && !fill_table(majority, s->honest + 1))
		return false;
	for (uint32_t i = 0; i < s->honest; i++)
		m.voter[i].known = 1;
	for (uint32_t slot = 1; slot <= SLOTS; slot++)
		play_slot(&m, slot);
	return two_finals(&m);
}
