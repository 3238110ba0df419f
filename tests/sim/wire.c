#include <string.h>

#include "world.h"

/* A pause or a clogged link holds no more than this: a real peer's queue is bounded too. */
enum { HELD_MOST = 4000 };

static uint32_t
seat_of(const struct world *w, const struct pubkey *name)
{
	uint32_t at = (uint32_t)(name->b[0] | name->b[1] << 8) % SEATS;

	while (w->seat[at] && memcmp(&w->host[w->seat[at] - 1].name, name, sizeof *name) != 0)
		at = (at + 1) % SEATS;
	return at;
}

void
wire_seat(struct world *w, uint32_t who)
{
	w->seat[seat_of(w, &w->host[who].name)] = (uint16_t)(who + 1);
}

uint32_t
wire_find(const struct world *w, const struct pubkey *name)
{
	return (uint32_t)w->seat[seat_of(w, name)] - 1;
}

bool
wire_cut(const struct world *w, uint32_t from, uint32_t to)
{
	/* The hostile are well connected. */
	return w->weather.cut[from * w->hosts + to] && !w->host[from].hostile && !w->host[to].hostile;
}

/* Mostly near the mean; one of 32 takes up to ten times as long, and is overtaken. */
static uint64_t
delay(struct world *w, uint32_t to)
{
	uint64_t ms = 1 + chance_below(&w->fate, 2 * w->weather.delay_ms);

	if (chance_below(&w->fate, 32) == 0)
		ms *= chance_among(&w->fate, 2, 10);
	if (w->host[to].clogged_until > w->now_ms)
		ms += chance_below(&w->fate, 2 * PERIOD);
	return ms;
}

static void
plan(struct world *w, uint32_t from, uint32_t to, struct letter *l, uint64_t extra_ms)
{
	timeline_add(&w->timeline, (struct happening){ .at_ms = w->now_ms + extra_ms + delay(w, to), .kind = HAPPEN_MAIL,
		.who = to, .from = from, .letter = letter_share(l) });
}

void
wire_post(struct world *w, uint32_t from, uint32_t to, struct letter *l, uint64_t extra_ms)
{
	uint32_t *told = &w->weather.told[from * w->hosts + to];

	w->host[from].sent++;
	w->host[from].posts += *told != w->commits;
	*told = w->commits;
	if (from == to || wire_cut(w, from, to) || chance_hit(&w->fate, w->weather.loss) || w->host[to].held > HELD_MOST)
		return;
	plan(w, from, to, l, extra_ms);
	if (w->weather.twice && chance_hit(&w->fate, w->weather.twice))
		plan(w, from, to, l, extra_ms);
}
