/* How what a node does grows with the network: with its nodes, and with its chains. */
#include <math.h>
#include <stdio.h>

#include "consensus/core.h"
#include "figures.h"
#include "heap.h"

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

void
scale_messages(void)
{
	messages(MESSAGES_MOST, "");
}

/* --- more chains --- */

enum { FOLLOWED = 4, FOLLOWERS = 2, FIRST = 4, LAST = 7, LANE_BYTES_MOST = 1024, SEAL_BYTES_MOST = 400 };

static const double SLOTS = LAST - FIRST;

/* What a node has, or has done, a slot; then what a block of the chain takes. */
struct burden {
	double bodies, storage, executed;  /* bytes of payloads, the same with its local blocks, payloads */
	double own, lane;                  /* memory of its core, bytes: but for what it has of all lanes, and that */
	double lanes, seals, certs;        /* certs: bytes of certificates and seal cores */
};

static double
executed(const struct disk *d)
{
	const struct ledger *l = &d->block[d->executed].ledger;
	uint64_t n = 0;

	for (uint32_t chain = 0; chain < d->chains; chain++) {
		for (uint32_t user = 0; user < USERS; user++)
			n += l->last_seq[chain][user];
	}
	return (double)n;
}

/* Its local blocks but those of chain 0, where every node has seals: these are cores that the certificates hold too. */
static double
block_bytes(const struct disk *d)
{
	double n = 0;

	for (uint64_t hid = 1; hid <= d->tip; hid++) {
		for (uint32_t i = 0; i < d->block[hid].blocks; i++)
			n += d->block[hid].block[i].block.head.core.lane.chain ? BLOCK_BYTES : 0;
	}
	return n;
}

static void
weigh(struct burden *b, const struct world *w, double part)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		const struct disk *d = &w->host[i].disk;
		double bodies = 0;
		for (size_t row = 1; row < d->rows; row++)
			bodies += d->row[row].there ? (double)d->row[row].raw.len : 0;
		b->bodies += part * bodies / w->hosts;
		b->storage += part * (bodies + block_bytes(d)) / w->hosts;
		b->executed += part * executed(d) / w->hosts;
	}
}

static void
weigh_chain(struct burden *b, const struct disk *d, uint64_t from)
{
	for (uint64_t hid = from + 1; hid <= d->tip; hid++) {
		const struct hyper *h = &d->block[hid].letter->hyper;
		double rest = HYPER_HEAD + 12.0 + h->endorsements * (double)ENDORSEMENT_BYTES;
		b->lanes += h->header.lanes / SLOTS;
		b->seals += h->header.seals / SLOTS;
		b->certs += ((double)d->block[hid].letter->raw.len - rest) / SLOTS;
	}
}

/*
 * What a core has of all lanes: their states; the hyper blocks that it knows, candidates too, as bytes, decoded (these
 * it shares with other hosts here), and what they make of their lanes; heads of seals.
 */
static double
lane_bytes(const struct consensus *c, double *shared)
{
	double n = c->lanes.count * (double)sizeof **c->lanes.item;

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		n += node->brief.seals * (double)sizeof *node->ticket;
		if (!node->raw.data)
			continue;
		n += node->brief.seals * (double)(sizeof *node->seal + sizeof *node->chain);
		if (node->state_after)
			n += node->hyper.header.lanes * (double)(sizeof *node->lane + sizeof *node->state_after + sizeof *node->loaded);
		*shared += (double)node->raw.len + (node->hyper.cert ? (double)kept_decoded(node->raw) : 0);
	}
	return n;
}

static void
weigh_cores(struct burden *b, const struct world *w)
{
	double made = 0, shared = 0;

	for (uint32_t i = 0; i < w->hosts; i++)
		made += lane_bytes(w->host[i].core, &shared);
	b->own = ((double)heap_taken(HEAP_CORES) - made) / w->hosts;
	b->lane = (made + shared) / w->hosts;
}

static uint32_t
nodes_for(uint32_t chains)
{
	return chains < FOLLOWED ? 2 : chains * FOLLOWERS / FOLLOWED;
}

/* So many chains beside chain 0, each followed by two: nodes grow as chains do, what one of them follows does not. */
static struct burden
carry(uint32_t chains)
{
	static struct world w;
	struct options o = figures_options(nodes_for(chains), 1);
	struct burden b = { 0 };
	uint64_t from;

	o.chains = chains + 1;
	o.follow = FOLLOWED;
	o.unwitnessed = true;
	world_open(&w, &o);
	w.load = 1000;
	world_until(&w, world_slot_ms(FIRST));
	from = w.host[0].disk.tip;
	weigh(&b, &w, -1 / SLOTS);
	world_until(&w, world_slot_ms(LAST));
	weigh(&b, &w, 1 / SLOTS);
	weigh_chain(&b, &w.host[0].disk, from);
	weigh_cores(&b, &w);
	if (w.law.broken)
		printf("# %s: %s\n", w.law.broken, w.law.how);
	world_close(&w);
	return b;
}

static bool
level(double a, double b)
{
	return fabs(a - b) <= 0.2 * fmax(a, b);
}

/*
 * Bodies, storage and execution stay level from as many chains on as a node follows, and what grows is within its bound?
 */
static bool
chains(const uint32_t *count, size_t n, const char *mark)
{
	struct burden first = { 0 };
	bool ok = true;

	printf("%sWhat a node that follows 4 of the chains has of a slot, and what a block takes of its lanes and seals\n", mark);
	printf("%schains  nodes  bodies, bytes  stored  executed  lanes  seals  certificates, bytes  allowed  memory, KiB  and of all lanes\n", mark);
	for (size_t i = 0; i < n; i++) {
		struct burden b = carry(count[i]);
		double allowed = LANE_BYTES_MOST * b.lanes + SEAL_BYTES_MOST * b.seals;
		printf("%s%6u  %5u  %13.0f  %6.0f  %8.1f  %5.0f  %5.0f  %19.0f  %7.0f  %11.0f  %16.0f\n", mark, count[i],
		    nodes_for(count[i]), b.bodies, b.storage, b.executed, b.lanes, b.seals, b.certs, allowed, b.own / 1024, b.lane / 1024);
		fflush(stdout);
		first = count[i] >= FOLLOWED && first.bodies == 0 ? b : first;
		ok &= b.certs <= allowed && (first.bodies == 0 || (level(b.bodies, first.bodies) &&
		    level(b.storage, first.storage) && level(b.executed, first.executed)));
	}
	return ok;
}

void
scale_chains(void)
{
	static const uint32_t count[] = { 1, 4, 16, 64 };

	chains(count, sizeof count / sizeof *count, "");
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
	static const uint32_t count[] = { 4, 16, 64 };
	bool ok = tell("messages grow with the levels", messages(MESSAGES_FEW, "# "));

	return tell("what a node has of each slot does not grow with the chains", chains(count, 3, "# ")) && ok;
}
