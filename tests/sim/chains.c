/*
 * What a node carries of a network of many chains, of which it follows a few: as many without witnesses as there are
 * chains, or those that the draw makes it a witness of. Bodies, storage, execution and memory stay level; what grows is
 * certificates and seal cores, within bounds.
 */
#include <math.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consensus/core.h"
#include "figures.h"
#include "heap.h"

enum {
	FOLLOWED = 4,
	VOTERS = 8,
	FIRST = 5, /* what waited at the start is done */
	LAST = 7,
	LANE_BYTES_MOST = 1024,
	SEAL_BYTES_MOST = 400,
	LIST_BYTES_MOST = 256 /* of a witness, in a certificate */
};

static const double SLOTS = LAST - FIRST;

/* What a node has, or has done, a slot; what a block of the chain takes; what a core has in memory at a slot's end. */
struct burden {
	double bodies, storage;           /* bytes of payloads, the same with its local blocks */
	double executed, blocks;          /* payloads, of so many blocks: when these come in a slot is no matter here */
	double lanes, seals, lists, certs; /* certs: bytes of certificates and seal cores */
	double own;                       /* of a core, but for what follows; below 0 in a build that counts none */
	double all, rounds, allowed;      /* what it has of all lanes; candidates and blocks among that; the bound of it */
	double endorsements;              /* of these */
	bool broken;
};

/* So many chains beside chain 0, for so many nodes, and a way to break the bounds. */
struct plan {
	uint32_t chains, nodes;
	bool drawn;                       /* lanes have witnesses, who follow what they are drawn for */
	bool everywhere;                  /* nodes follow all chains */
	enum careless careless;
};

/* --- on disk --- */

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
		b->executed += (part > 0 ? 1 : -1) * executed(d);
		b->blocks += (part > 0 ? 1.0 : -1.0) * (double)d->executed;
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
		for (uint32_t i = 0; i < h->header.lanes; i++)
			b->lists += h->cert[i].lists / SLOTS;
		b->certs += ((double)d->block[hid].letter->raw.len - rest) / SLOTS;
	}
}

/* --- in memory --- */

static double
lists_bytes(const struct round *r)
{
	double n = 2.0 * r->lists_cap * sizeof *r->list;

	for (uint32_t i = 0; i < r->lists; i++) {
		const struct list *l = r->list[i];
		n += sizeof *l + l->count * (double)sizeof *l->entry;
		for (uint32_t k = 0; k < l->count; k++)
			n += l->entry[k].count * (double)sizeof *l->entry[k].id;
	}
	return n;
}

static double
map_bytes(const struct map *m)
{
	return (double)(m->cap * (sizeof(uint64_t) + sizeof(void *) + MAP_KEY_MAX));
}

/* Heads of seals and where they stand; what those have of payloads is the node's own. */
static double
heads_bytes(const struct tree *t, const struct round *r)
{
	double places = (double)(r->cap + (r->owed ? r->seals : 0)) * sizeof *r->seal;

	return (double)(t->by_id.count * sizeof(struct taken)) + map_bytes(&t->by_id) + places;
}

/* Of a block or candidate; encoded (this it shares with other hosts here), and what it makes of its lanes. */
static double
node_bytes(const struct node *node, double *shared)
{
	double n = sizeof *node +
	    (node->brief.seals + 1) * (double)(sizeof *node->ticket + sizeof *node->seal + sizeof *node->chain);

	if (node->state_after)
		n += (node->hyper.header.lanes + 1) *
		    (double)(sizeof *node->lane + sizeof *node->state_after + sizeof *node->loaded);
	n += node->endorsements_cap * (double)sizeof *node->endorsement;
	*shared += (double)(node->raw.len + kept_decoded(&node->hyper));
	return n;
}

static double
bound(double lanes, double seals)
{
	return LANE_BYTES_MOST * lanes + SEAL_BYTES_MOST * seals;
}

/* Where lanes have witnesses, each of these has a list in the certificate besides. */
static double
bound_of_certs(const struct burden *b, bool drawn)
{
	return bound(b->lanes, b->seals) + (drawn ? LIST_BYTES_MOST * b->lists : 0);
}

/* The slot's lists are not in a block yet; that the list of a block's endorsements may grow takes as much as they do. */
static double
bound_of_memory(const struct burden *b, bool drawn)
{
	double voters = LIST_BYTES_MOST * b->lists * (b->rounds + 1) + 2.0 * sizeof(struct endorsement) * b->endorsements;

	return b->allowed + (drawn ? voters : 0);
}

/*
 * What a core has of all lanes: how each stands, the slot's lists and heads, blocks and candidates that are served, and
 * the seals that vote, here the founders.
 */
static double
lane_bytes(struct burden *b, const struct consensus *c, double *shared)
{
	double n = c->lanes.count * (double)sizeof **c->lanes.item + c->lanes.cap * (double)sizeof *c->lanes.item +
	    lists_bytes(&c->round) + heads_bytes(&c->tree, &c->round) + map_bytes(&c->tree.by_hash);

	n += c->founders->votes * (double)sizeof(struct vote) + c->founders->count * (double)sizeof(struct voter);
	b->allowed += bound(2.0 * c->lanes.count, c->round.seals + c->founders->votes);
	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		if (!node->served)
			continue;
		n += node_bytes(node, shared);
		b->allowed += bound(node->hyper.header.lanes, node->brief.seals);
		b->endorsements += node->endorsements;
		b->rounds++;
	}
	return n;
}

static void
weigh_cores(struct burden *b, const struct world *w)
{
	double made = 0, shared = 0;

	for (uint32_t i = 0; i < w->hosts; i++)
		made += w->host[i].core ? lane_bytes(b, w->host[i].core, &shared) : 0;
	b->own = ((double)heap_taken(HEAP_CORES) - made) / w->hosts;
	b->all = (made + shared) / w->hosts;
	b->rounds /= w->hosts;
	b->endorsements /= w->hosts;
	b->allowed /= w->hosts;
}

/* --- the world --- */

/* All users of a chain pay by way of one node, which seals; others seal nothing. */
static void
settle_users(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts; i++)
		w->host[i].idle = true;
	for (uint32_t chain = 0; chain < w->chains; chain++) {
		uint32_t home = chain ? (chain - 1) / FOLLOWED % w->hosts : 0;
		while (!w->host[home].disk.follows[chain])
			home = (home + 1) % w->hosts;
		for (uint32_t user = 0; user < USERS; user++)
			w->flow[chain][user].home = home;
		w->host[home].idle = false;
	}
}

static struct burden
carry(const struct plan *p)
{
	static struct world w;
	struct options o = figures_options(p->nodes, 1);
	struct burden b = { 0 };
	uint64_t from;

	o.chains = p->chains + 1;
	o.follow = p->everywhere ? 0 : FOLLOWED;
	o.voters = p->drawn ? 0 : VOTERS;
	o.drawn = p->drawn;
	o.unwitnessed = !p->drawn;
	o.careless = p->careless;
	world_open(&w, &o);
	w.load = 1000;
	settle_users(&w);
	world_until(&w, world_slot_ms(FIRST));
	from = w.host[0].disk.tip;
	weigh(&b, &w, -1 / SLOTS);
	/* Before the slot ends, when its lists and candidates are all there. */
	world_until(&w, world_slot_ms(LAST) - PERIOD / 50);
	weigh_cores(&b, &w);
	world_until(&w, world_slot_ms(LAST));
	weigh(&b, &w, 1 / SLOTS);
	weigh_chain(&b, &w.host[0].disk, from);
	if (w.law.broken)
		printf("# %s: %s\n", w.law.broken, w.law.how);
	b.executed /= b.blocks > 0 ? b.blocks : 1;
	b.broken = w.law.broken;
	world_close(&w);
	return b;
}

/* --- the bounds --- */

static bool
level(double a, double b)
{
	return fabs(a - b) <= 0.2 * fmax(a, b);
}

/* Level with the first one, and what grows is within its bounds? */
static bool
is_fair(const struct burden *b, const struct burden *first, bool drawn)
{
	return !b->broken && b->bodies > 0 && level(b->bodies, first->bodies) && level(b->storage, first->storage) &&
	    level(b->executed, first->executed) && (level(b->own, first->own) || b->own < 0) &&
	    b->certs <= bound_of_certs(b, drawn) &&
	    b->all - first->all <= bound_of_memory(b, drawn) - bound_of_memory(first, drawn);
}

static bool
carry_all(const struct plan *plan, size_t n, const char *mark)
{
	struct burden first = { 0 };
	bool ok = true;

	printf("%sA node a slot: bytes; a block: bytes of certificates and seal cores; a core: KiB, and how many blocks and\n"
	       "%scandidates it has of all lanes\n", mark, mark);
	printf("%schains  nodes  bodies  stored  executed   own  lanes  seals  lists  certificates   bound  all lanes  bound  "
	       "blocks\n", mark);
	for (size_t i = 0; i < n; i++) {
		struct burden b = carry(&plan[i]);
		printf("%s%6u  %5u  %6.0f  %6.0f  %8.1f  %4.0f  %5.0f  %5.0f  %5.0f  %12.0f  %6.0f  %9.0f  %5.0f  %6.1f\n", mark,
		    plan[i].chains, plan[i].nodes, b.bodies, b.storage, b.executed, b.own / 1024, b.lanes, b.seals, b.lists,
		    b.certs, bound_of_certs(&b, plan[i].drawn), b.all / 1024, bound_of_memory(&b, plan[i].drawn) / 1024,
		    b.rounds);
		fflush(stdout);
		first = i == 0 ? b : first;
		ok &= is_fair(&b, &first, plan[i].drawn);
	}
	return ok;
}

/* Nodes grow as chains do once there are enough that each has one to follow it. */
static struct plan
unwitnessed(uint32_t chains)
{
	uint32_t nodes = chains / FOLLOWED < VOTERS ? VOTERS : chains / FOLLOWED;

	return (struct plan){ .chains = chains, .nodes = nodes };
}

/* Each of the nodes is a witness of FOLLOWED lanes, more or less. */
static struct plan
witnessed(uint32_t chains)
{
	return (struct plan){ .chains = chains, .nodes = chains * WITNESSES / FOLLOWED, .drawn = true };
}

bool
chains_table(void)
{
	const struct plan without[] = { unwitnessed(4), unwitnessed(16), unwitnessed(64), unwitnessed(256),
		unwitnessed(1000) };
	const struct plan with[] = { witnessed(5), witnessed(10) };
	bool ok;

	puts("Chains without witnesses, each node follows 4 of them");
	ok = carry_all(without, sizeof without / sizeof *without, "");
	puts("Chains with witnesses, each node follows those that it is drawn for, about 4");
	ok &= carry_all(with, sizeof with / sizeof *with, "");
	puts(ok ? "level, and within the bounds" : "not level, or beyond the bounds");
	return ok;
}

/* --- small --- */

bool
chains_level(void)
{
	const struct plan plan[] = { unwitnessed(4), unwitnessed(16), unwitnessed(64) };

	return carry_all(plan, sizeof plan / sizeof *plan, "# ");
}

bool
chains_everywhere(void)
{
	struct plan plan[] = { unwitnessed(4), unwitnessed(16) };

	plan[1].everywhere = true;
	return carry_all(plan, 2, "# ");
}

bool
chains_decoded(void)
{
	struct plan plan[] = { unwitnessed(4), unwitnessed(16) };

	plan[0].careless = plan[1].careless = CARELESS_FOLD;
	return carry_all(plan, 2, "# ");
}

/* A world that gets so many pieces of memory, in a process of its own: does that end by itself? */
static bool
ends(uint64_t pieces)
{
	const struct plan plan = unwitnessed(16);
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		heap_end(pieces);
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(0);
		_exit(carry(&plan).broken ? 1 : 0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
}

bool
chains_cramped(void)
{
	bool ok = true;

	for (uint64_t pieces = 1; pieces < 60000; pieces += pieces / 12 + 97)
		ok &= ends(pieces);
	return ok;
}
