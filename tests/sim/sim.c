/* sim: runs seeds; see usage(). */
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"

struct run {
	struct options o;
	uint64_t from, seeds;
	uint32_t jobs;
	bool verbose, tap, cuts, controls, scale, tables;
	const char *table; /* NULL: all */
};

static void
usage(void)
{
	fputs("usage: sim [-tv] [-j jobs] [-n nodes] [-r rounds] [-w defences] [--calm|--rough] [--coins] [--rules]\n"
	      "           [--share thousandths] [--hostile ways] [--from seed] [--seeds n]\n"
	      "       sim --seed seed [--story] ...: its last 200 lines\n"
	      "       sim --cuts|--controls|--scale|--tables[=failures|periods|messages|chains]\n", stderr);
	exit(2);
}

/* What makes this run again, whatever the defaults are. */
static void
repeat(const struct world *w)
{
	const struct options *o = &w->o;

	printf("# %s: %s\n# repeat: build/sim/sim --seed %lu -n %u -r %u -w %u --share %u%s%s%s%s", w->law.broken, w->law.how,
	    (unsigned long)o->seed, o->hosts, o->rounds, o->without, o->hostile_share, o->calm ? " --calm" : "",
	    o->rough ? " --rough" : "", o->coins ? " --coins" : "", o->rules ? " --rules" : "");
	if (o->hostile != UINT32_MAX)
		printf(" --hostile %u", o->hostile);
	puts(" --story");
}

static void
report(const struct run *r, struct world *w, uint64_t seed)
{
	story_tell(w);
	if (r->tap)
		printf("%sok - sim seed %lu\n", w->law.broken ? "not " : "", (unsigned long)seed);
	if (w->law.broken)
		repeat(w);
	if (r->verbose)
		printf("seed %lu: block %lu, %lu messages, trace %016lx\n", (unsigned long)seed,
		    (unsigned long)w->law.finals, (unsigned long)w->delivered, (unsigned long)w->digest);
	fflush(stdout);
}

/* One process of several: each takes the next seed that none has taken yet. Returns how many failed. */
static uint64_t
work(const struct run *r, _Atomic uint64_t *taken)
{
	static struct world w;
	uint64_t failed = 0;

	for (uint64_t i; (i = (*taken)++) < r->seeds;) {
		struct options o = r->o;
		o.seed = r->from + i;
		failed += run_seed(&w, &o) != NULL;
		report(r, &w, o.seed);
		world_close(&w);
	}
	return failed;
}

/* What the children share; zeroed. */
static _Atomic uint64_t *
share(void)
{
	void *p = mmap(NULL, sizeof(_Atomic uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(2);
	return p;
}

/* A child tells how many failed through a pipe; one that dies has failed at all that it did not tell. */
static uint64_t
work_in_children(const struct run *r)
{
	_Atomic uint64_t *taken = share();
	uint64_t failed = 0, n;
	int pipes[64];

	fflush(stdout);
	for (uint32_t i = 0; i < r->jobs; i++) {
		int p[2];
		if (pipe(p) != 0)
			exit(2);
		pipes[i] = p[0];
		if (fork() == 0) {
			n = work(r, taken);
			_exit(write(p[1], &n, sizeof n) == sizeof n ? 0 : 2);
		}
		close(p[1]);
	}
	for (uint32_t i = 0; i < r->jobs; i++) {
		if (read(pipes[i], &n, sizeof n) == sizeof n) {
			failed += n;
		} else {
			puts("not ok - sim: a process died");
			failed++;
		}
		close(pipes[i]);
		wait(NULL);
	}
	return failed;
}

static void
parse(struct run *r, int argc, char **argv)
{
	static const struct option options[] = { { "seed", 1, NULL, 's' }, { "seeds", 1, NULL, 'S' },
		{ "from", 1, NULL, 'F' }, { "story", 0, NULL, 'y' }, { "calm", 0, NULL, 'c' },
		{ "cuts", 0, NULL, 'C' }, { "controls", 0, NULL, 'K' }, { "scale", 0, NULL, 'L' }, { "tables", 2, NULL, 'T' },
		{ "rough", 0, NULL, 'R' }, { "coins", 0, NULL, 'M' }, { "rules", 0, NULL, 'U' }, { "share", 1, NULL, 'H' }, { "hostile", 1, NULL, 'W' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "j:n:r:w:tv", options, NULL)) != -1) {
		switch (c) {
		case 's': r->from = strtoull(optarg, NULL, 10); r->seeds = 1; r->jobs = 1; break;
		case 'S': r->seeds = strtoull(optarg, NULL, 10); break;
		case 'F': r->from = strtoull(optarg, NULL, 10); break;
		case 'y': r->o.story = true; break;
		case 'c': r->o.calm = true; break;
		case 'j': r->jobs = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'n': r->o.hosts = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'r': r->o.rounds = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'w': r->o.without = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'K': r->controls = true; break;
		case 'L': r->scale = true; break;
		case 'C': r->cuts = true; break;
		case 'T': r->tables = true; r->table = optarg; break;
		case 'R': r->o.rough = true; break;
		case 'M': r->o.coins = true; break;
		case 'U': r->o.rules = true; break;
		case 'H': r->o.hostile_share = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 'W': r->o.hostile = (uint32_t)strtoul(optarg, NULL, 10); break;
		case 't': r->tap = true; break;
		case 'v': r->verbose = true; break;
		default: usage();
		}
	}
	if (r->o.rules && r->o.hosts > LIMIT_AUTHORITIES)
		usage();
	if (optind != argc || r->o.hosts < 2 || r->o.hosts > HOSTS_MOST || r->o.rounds < 60 || r->jobs == 0 || r->jobs > 64)
		usage();
}

int
main(int argc, char **argv)
{
	struct run r = { .o = { .hosts = 7, .rounds = 600, .hostile = UINT32_MAX, .hostile_share = 250 }, .from = 1,
		.seeds = 20, .jobs = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) };
	uint64_t failed;
	int status;

	parse(&r, argc, argv);
	if (!hash_start())
		return 2;
	if (r.cuts)
		return cuts_run() ? 0 : 1;
	if (r.controls)
		return controls_run() ? 0 : 1;
	if (r.scale)
		return scale_run() ? 0 : 1;
	if (r.tables && (status = tables_run(r.table)) < 0)
		usage();
	if (r.tables)
		return status;
	failed = r.jobs == 1 ? work(&r, share()) : work_in_children(&r);
	if (!r.tap)
		printf("%lu passed, %lu failed\n", (unsigned long)(r.seeds - failed), (unsigned long)failed);
	return failed ? 1 : 0;
}
