/* The faults: which kinds a seed has, how often, and what each does. */
#include <string.h>

#include "world.h"

static uint32_t
sometimes(struct world *w, uint32_t most)
{
	return chance_below(&w->trouble, 3) ? (uint32_t)chance_below(&w->trouble, most) : 0;
}

static void
fair_weather(struct world *w)
{
	w->weather.loss = w->weather.twice = 0;
	w->weather.delay_ms = PERIOD / 200;
	memset(w->weather.cut, 0, (size_t)w->hosts * w->hosts);
}

/* Who joins late and who leaves: one of each at most, for a quarter of the votes may be hostile besides. */
static void
comings_and_goings(struct world *w)
{
	uint32_t who = (uint32_t)chance_below(&w->trouble, w->hosts);

	if (chance_below(&w->trouble, 2) && w->hosts > 4 && !w->host[who].hostile)
		w->host[who].leave_slot = chance_among(&w->trouble, 50, w->o.rounds / 2 + 50);
	who = (uint32_t)chance_below(&w->trouble, w->hosts);
	if (chance_below(&w->trouble, 2) && w->hosts > 4 && !w->host[who].hostile && !w->host[who].leave_slot) {
		w->host[who].late = true;
		w->host[who].join_slot = chance_among(&w->trouble, 10, w->o.rounds / 2);
	}
}

void
trouble_open(struct world *w)
{
	fair_weather(w);
	if (w->o.calm)
		return;
	if (w->o.rough) {
		w->plague = (struct plague){ .cut = 800, .cut_most = 3 };
		return;
	}
	comings_and_goings(w);
	w->weather.loss = sometimes(w, 301);
	w->weather.twice = sometimes(w, 101);
	w->weather.delay_ms = chance_among(&w->trouble, 1, PERIOD / 60);
	w->plague = (struct plague){ .cut = sometimes(w, 80), .crash = sometimes(w, 60), .pause = sometimes(w, 60),
		.clog = sometimes(w, 60), .clock = sometimes(w, 40),
		.cut_most = w->genesis.epoch / 2 < 32 ? w->genesis.epoch / 2 : 32 };
	for (uint32_t i = 0; i < w->hosts; i++) {
		w->host[i].skew_ms = (int64_t)chance_below(&w->trouble, 121) - 60;
		w->host[i].sync_ms = chance_below(&w->trouble, 5);
	}
}

/* --- each kind --- */

/* Two sides; now and then only one way is cut. */
static void
cut(struct world *w, uint64_t slot)
{
	uint64_t sides = chance_next(&w->trouble), slots = chance_among(&w->trouble, 1, w->plague.cut_most);
	bool one_way = chance_below(&w->trouble, 3) == 0;

	if (chance_below(&w->trouble, 2))
		slots = (slots + 3) / 4;
	w->plague.cut_until = slot + slots;
	w->plague.sides = sides;
	for (uint32_t i = 0; i < w->hosts; i++) {
		for (uint32_t k = 0; k < w->hosts; k++) {
			bool left = sides >> i % 64 & 1, right = sides >> k % 64 & 1;
			w->weather.cut[i * w->hosts + k] = left != right && (left || !one_way);
		}
	}
	story(w, w->hosts, one_way ? "a cut, one way only, until slot" : "a cut until slot", w->plague.cut_until, NULL);
}

static void
mend(struct world *w)
{
	memset(w->weather.cut, 0, (size_t)w->hosts * w->hosts);
	w->plague.cut_until = 0;
	story(w, w->hosts, "the cut is mended", 0, NULL);
}

static void
set_clock(struct world *w, uint32_t who, int64_t skew_ms)
{
	struct host *h = &w->host[who];

	h->skew_ms = skew_ms;
	story(w, who, skew_ms < 0 ? "has its clock set back, ms" : "has its clock set on, ms",
	    (uint64_t)(skew_ms < 0 ? -skew_ms : skew_ms), NULL);
	if (h->core && h->paused_until <= w->now_ms)
		host_tick(w, who);
}

static void
crash(struct world *w, uint32_t who)
{
	uint64_t down_ms = chance_below(&w->trouble, 2) ? chance_below(&w->trouble, PERIOD)
	    : chance_below(&w->trouble, 20 * PERIOD);

	host_crash(w, who);
	timeline_add(&w->timeline, (struct happening){ .at_ms = w->now_ms + down_ms + 1, .kind = HAPPEN_START,
		.who = who });
}

static void
come_and_go(struct world *w, uint64_t slot)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];
		if (h->join_slot == slot && slot)
			host_start(w, i);
		if (h->leave_slot && h->leave_slot <= slot && !h->gone) {
			host_crash(w, i);
			h->gone = true;
		}
	}
}

void
trouble_slot(struct world *w, uint64_t slot)
{
	struct plague *p = &w->plague;
	uint32_t who = (uint32_t)chance_below(&w->trouble, w->hosts);
	struct host *h = &w->host[who];

	come_and_go(w, slot);
	if (w->healed || w->o.calm)
		return;
	if (p->cut_until && slot >= p->cut_until)
		mend(w);
	if (!p->cut_until && chance_hit(&w->trouble, p->cut))
		cut(w, slot);
	if (!h->core || h->hostile)
		return;
	if (chance_hit(&w->trouble, p->pause)) {
		h->paused_until = w->now_ms + chance_among(&w->trouble, 1, 5 * PERIOD);
		story(w, who, "pauses, ms", h->paused_until - w->now_ms, NULL);
	}
	if (chance_hit(&w->trouble, p->clog)) {
		h->clogged_until = w->now_ms + chance_among(&w->trouble, 1, 8 * PERIOD);
		story(w, who, "is clogged, ms", h->clogged_until - w->now_ms, NULL);
	}
	if (chance_hit(&w->trouble, p->clock))
		set_clock(w, who, (int64_t)chance_below(&w->trouble, 6 * PERIOD) - 3 * PERIOD);
	else if (h->skew_ms > PERIOD / 8 || h->skew_ms < -PERIOD / 8)
		set_clock(w, who, (int64_t)chance_below(&w->trouble, 121) - 60);
	if (chance_hit(&w->trouble, p->crash))
		crash(w, who);
}

void
trouble_heal(struct world *w)
{
	w->healed = true;
	fair_weather(w);
	story(w, w->hosts, "all faults end in slot", world_slot(w), NULL);
	for (uint32_t i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];
		h->paused_until = h->clogged_until = 0;
		if (!h->core && !h->gone)
			host_start(w, i);
		if (h->skew_ms > 60 || h->skew_ms < -60)
			set_clock(w, i, 0);
	}
}
