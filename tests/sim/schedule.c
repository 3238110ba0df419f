/*
 * schedule [--runs N] [--core N] [--from SEED]: so many runs of the model with all defences, a tenth of that with each
 * switched off; then, unless there are to be none, real cores against which the hostile voter follows a plan, and so many
 * by chance. A line for each; 0 when nothing makes two finals with all defences, and the model and the plans do without
 * any of them. From CORE_TELLS runs on chance must do so too, but for the very next slot: what that takes is rarer than
 * the runs are many.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "schedule.h"

enum { CONTROL_PART = 10, CORE_TELLS = 1000, PLANNED_RUNS = 4 };

typedef bool player(const struct schedule *s, uint64_t seed);

static const struct schedule schedules[] = {
	{ "all defences", 0, 3, 0 },
	{ "all defences, five voters", 0, 4, 0 },
	{ "no lock on sources", DEFENCE_LOCK, 3, 0 },
	{ "final by any later slot", DEFENCE_NEXT, 3, 0 },
	{ "sources that nothing certifies", DEFENCE_CARRIED, 3, 0 },
	{ "certified by more than half, five voters", DEFENCE_QUORUM, 4, 0 },
};

/* By plan, where blind chance would take too long. */
static const struct schedule planned[] = {
	{ "a plan against the lock, which holds", 0, 3, DEFENCE_LOCK },
	{ "a plan against the lock, switched off", DEFENCE_LOCK, 3, DEFENCE_LOCK },
	{ "a plan against the next slot, which holds", 0, 3, DEFENCE_NEXT },
	{ "a plan against the next slot, switched off", DEFENCE_NEXT, 3, DEFENCE_NEXT },
	{ "a plan with a false source, which holds", 0, 3, DEFENCE_CARRIED },
	{ "a plan with a false source, switched off", DEFENCE_CARRIED, 3, DEFENCE_CARRIED },
};

/* How many of them make two finals. */
static uint64_t
play(const struct schedule *s, const char *who, player *one, uint64_t from, uint64_t runs)
{
	uint64_t bad = 0, first = 0;

	for (uint64_t seed = from; seed < from + runs; seed++) {
		if (one(s, seed) && bad++ == 0)
			first = seed;
	}
	printf("%-6s%-42s %10llu runs %8llu with two finals", who, s->name, (unsigned long long)runs, (unsigned long long)bad);
	if (bad)
		printf(", the first of seed %llu", (unsigned long long)first);
	printf("\n");
	fflush(stdout);
	return bad;
}

static bool
play_all(uint64_t from, uint64_t runs, uint64_t core)
{
	bool good = true;

	for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
		const struct schedule *s = &schedules[i];
		uint64_t bad = play(s, "model", schedule_model, from, s->without ? runs / CONTROL_PART : runs);
		good &= s->without ? bad > 0 : bad == 0;
	}
	for (size_t i = 0; core > 0 && i < sizeof planned / sizeof *planned; i++) {
		uint64_t bad = play(&planned[i], "core", schedule_core, 1, PLANNED_RUNS);
		good &= planned[i].without ? bad > 0 : bad == 0;
	}
	for (size_t i = 0; core > 0 && i < sizeof schedules / sizeof *schedules; i++) {
		const struct schedule *s = &schedules[i];
		uint64_t bad = play(s, "core", schedule_core, from, core);
		good &= s->without ? bad > 0 || core < CORE_TELLS || s->without == DEFENCE_NEXT : bad == 0;
	}
	return good;
}

static bool
number(uint64_t *out, const char *text)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "runs", required_argument, NULL, 0 },
		{ "core", required_argument, NULL, 1 }, { "from", required_argument, NULL, 2 }, { NULL, 0, NULL, 0 } };
	uint64_t value[] = { 1000000, 0, 1 };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option > 2 || !number(&value[option], optarg) || value[0] < CONTROL_PART) {
			fprintf(stderr, "usage: schedule [--runs N] [--core N] [--from SEED]\n");
			return 2;
		}
	}
	return play_all(value[2], value[0], value[1]) ? 0 : 1;
}
