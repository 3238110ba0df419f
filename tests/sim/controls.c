/* Each shows that a law can be broken, and by what: a defence switched off, or more hostile votes than are allowed. */
#include <stdio.h>
#include <string.h>

#include "figures.h"

enum { TRIES = 8 };

struct control {
	const char *what, *law;
	uint64_t seed; /* the first of TRIES, one of which breaks the law */
	uint32_t hosts, share, without, hostile;
};

static const struct control controls[] = {
	{ "more than half certifies", "final_prefix_agreement", 4, 5, 200, DEFENCE_QUORUM, HOSTILE_PATIENT },
	{ "two of five are hostile", "final_prefix_agreement", 140, 10, 400, 0, HOSTILE_PATIENT },
	{ "three of seven are hostile", "final_prefix_agreement", 207, 7, 430, 0, HOSTILE_PATIENT },
	{ "the same at a quarter, and nothing happens", NULL, 207, 8, 250, 0, HOSTILE_PATIENT },
};

/* What was broken, by the seed that did; NULL: nothing, whatever the seed. */
static const char *
play(const struct control *c, uint64_t *seed)
{
	static struct world w;
	const char *broken = NULL;

	for (*seed = c->seed; *seed < c->seed + TRIES && !broken; ++*seed) {
		struct options o = { .seed = *seed, .hosts = c->hosts, .rounds = 60, .rough = true, .without = c->without,
			.hostile = c->hostile, .hostile_share = c->share };
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
