#include <stdlib.h>
#include <string.h>

#include "consensus/votes.h"
#include "heap.h"
#include "room.h"
#include "world.h"

uint64_t
world_slot(const struct world *w)
{
	return genesis_slot(&w->genesis, w->now_ms);
}

uint64_t
world_slot_ms(uint64_t slot)
{
	return GENESIS_MS + slot * PERIOD;
}

/* --- opening --- */

static struct sign_key *
key_of(uint32_t kind, uint32_t i)
{
	uint8_t seed[32] = { (uint8_t)kind, (uint8_t)i, (uint8_t)(i >> 8) };

	return sign_key_new(seed);
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

/* PARA for the users, and for who registers the other coins. */
static void
give_coins(struct world *w)
{
	const uint8_t seed[32] = { 3 };
	struct sign_key *owner = sign_key_new(seed);
	struct genesis *g = &w->genesis;

	for (g->allocs = 0; g->allocs <= USERS; g->allocs++) {
		const struct pubkey *to = g->allocs < USERS ? &w->user_name[g->allocs] : sign_key_public(owner);
		memcpy(w->alloc[g->allocs].account, to->b, sizeof to->b);
		w->alloc[g->allocs].amount.units = 10 * BOOKS_COIN;
	}
	qsort(w->alloc, g->allocs, sizeof w->alloc[0], compare_keys);
	g->alloc = w->alloc;
	sign_key_free(owner);
}

static void
make_genesis(struct world *w)
{
	static const uint32_t epochs[] = { 16, 32, 64, 64 };
	struct genesis *g = &w->genesis;

	genesis_defaults(g);
	strcpy(g->name, "sim");
	g->time_ms = GENESIS_MS;
	g->period_ms = PERIOD;
	g->difficulty = 256;
	g->epoch = w->o.calm ? 64 : epochs[chance_below(&w->trouble, 4)];
	if (w->o.wanted) {
		g->seals = g->retarget = w->o.wanted;
		g->seals_per_lane = 0;
	}
	for (uint32_t i = 0; i < w->hosts; i++) {
		if (w->host[i].founder)
			w->founder[g->founders++] = w->host[i].name;
	}
	qsort(w->founder, g->founders, sizeof w->founder[0], compare_keys);
	g->founder = w->founder;
	if (w->coins)
		give_coins(w);
	genesis_hash(&w->genesis_hash, g);
}

static void
make_keys(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];
		h->key = key_of(1, i);
		h->name = *sign_key_public(h->key);
		h->founder = w->o.voters == 0 || i < w->o.voters;
		h->nonce = (uint64_t)i << 40;
		map_init(&h->said, 9, 1);
		wire_seat(w, i);
	}
	for (uint32_t i = 0; i < USERS; i++) {
		w->user[i] = w->with_rules && i < w->hosts ? key_of(1, i) : key_of(2, i);
		w->user_name[i] = *sign_key_public(w->user[i]);
	}
}

static void
open_rules(struct world *w)
{
	struct pubkey host[LIMIT_AUTHORITIES];
	const struct pubkey *spare = NULL;

	for (uint32_t i = 0; w->with_rules && i < w->hosts; i++)
		host[i] = w->host[i].name;
	for (uint32_t i = RULES_AUTHORITIES; w->with_rules && i < w->hosts && !spare; i++)
		spare = w->host[i].hostile || w->host[i].leave_slot ? NULL : &w->host[i].name;
	if (w->with_rules)
		rules_make(&w->rules, host, w->hosts, spare, w->o.lawless);
}

static void
plan_slot(struct world *w, uint64_t slot)
{
	timeline_add(&w->timeline, (struct happening){ .at_ms = world_slot_ms(slot) + 1, .kind = HAPPEN_SLOT });
}

/* A host follows what it is drawn for, while the founders vote. */
static void
draw_witnesses(struct world *w)
{
	struct votes all, drawn;

	if (votes_founders(&all, &w->genesis) != ERR_OK)
		return;
	for (uint32_t chain = 1; chain < w->chains; chain++) {
		const struct lane lane = { .chain = chain };
		if (votes_witnesses(&drawn, &all, &lane) != ERR_OK)
			continue;
		for (uint32_t i = 0; i < w->hosts; i++)
			w->host[i].disk.follows[chain] = votes_find(&drawn, &w->host[i].name) != NULL;
		votes_free(&drawn);
	}
	votes_free(&all);
}

static void
open_disk(struct world *w, uint32_t who)
{
	struct disk *d = &w->host[who].disk;

	disk_open(d, &w->genesis_hash, w->genesis.difficulty, w->chains);
	d->unwitnessed = w->o.unwitnessed;
	d->rules = w->with_rules ? &w->rules : NULL;
	d->own_set = w->o.without & DEFENCE_VOTES;
	d->old_set = w->o.lawless == RULES_OLD_SET;
	if (w->coins)
		d->books = books_new(&w->genesis, w->user_name, d->rules, w->o.flaw);
	if (w->coins && !d->books)
		law_break(w, who, "steps_succeed", "the coins cannot be registered");
	if (w->o.follow)
		host_follow(w, who, w->o.follow);
	if (w->o.siege && w->o.unwitnessed && who && !w->host[who].hostile)
		d->follows[1] = false;
}

void
world_open(struct world *w, const struct options *o)
{
	*w = (struct world){ .o = *o, .hosts = o->hosts, .now_ms = GENESIS_MS, .load = 150,
		.fate = { o->seed * 3 + 1 }, .trouble = { o->seed * 3 + 2 }, .malice = { o->seed * 3 + 3 } };
	careless_be(o->careless);
	w->with_rules = o->rules ||
	    (!o->calm && !o->rough && o->seed % 8 == 4 && o->chains == 0 && o->hosts <= LIMIT_AUTHORITIES);
	w->chains = w->with_rules ? RULES_CHAINS : o->chains ? o->chains : CHAINS;
	w->flow = room_new(w->chains, sizeof *w->flow);
	w->host = room_new(w->hosts, sizeof *w->host);
	w->weather.cut = room_new((size_t)w->hosts * w->hosts, 1);
	w->weather.told = room_new((size_t)w->hosts * w->hosts, sizeof *w->weather.told);
	map_init(&w->law.mined, sizeof(struct hash), 1);
	map_init(&w->law.blocks, sizeof(struct hash), 1);
	w->coins = o->coins || o->rules || (!o->calm && !o->rough && o->seed % 4 == 0);
	make_keys(w);
	hostile_open(w);
	make_genesis(w);
	trouble_open(w);
	open_rules(w);
	for (uint32_t i = 0; i < w->hosts; i++)
		open_disk(w, i);
	if (w->o.drawn)
		draw_witnesses(w);
	users_open(w);
	for (uint32_t i = 0; i < w->hosts; i++) {
		if (!w->host[i].late)
			host_start(w, i);
	}
	plan_slot(w, 1);
}

void
world_close(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts; i++) {
		struct host *h = &w->host[i];
		consensus_free(h->core);
		effects_free(&h->batch);
		disk_free(&h->disk);
		sign_key_free(h->key);
		map_free(&h->said);
		free(h->work_row);
	}
	for (uint32_t i = 0; i < USERS; i++)
		sign_key_free(w->user[i]);
	timeline_free(&w->timeline);
	hostile_close(w);
	letter_drop(w->mail);
	desk_clear(&w->desk);
	law_close(w);
	free(w->law.final);
	free(w->flow);
	free(w->host);
	free(w->tale);
	free(w->weather.cut);
	free(w->weather.told);
	heap_rest();
}

/* --- time --- */

static void
begin_slot(struct world *w)
{
	uint64_t slot = world_slot(w);

	desk_tidy(&w->desk);
	plan_slot(w, slot + 1);
	trouble_slot(w, slot);
	users_slot(w, slot);
	hostile_slot(w);
	for (uint32_t i = 0; i < w->hosts && !w->law.broken; i++) {
		if (w->host[i].core && w->host[i].paused_until <= w->now_ms)
			sync_ask(w, i);
	}
}

void
world_until(struct world *w, uint64_t ms)
{
	struct happening h;

	while (!w->law.broken && w->timeline.count && w->timeline.item[0].at_ms <= ms && timeline_take(&w->timeline, &h)) {
		w->now_ms = h.at_ms > w->now_ms ? h.at_ms : w->now_ms;
		if (h.kind == HAPPEN_SLOT)
			begin_slot(w);
		else if (h.kind == HAPPEN_START)
			host_start(w, h.who);
		else
			host_handle(w, &h);
		letter_drop(h.letter);
	}
	w->now_ms = ms > w->now_ms ? ms : w->now_ms;
}

/* --- one seed --- */

/*
 * para-protocol(7) ROUNDS: an idle network falls silent with everything final that waited. Seals that were made before
 * their makers saw the last of it final make blocks beyond it, with no payload and no other root than before. Nothing
 * calls for a certified pair over these, so it is no fault when more than the tip is short of final, as long as no lane
 * has moved there. In the tip alone a lane may have: by rewards, which are nothing to wait for.
 */
static bool
at_rest(const struct disk *d)
{
	bool busy = false;

	for (uint32_t i = 0; i < d->chains; i++)
		busy |= d->lane[i].busy_hid > d->final;
	return d->final + 1 >= d->tip || !busy;
}

bool
world_settled(const struct world *w)
{
	const struct disk *first = NULL;

	for (uint32_t i = 0; i < w->hosts; i++) {
		const struct host *h = &w->host[i];
		if (h->gone || h->hostile)
			continue;
		first = first ? first : &h->disk;
		if (!h->core || h->disk.tip != first->tip || !at_rest(&h->disk) || !users_served(w, i) ||
		    !hash_equal(&h->disk.block[h->disk.tip].brief.hash, &first->block[first->tip].brief.hash))
			return false;
	}
	return true;
}

const char *
run_seed(struct world *w, const struct options *o)
{
	uint64_t heal = o->rounds * (uint64_t)5 / 6, quiet = heal + o->rounds / 20, slot;

	world_open(w, o);
	world_until(w, world_slot_ms(heal));
	trouble_heal(w);
	law_rules_healed(w);
	w->load = w->with_rules ? 500 : w->load;
	world_until(w, world_slot_ms(quiet));
	w->load = 0;
	/* Who has left loses its votes within 3 W blocks. */
	for (slot = quiet + 10; slot < o->rounds + 3 * w->genesis.epoch + 30 && !w->law.broken; slot++) {
		world_until(w, world_slot_ms(slot));
		if (slot >= o->rounds && world_settled(w))
			break;
	}
	law_rules_end(w);
	for (uint32_t i = 0; i < w->hosts && !world_settled(w); i++) {
		story(w, i, "ends with final block", w->host[i].disk.final, NULL);
		story(w, i, "ends at block", w->host[i].disk.tip, &w->host[i].disk.block[w->host[i].disk.tip].brief.hash);
		story(w, i, users_served(w, i) ? "lacks nothing" : "lacks payloads at block", w->host[i].disk.executed, NULL);
	}
	if (!world_settled(w))
		law_break(w, w->hosts, "progress_after_healing", "tips differ, or something acknowledged is not final");
	return w->law.broken;
}
