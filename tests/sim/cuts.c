/*
 * Worlds with one thing in them, that are to go well: cuts of two slots to half an epoch, one hostile seal in each slot, a
 * lane besieged, power that comes and goes, authorities that change; each with its control.
 */
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
cut(uint32_t alone, uint64_t slots, uint32_t without)
{
	static struct world w;
	struct options o = figures_options(4, slots * 10 + alone);
	const char *broken;

	o.without = without;
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
half_shown(uint32_t without)
{
	static struct world w;
	struct options o = figures_options(7, 1);
	uint32_t certified;
	const char *broken;

	o.hostile = HOSTILE_HALF_SEAL;
	o.hostile_share = 150;
	o.without = without;
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

/* Blocks that this host holds for final in which an authority sealed who was none at the beginning. */
static uint32_t
sealed_by_new(const struct world *w, const struct disk *d)
{
	uint32_t n = 0;

	for (uint64_t hid = 1; hid <= d->final; hid++) {
		for (uint32_t i = 0; i < d->block[hid].blocks; i++) {
			const struct seal_core *core = &d->block[hid].block[i].block.head.core;
			n += core->lane.chain == RULES_BFT && !rule_is_authority(&w->rules.authorities, &core->signer);
		}
	}
	return n;
}

/* They change to and fro, and who is new seals; that everybody agrees on it is a law. */
static const char *
authorities_change(enum rules_flaw flaw)
{
	static struct world w;
	struct options o = figures_options(5, 9);
	const struct disk *d;
	uint32_t changes = 0;
	const char *broken;

	o.rules = true;
	o.lawless = flaw;
	world_open(&w, &o);
	w.load = 500;
	world_until(&w, world_slot_ms(60));
	d = &w.host[0].disk;
	for (uint64_t hid = 1; hid <= d->executed; hid++)
		changes += d->block[hid].ledger.brought != NULL;
	if (changes < 3 || sealed_by_new(&w, d) < 3)
		law_break(&w, 0, "authorities_change", "the authorities stay as they were");
	broken = w.law.broken;
	world_close(&w);
	return broken;
}

/*
 * A thousand times the power of all others comes, for five retargets, and goes: how far is the next block? Of the first
 * epochs the founders hold the votes, so that it is the difficulty alone that stands in the way.
 */
static const char *
rented(enum careless careless)
{
	static struct world w;
	struct options o = figures_options(4, 1);
	const struct disk *d;
	uint64_t slot = 1;
	const char *broken;

	o.wanted = 6;
	o.chains = 1;
	o.careless = careless;
	world_open(&w, &o);
	d = &w.host[0].disk;
	w.load = 1000;
	for (uint32_t i = 0; i < 3; i++)
		w.host[i].power = 1;
	w.host[3].power = 3000;
	w.host[3].greedy = true;
	while (d->tip < 5 * w.genesis.retarget && slot < 60)
		world_until(&w, world_slot_ms(++slot));
	if (d->block[d->tip].difficulty < 500 * w.genesis.difficulty)
		law_break(&w, 3, "power_raises_the_difficulty", "it is not what so much power makes of it");
	host_crash(&w, 3);
	w.host[3].gone = true;
	world_until(&w, world_slot_ms(slot + 21));
	if (d->block[d->tip].brief.slot <= slot)
		law_break(&w, 0, "a_block_within_twenty_slots", "there is none");
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

static bool
tell_broken(const char *what, const char *law, const char *broken)
{
	bool ok = broken && strcmp(broken, law) == 0;

	return tell(what, 0, ok ? NULL : broken ? broken : "nothing is broken");
}

bool
cuts_run(void)
{
	static const uint64_t slots[] = { 2, 10, 32 };
	bool ok = true;

	for (uint32_t i = 0; i < 3; i++) {
		ok &= tell("a cut of 2 and 2", slots[i], cut(2, slots[i], 0));
		ok &= tell("a cut of 1 and 3", slots[i], cut(1, slots[i], 0));
	}
	/* The controls: where a block's own seals are the votes, each side is its own majority, and each set another vote. */
	ok &= tell_broken("the same of 2 and 2 by own sets, with two finals", "final_prefix_agreement",
	    cut(2, 10, DEFENCE_VOTES));
	ok &= tell_broken("the same of 1 and 3 by own sets, with two finals", "final_prefix_agreement",
	    cut(1, 10, DEFENCE_VOTES));
	ok &= tell("a hostile seal shown to half of the others", 0, half_shown(0));
	ok &= tell_broken("the same by own sets, where it does harm", "half_shown_seals_do_no_harm",
	    half_shown(DEFENCE_VOTES));
	ok &= tell("twice a lane's seals and a false root", 0, besieged(false));
	/* The control: a lane whose own seals accept each other. */
	ok &= tell_broken("the same in a lane without witnesses, where it is accepted", "no_false_root_committed",
	    besieged(true));
	ok &= tell("a thousand times the power, which goes again", 0, rented(CARELESS_NEVER));
	ok &= tell_broken("the same where empty slots make no work easier", "a_block_within_twenty_slots",
	    rented(CARELESS_GAPS));
	ok &= tell("authorities that change, and seal", 0, authorities_change(RULES_SOUND));
	ok &= tell_broken("the same with two who never speak, where they stay", "authorities_change",
	    authorities_change(RULES_ABSENT));
	return ok;
}
