/* How what a node does grows with the network: with its nodes, and with its chains. */
#include <math.h>
#include <stdio.h>

#include "figures.h"

enum { MESSAGES_MOST = 1024 };

/* What a node says in a slot in which three seals are made, whatever the number of nodes: objects, and at how many times. */
static void
count_messages(uint32_t hosts, double *objects, double *times)
{
	static struct world w;
	struct options o = figures_options(hosts, 1);
	uint64_t sent = 0, said = 0;

	world_open(&w, &o);
	w.few_miners = true;
	w.load = 1000;
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

/*
 * Every list and endorsement has to reach everybody, so objects grow with the voters; what a step tells one peer goes
 * out as one message, and these grow with the levels.
 */
void
scale_messages(void)
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;

	puts("What a node sends in a slot: objects, and messages that carry them");
	puts("nodes  objects  messages  messages per level (log2 of nodes)");
	for (uint32_t hosts = 8; hosts <= MESSAGES_MOST; hosts *= 2) {
		double x = log2(hosts), objects, y;
		count_messages(hosts, &objects, &y);
		printf("%5u  %7.0f  %8.0f  %5.1f\n", hosts, objects, y, y / x);
		fflush(stdout);
		sx += x, sy += y, sxx += x * x, sxy += x * y, n++;
	}
	printf("fitted: %.1f messages more for each doubling\n", (n * sxy - sx * sy) / (n * sxx - sx * sx));
}

