#include <stdio.h>
#include <string.h>

#include "figures.h"

struct options
figures_options(uint32_t hosts, uint64_t seed)
{
	return (struct options){ .seed = seed, .hosts = hosts, .rounds = 60, .calm = true, .hostile = UINT32_MAX };
}

uint32_t
figures_certified(const struct world *w, uint64_t first, uint64_t last)
{
	const struct disk *d = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->hosts; i++) {
		if (!w->host[i].hostile && (!d || w->host[i].disk.tip > d->tip))
			d = &w->host[i].disk;
	}
	for (uint64_t hid = 1; d && hid <= d->tip; hid++) {
		const struct stored *s = &d->block[hid];
		n += s->endorsements && s->brief.slot >= first && s->brief.slot < last;
	}
	return n;
}

/* Slots in a hundred that are certified, at this mean delay, with so many hostile that are silent. */
static uint32_t
certified(uint32_t hosts, uint64_t delay_ms, uint32_t hostile)
{
	static struct world w;
	struct options o = figures_options(hosts, 7 + delay_ms);
	uint32_t n;

	o.hostile = hostile ? HOSTILE_SILENT : UINT32_MAX;
	o.hostile_share = (hostile * 1000 + hosts - 1) / hosts;
	world_open(&w, &o);
	w.weather.delay_ms = delay_ms;
	w.load = 1000;
	world_until(&w, world_slot_ms(35));
	n = figures_certified(&w, 5, 35) * 100 / 30;
	world_close(&w);
	return n;
}

static bool
table_of_failures(void)
{
	static const uint64_t delay[] = { 5, 10, 20, 30, 50, 80 };

	puts("Slots of 100 that honest voters fail to certify, 12 nodes; mean delay in thousandths of the period");
	puts("hostile, silent    5   10   20   30   50   80");
	for (uint32_t hostile = 0; hostile <= 4; hostile++) {
		printf("%2u of 12        ", hostile);
		for (size_t i = 0; i < sizeof delay / sizeof delay[0]; i++)
			printf(" %4u", 100 - certified(12, delay[i], hostile));
		puts("");
		fflush(stdout);
	}
	return true;
}

/* The longest mean delay, in thousandths of the period, at which 95 % of slots are certified. */
static bool
table_of_periods(void)
{
	static const uint32_t hosts[] = { 4, 8, 16, 32, 64 };
	static const uint64_t delay[] = { 100, 80, 60, 50, 40, 30, 25, 20, 15, 10, 5 };

	puts("Smallest period that certifies 95 % of slots, in mean delays");
	puts("nodes  period   at a delay of 10 ms   100 ms");
	/* More nodes never need less time. */
	for (size_t i = 0, k = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		while (k + 1 < sizeof delay / sizeof delay[0] && certified(hosts[i], delay[k], 0) < 95)
			k++;
		printf("%5u  %6lu  %16lu ms  %5lu ms\n", hosts[i], (unsigned long)(PERIOD / delay[k]),
		    (unsigned long)(PERIOD / delay[k] * 10), (unsigned long)(PERIOD / delay[k] * 100));
		fflush(stdout);
	}
	return true;
}

static const struct table {
	const char *name;
	bool (*print)(void);
} tables[] = {
	{ "failures", table_of_failures },
	{ "periods", table_of_periods },
	{ "messages", scale_messages },
	{ "chains", chains_table },
};

int
tables_run(const char *name)
{
	bool any = false, ok = true;

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (name && strcmp(name, tables[i].name) != 0)
			continue;
		ok &= tables[i].print();
		puts("");
		any = true;
	}
	return any ? !ok : -1;
}
