/* How what a node does grows with the network: with its nodes, and with its chains. */
#include <math.h>
#include <stdio.h>

#include "figures.h"

enum { MESSAGES_MOST = 1024, MESSAGES_FEW = 64 };

/* --- more nodes --- */

/* What a node says in a slot in which three seals are made, whatever the number of nodes: objects, and at how many times. */
static void
count_messages(uint32_t hosts, double *objects, double *times)
{
	static struct world w;
	struct options o = figures_options(hosts, 1);
	uint64_t sent = 0, said = 0;

	world_open(&w, &o);
	w.load = 1000;
	for (uint32_t i = CHAINS; i < hosts; i++)
		w.host[i].idle = true;
	for (uint32_t i = 0; i < CHAINS * USERS; i++)
		w.flow[i / USERS][i % USERS].home = i / USERS;
	world_until(&w, world_slot_ms(3));
	for (uint32_t i = 0; i < hosts; i++) {
		sent -= w.host[i].sent;
		said -= w.host[i].posts;
	}
	world_until(&w, world_slot_ms(4));
	for (uint32_t i = 0; i < hosts; i++) {
		sent += w.host[i].sent;
		said += w.host[i].posts;
	}
	*objects = (double)sent / hosts;
	*times = (double)said / hosts;
	world_close(&w);
}

/* A line through points. */
struct fit {
	double sx, sy, sxx, sxy, n;
};

static void
fit_add(struct fit *f, double x, double y)
{
	f->sx += x, f->sy += y, f->sxx += x * x, f->sxy += x * y, f->n++;
}

static double
fit_slope(const struct fit *f)
{
	return (f->n * f->sxy - f->sx * f->sy) / (f->n * f->sxx - f->sx * f->sx);
}

/*
 * Every list and endorsement has to reach everybody, so objects grow with the voters; what a step tells one peer goes
 * out as one message, and these grow with the levels. Is each doubling, but for the first, within a fifth of the fit?
 */
static bool
messages(uint32_t most, const char *mark)
{
	struct fit fit = { 0 };
	double least = INFINITY, highest = 0, before = 0;

	printf("%sWhat a node sends in a slot: objects, and messages that carry them\n", mark);
	printf("%snodes  objects  messages  messages per level (log2 of nodes)\n", mark);
	for (uint32_t hosts = 8; hosts <= most; hosts *= 2) {
		double x = log2(hosts), objects, y;
		count_messages(hosts, &objects, &y);
		printf("%s%5u  %7.0f  %8.0f  %5.1f\n", mark, hosts, objects, y, y / x);
		fflush(stdout);
		least = before > 0 ? fmin(least, y - before) : least;
		highest = before > 0 ? fmax(highest, y - before) : 0;
		before = y;
		fit_add(&fit, x, y);
	}
	printf("%sfitted: %.1f messages more for each doubling\n", mark, fit_slope(&fit));
	return least >= fit_slope(&fit) * 0.8 && highest <= fit_slope(&fit) * 1.2;
}

bool
scale_messages(void)
{
	return messages(MESSAGES_MOST, "");
}

/* --- small, with bounds --- */

static bool
tell(const char *what, bool ok)
{
	printf("%sok - sim scale: %s\n", ok ? "" : "not ", what);
	return ok;
}

bool
scale_run(void)
{
	bool ok = tell("messages grow with the levels", messages(MESSAGES_FEW, "# "));

	ok &= tell("what a node has of each slot does not grow with the chains", chains_level());
	ok &= tell("it does where nodes follow them all, and that is found", !chains_everywhere());
	ok &= tell("it does where judged blocks stay decoded, and that is found", !chains_decoded());
	return tell("a world that lacks memory ends by itself", chains_cramped()) && ok;
}
