/* Each shows that a law can be broken, and by what: a defence switched off, or more hostile votes than are allowed. */
#include <stdio.h>
#include <string.h>

#include "figures.h"

enum { TRIES = 8 };

struct control {
	const char *what, *law;
	uint64_t seed; /* the first of TRIES, one of which breaks the law */
	bool once;     /* this seed alone */
	uint32_t hosts, share, without, hostile;
	bool coins;
	enum books_flaw flaw;
	bool rules;
	enum rules_flaw lawless;
	enum careless careless;
};

static const struct control controls[] = {
	{ .what = "more than half certifies", .law = "final_prefix_agreement", .seed = 4, .hosts = 5, .share = 200,
	    .without = DEFENCE_QUORUM, .hostile = HOSTILE_PATIENT },
	{ .what = "two of five are hostile", .law = "final_prefix_agreement", .seed = 140, .hosts = 10, .share = 400,
	    .hostile = HOSTILE_PATIENT },
	{ .what = "three of seven are hostile", .law = "final_prefix_agreement", .seed = 207, .hosts = 7, .share = 430,
	    .hostile = HOSTILE_PATIENT },
	{ .what = "the same at a quarter, and nothing happens", .seed = 207, .hosts = 8, .share = 250,
	    .hostile = HOSTILE_PATIENT },
	{ .what = "a ledger forgets what it wrote", .law = "conservation", .seed = 300, .hosts = 5, .coins = true,
	    .flaw = BOOKS_FORGET },
	{ .what = "a ledger takes nothing back", .law = "same_bytes", .seed = 310, .hosts = 5, .coins = true,
	    .flaw = BOOKS_NEVER_UNDO },
	{ .what = "the same takes it back, and nothing happens", .seed = 310, .hosts = 5, .coins = true },
	{ .what = "a ledger pays whom this node has heard", .law = "same_bytes", .seed = 310, .hosts = 5, .coins = true,
	    .flaw = BOOKS_PAY_HEARD },
	{ .what = "any ticket seals", .law = "a_ticket_for_each_seal", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_ANY_TICKET },
	{ .what = "anybody seals for the authorities", .law = "authorities_seal", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_ANY_SIGNER },
	{ .what = "the slot's own work is enough", .law = "effort_for_each_seal", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_ANY_WORK },
	{ .what = "nobody hears of new authorities", .law = "authorities_seal", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_OLD_SET },
	{ .what = "half of the authorities are enough", .law = "authorities_agree", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_ANY_LISTS },
	{ .what = "two of four authorities are away", .law = "rules_let_pass", .seed = 320, .hosts = 5, .rules = true,
	    .lawless = RULES_ABSENT },
	{ .what = "three of five ask for no rule", .law = "a_ticket_for_each_seal", .seed = 320, .hosts = 5, .share = 600,
	    .rules = true, .hostile = HOSTILE_LAWLESS },
	{ .what = "a quarter asks for no rule, and nothing happens", .seed = 320, .hosts = 8, .share = 250, .rules = true,
	    .hostile = HOSTILE_LAWLESS },
	{ .what = "nodes speak before their record is on disk", .law = "one_signature_per_slot", .seed = 330, .hosts = 5,
	    .careless = CARELESS_RECORD },
	{ .what = "seals need no work", .law = "committed_work_never_forged", .seed = 340, .hosts = 5, .share = 200,
	    .hostile = HOSTILE_IDLE, .careless = CARELESS_WORK },
	{ .what = "one seals without work, and nothing happens", .seed = 340, .once = true, .hosts = 5, .share = 200,
	    .hostile = HOSTILE_IDLE },
	{ .what = "pools let go of what is not final", .law = "nothing_acknowledged_lost", .seed = 350, .hosts = 5,
	    .careless = CARELESS_POOL },
	{ .what = "a slot takes whatever is sent", .law = "queues_bounded", .seed = 365, .hosts = 5, .share = 600,
	    .without = DEFENCE_ROOM, .hostile = HOSTILE_SPAM },
	{ .what = "the same within bounds, and nothing happens", .seed = 365, .once = true, .hosts = 5, .share = 600,
	    .hostile = HOSTILE_SPAM },
};

/* What was broken, by the seed that did; NULL: nothing, whatever the seed. */
static const char *
play(const struct control *c, uint64_t *seed)
{
	static struct world w;
	const char *broken = NULL;

	for (*seed = c->seed; *seed < c->seed + (c->once ? 1 : TRIES) && !broken; ++*seed) {
		struct options o = { .seed = *seed, .hosts = c->hosts, .rounds = 60, .rough = true, .without = c->without,
			.hostile = c->hostile, .hostile_share = c->share, .coins = c->coins, .flaw = c->flaw,
			.rules = c->rules, .lawless = c->lawless, .careless = c->careless };
		broken = run_seed(&w, &o);
		world_close(&w);
	}
	--*seed;
	return broken;
}

bool
controls_run(void)
{
	bool all = true;

	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
		const struct control *c = &controls[i];
		uint64_t seed;
		const char *broken = play(c, &seed);
		bool ok = c->law ? broken && strcmp(broken, c->law) == 0 : broken == NULL;
		printf("%sok - sim control: %s\n", ok ? "" : "not ", c->what);
		if (broken || !ok)
			printf("# seed %lu: %s\n", (unsigned long)seed, broken ? broken : "nothing");
		all &= ok;
	}
	return all;
}
