/*
 * schedule [--runs N] [--from SEED]: N runs of the model with all defences, a tenth of that with each switched off. A
 * line for each; 0 when the first kind never makes two finals and every other does.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "schedule.h"

enum { CONTROL_PART = 10 };

static const struct schedule schedules[] = {
	{ "all defences", 0, 3 },
	{ "all defences, five voters", 0, 4 },
	{ "no lock on sources", DEFENCE_LOCK, 3 },
	{ "final by any later slot", DEFENCE_NEXT, 3 },
	{ "sources that nothing certifies", DEFENCE_CARRIED, 3 },
	{ "certified by more than half, five voters", DEFENCE_QUORUM, 4 },
};

/* True: as it should be. */
static bool
play(const struct schedule *s, uint64_t from, uint64_t runs)
{
	uint64_t bad = 0, first = 0;

	for (uint64_t seed = from; seed < from + runs; seed++) {
		if (schedule_model(s, seed) && bad++ == 0)
			first = seed;
	}
	printf("%-42s %10llu runs %8llu with two finals", s->name, (unsigned long long)runs, (unsigned long long)bad);
	if (bad)
		printf(", the first of seed %llu", (unsigned long long)first);
	printf("\n");
	fflush(stdout);
	return s->without ? bad > 0 : bad == 0;
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
	static const struct option options[] = { { "runs", required_argument, NULL, 'r' },
		{ "from", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 } };
	uint64_t runs = 1000000, from = 1;
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if ((option != 'r' && option != 'f') || !number(option == 'r' ? &runs : &from, optarg) || runs < CONTROL_PART) {
			fprintf(stderr, "usage: schedule [--runs N] [--from SEED]\n");
			return 2;
		}
	}
	for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
		good &= play(&schedules[i], from, schedules[i].without ? runs / CONTROL_PART : runs);
	return good ? 0 : 1;
}
