/* Worlds with one thing in them, that are to go well: cuts of two slots to half an epoch, one hostile seal in each slot. */
#include <stdio.h>
#include <string.h>

#include "figures.h"

enum { BEFORE = 6, AFTER = 30 };

static void
cut_off(struct world *w, uint32_t alone)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		for (uint32_t k = 0; k < w->hosts; k++)
			w->weather.cut[i * w->hosts + k] = (i < alone) != (k < alone);
	}
}

static void
mend(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts * w->hosts; i++)
		w->weather.cut[i] = false;
}

/* No two finals (a law), and equal tips after healing. */
static const char *
cut(uint32_t alone, uint64_t slots)
{
	static struct world w;
	struct options o = figures_options(4, slots * 10 + alone);
	const char *broken;

	world_open(&w, &o);
	world_until(&w, world_slot_ms(BEFORE));
	cut_off(&w, alone);
	world_until(&w, world_slot_ms(BEFORE + slots));
	mend(&w);
	world_until(&w, world_slot_ms(BEFORE + slots + AFTER / 2));
	w.load = 0;
	world_until(&w, world_slot_ms(BEFORE + slots + AFTER));
	if (!world_settled(&w))
		law_break(&w, w.hosts, "equal_tips_after_healing", "tips differ, or something is not final");
	broken = w.law.broken;
	world_close(&w);
	return broken;
}

/* The hostile one shows its seals to half of the others, at the last moment; the rest of it is honest. */
static const char *
half_shown(void)
{
	static struct world w;
	struct options o = figures_options(7, 1);
	uint32_t certified;
	const char *broken;

	o.hostile = HOSTILE_HALF_SEAL;
	o.hostile_share = 150;
	world_open(&w, &o);
	w.load = 1000;
	world_until(&w, world_slot_ms(60));
	certified = figures_certified(&w, 5, 60);
	if (certified * 100 < 95 * 54)
		law_break(&w, w.hosts, "half_shown_seals_do_no_harm", "fewer than 95 % of slots are certified");
	broken = w.law.broken;
	world_close(&w);
	return broken;
}

/* Two of seven make two of three seals of chain 1 and say of its state what is not so. */
static const char *
besieged(bool unwitnessed)
{
	static struct world w;
	struct options o = figures_options(7, 3);
	const char *broken;

	o.hostile = HOSTILE_FALSE_ROOT;
	o.hostile_share = 300;
	o.unwitnessed = unwitnessed;
	o.siege = true;
	world_open(&w, &o);
	w.load = 1000;
	world_until(&w, world_slot_ms(40));
	broken = w.law.broken;
	world_close(&w);
	return broken;
}

static bool
tell(const char *what, uint64_t number, const char *broken)
{
	printf("%sok - sim %s", broken ? "not " : "", what);
	if (number)
		printf(" for %lu slots", (unsigned long)number);
	puts("");
	if (broken)
		printf("# %s\n", broken);
	return broken == NULL;
}

bool
cuts_run(void)
{
	static const uint64_t slots[] = { 2, 10, 32 };
	const char *broken;
	bool ok = true;

	for (uint32_t i = 0; i < 3; i++) {
		ok &= tell("a cut of 2 and 2", slots[i], cut(2, slots[i]));
		ok &= tell("a cut of 1 and 3", slots[i], cut(1, slots[i]));
	}
	ok &= tell("a hostile seal shown to half of the others", 0, half_shown());
	ok &= tell("twice a lane's seals and a false root", 0, besieged(false));
	/* The control: a lane whose own seals accept each other. */
	broken = besieged(true);
	ok &= tell("the same in a lane without witnesses, where it is accepted", 0,
	    broken && strcmp(broken, "no_false_root_committed") == 0 ? NULL : "nothing is broken");
	return ok;
}
