/* Each shows that a law can be broken, and by what: a defence switched off, or more hostile votes than are allowed. */
#include <stdio.h>
#include <string.h>

#include "figures.h"

struct control {
	const char *what, *law;
	uint64_t seed;
	uint32_t hosts, share, without, hostile;
};

static const struct control controls[] = {
	{ "more than half certifies", "final_prefix_agreement", 4, 5, 200, DEFENCE_QUORUM, HOSTILE_PATIENT },
	{ "three of seven are hostile", "final_prefix_agreement", 207, 7, 430, 0, HOSTILE_PATIENT },
	{ "the same at a quarter, and nothing happens", NULL, 207, 8, 250, 0, HOSTILE_PATIENT },
};

bool
controls_run(void)
{
	bool all = true;

	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
		static struct world w;
		const struct control *c = &controls[i];
		struct options o = { .seed = c->seed, .hosts = c->hosts, .rounds = 60, .rough = true, .without = c->without,
			.hostile = c->hostile, .hostile_share = c->share };
		const char *broken = run_seed(&w, &o);
		bool ok = c->law ? broken && strcmp(broken, c->law) == 0 : broken == NULL;
		printf("%sok - sim control: %s\n", ok ? "" : "not ", c->what);
		if (!ok)
			printf("# expected %s, found %s\n", c->law ? c->law : "nothing", broken ? broken : "nothing");
		all &= ok;
		world_close(&w);
	}
	return all;
}
