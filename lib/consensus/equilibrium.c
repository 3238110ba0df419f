#include "consensus/equilibrium.h"

#include <string.h>

#include "consensus/difficulty.h"

/* Products of an income, 2^62 at most, with two counts of seals, 2^24 at most each. */
__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 wide_signed;

enum { COST_SHIFT = 20 };

void
equilibrium_start(struct equilibrium *g, uint32_t seals, uint64_t difficulty)
{
	memset(g, 0, sizeof *g);
	genesis_defaults(&g->genesis);
	g->genesis.seals = seals;
	g->genesis.seals_per_lane = 0;
	g->genesis.difficulty = g->difficulty = difficulty;
}

enum err
equilibrium_check(const struct equilibrium *g)
{
	if (g->miners == 0 || g->miners > EQUILIBRIUM_MINERS || g->genesis.reward.units > EQUILIBRIUM_UNITS_MOST)
		return ERR_RANGE;
	if (g->genesis.seals == 0 || g->genesis.seals > LIMIT_SEALS || g->genesis.retarget == 0 || g->n0 > LIMIT_SEALS)
		return ERR_RANGE;
	return ERR_OK;
}

static enum err
seal_cost(uint64_t *k, const struct equilibrium *g, uint32_t miner)
{
	wide cost = ((wide)g->miner[miner].cost * g->difficulty) >> COST_SHIFT;

	if (cost > EQUILIBRIUM_UNITS_MOST)
		return ERR_OVERFLOW;
	*k = cost ? (uint64_t)cost : 1;
	return ERR_OK;
}

/* What R is divided by when a slot holds n seals. */
static uint64_t
shares(const struct equilibrium *g, uint64_t n)
{
	uint64_t wanted = difficulty_wanted(&g->genesis, 0);

	if (g->by_block)
		return n + g->n0;
	return n > wanted ? n : wanted;
}

static uint64_t
all_seals(const struct equilibrium *g)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < g->miners; i++)
		n += g->miner[i].seals;
	return n;
}

/* --- the best response --- */

/* Above 0: with own + 1 seals a miner gains more than with own; below 0: it gains less. It falls as own grows. */
static int
one_more(const struct equilibrium *g, uint64_t others, uint64_t own, uint64_t k)
{
	uint64_t now = shares(g, others + own), then = shares(g, others + own + 1);
	/* (own + 1) R / then - own R / now against k, without fractions. */
	wide more = (wide)g->genesis.reward.units * ((own + 1) * now - own * then);
	wide cost = (wide)k * now * then;

	/* The naive rule without n0 pays all to the only seal. */
	if (now == 0)
		return g->genesis.reward.units > k * then;
	return more > cost ? 1 : more < cost ? -1 : 0;
}

/* The least own in low .. high for which another one is not worth `worth` or more; high when there is none. */
static uint64_t
first_below(const struct equilibrium *g, uint64_t others, uint64_t k, int worth, uint64_t low, uint64_t high)
{
	while (low < high) {
		uint64_t mid = low + (high - low) / 2;
		if (one_more(g, others, mid, k) < worth)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static uint64_t
best(const struct equilibrium *g, uint64_t others, uint64_t own, uint64_t k)
{
	uint64_t most = difficulty_bound(&g->genesis, 0);
	uint64_t up = first_below(g, others, k, 1, 0, most), down = first_below(g, others, k, 0, 0, most);

	/* up .. down pay alike. */
	return own < up ? up : own > down ? down : own;
}

/* --- a round --- */

static void
seal_at_a_loss(struct equilibrium *g)
{
	uint32_t cheapest = 0;

	for (uint32_t i = 1; i < g->miners; i++) {
		if (g->miner[i].cost < g->miner[cheapest].cost)
			cheapest = i;
	}
	g->miner[cheapest].seals = 1;
}

static enum err
respond(struct equilibrium *g)
{
	uint64_t n = all_seals(g);

	for (uint32_t i = 0; i < g->miners; i++) {
		struct equilibrium_miner *m = &g->miner[i];
		uint64_t k;
		enum err e = seal_cost(&k, g, i);
		if (e)
			return e;
		m->before = m->seals;
		n -= m->before;
		m->seals = best(g, n, m->before, k);
		n += m->seals;
	}
	if (n == 0)
		seal_at_a_loss(g);
	return ERR_OK;
}

static bool
moved(const struct equilibrium *g)
{
	for (uint32_t i = 0; i < g->miners; i++) {
		if (g->miner[i].seals != g->miner[i].before)
			return true;
	}
	return false;
}

static enum err
tell(struct equilibrium_round *out, const struct equilibrium *g)
{
	uint64_t n = all_seals(g);

	*out = (struct equilibrium_round){ .round = g->round, .seals = n, .difficulty = g->difficulty };
	out->paid.units = (uint64_t)((wide)g->genesis.reward.units * n / shares(g, n));
	for (uint32_t i = 0; i < g->miners; i++) {
		uint64_t k;
		enum err e = seal_cost(&k, g, i);
		if (e)
			return e;
		if (g->miner[i].seals && k > UINT64_MAX / g->miner[i].seals)
			return ERR_OVERFLOW;
		e = amount_add(&out->spent, out->spent, (struct amount){ k * g->miner[i].seals });
		if (e)
			return e;
	}
	return ERR_OK;
}

enum err
equilibrium_play(struct equilibrium_round *out, struct equilibrium *g)
{
	uint64_t bound = difficulty_bound(&g->genesis, 0), d = g->difficulty;
	enum err e = respond(g);

	g->round++;
	g->still++;
	if (e == ERR_OK)
		e = tell(out, g);
	if (e)
		return e;
	g->taken += out->seals > bound ? bound : out->seals;
	if (g->round % g->genesis.retarget == 0) {
		g->difficulty = difficulty_retarget(&g->genesis, d, g->taken, g->genesis.retarget, 0);
		g->taken = 0;
	}
	if (g->difficulty != d || moved(g))
		g->still = 0;
	return ERR_OK;
}

bool
equilibrium_rests(const struct equilibrium *g)
{
	return g->still >= 2 * (uint64_t)g->genesis.retarget;
}

/* --- another move --- */

enum err
equilibrium_gain(int64_t *out, const struct equilibrium *g, uint32_t miner, const struct equilibrium_move *move)
{
	uint64_t k, own = g->miner[miner].seals, others = all_seals(g) - own, most = difficulty_bound(&g->genesis, 0);
	uint64_t left_out = move->left_out < others ? move->left_out : others;
	uint64_t now = shares(g, others + own), then = shares(g, others - left_out + move->seals);
	wide_signed gain, part;
	enum err e = seal_cost(&k, g, miner);

	if (e == ERR_OK && (move->seals > most || own > most || move->keys == 0))
		e = ERR_OVERFLOW;
	if (e)
		return e;
	/* What nobody divides is divided by one: then there is no seal that could get it. */
	now = now ? now : 1;
	then = then ? then : 1;
	gain = -(wide_signed)own * (wide_signed)(g->genesis.reward.units * (wide)then);
	for (uint32_t i = 0; i < move->keys; i++) {
		uint64_t seals = move->seals / move->keys + (i < move->seals % move->keys);
		gain += (wide_signed)seals * (wide_signed)(g->genesis.reward.units * (wide)now);
	}
	gain -= ((wide_signed)move->seals - (wide_signed)own) * (wide_signed)((wide)k * now * then);
	part = (wide_signed)now * (wide_signed)then;
	gain = gain / part + (gain % part > 0);
	if (gain > INT64_MAX || gain < INT64_MIN)
		return ERR_OVERFLOW;
	*out = (int64_t)gain;
	return ERR_OK;
}
