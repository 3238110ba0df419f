#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/audit_state.h"
#include "node/past.h"

static void
check_tip(struct audit *a)
{
	const struct store_tip *t = &a->tip;
	if (t->slot != a->last.slot || !hash_equal(&t->hash, &a->last.hash))
		audit_say(a, "meta", "the tip is not the last block");
	/* In a network of many a block beside the branch may have made more final than the branch itself shows. */
	if (t->final_hid < a->final_hid || t->final_hid > t->hid || (a->genesis.solo && t->final_hid != a->final_hid))
		audit_say(a, "meta", "final is %" PRIu64 ", not %" PRIu64, t->final_hid, a->final_hid);
	if (t->difficulty != a->difficulty)
		audit_say(a, "meta", "the difficulty is %" PRIu64 ", not %" PRIu64, t->difficulty, a->difficulty);
	if (t->lanes_in_use != a->lanes_in_use)
		audit_say(a, "meta", "%u lanes are in use, not %u", t->lanes_in_use, a->lanes_in_use);
}

static bool
same_roots(const struct roots *x, const struct roots *y)
{
	return x->executed == y->executed && hash_equal(&x->state, &y->state) && hash_equal(&x->outbox, &y->outbox);
}

static bool
has_lane(const struct audit_chain *c)
{
	return c->first_executed != 0 || c->state.tip_lid > 0 || c->state.committed.executed > 0;
}

static enum err
check_lanes(struct audit *a)
{
	struct arena arena = { 0 };
	struct lane_state *lane;
	uint32_t n, seen = 0;
	char place[32];
	enum err e = store_get_lanes(a->t, &lane, &n, &arena);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		snprintf(place, sizeof(place), "lane %u", lane[i].lane.chain);
		if (lane[i].lane.depth != 0 || lane[i].lane.chain >= a->chains) {
			audit_say(a, place, "no chain has it");
			continue;
		}
		const struct lane_state *s = &a->chain[lane[i].lane.chain].state;
		bool unfollowed = a->chain[lane[i].lane.chain].unfollowed;
		seen += !unfollowed;
		if (s->tip_lid != lane[i].tip_lid || !hash_equal(&s->tip, &lane[i].tip))
			audit_say(a, place, "its tip is not its last block");
		if (!same_roots(&s->committed, &lane[i].committed))
			audit_say(a, place, "its committed roots are not those of its last certificate");
		if (!unfollowed && !same_roots(&s->executed, &lane[i].executed))
			audit_say(a, place, "its executed roots are not what execution gives");
		if (s->busy_hid != lane[i].busy_hid)
			audit_say(a, place, "was busy in hyper %" PRIu64 ", not %" PRIu64, s->busy_hid, lane[i].busy_hid);
	}
	for (uint32_t i = 0; e == ERR_OK && i < a->chains; i++)
		seen -= !a->chain[i].unfollowed && (i == 0 || has_lane(&a->chain[i]));
	if (e == ERR_OK && seen != 0)
		audit_say(a, "lanes", "some are missing or too many");
	arena_free(&arena);
	return e;
}

struct state_walk {
	struct audit *audit;
	size_t count;
};

static enum err
check_entry(void *arg, struct bytes key, struct bytes value)
{
	struct state_walk *w = arg;
	const struct bytes *have = audit_memory_get(&w->audit->memory, key);
	if (have == NULL ? !w->audit->half : !bytes_equal(*have, value))
		audit_say(w->audit, "state", "an entry is not what execution gives");
	w->count += have != NULL;
	return ERR_OK;
}

static enum err
check_state(struct audit *a)
{
	struct state_walk w = { a, 0 };
	enum err e = store_each_state(a->t, check_entry, &w);
	if (e == ERR_OK && w.count != a->memory.entries.count)
		audit_say(a, "state", "%zu entries are missing", a->memory.entries.count - w.count);
	return e;
}

struct pool_walk {
	struct audit *audit;
	uint64_t waiting; /* rows in no block */
};

static enum err
check_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct pool_walk *w = arg;
	struct audit *a = w->audit;
	struct payload p;
	struct hash id;
	uint64_t indexed;
	char place[48];
	snprintf(place, sizeof(place), "row %" PRIu64, row);
	a->result->pooled++;
	bool known = row != 0 && row < a->rows;
	bool sealed = known && (a->sealed[row / 8] >> row % 8 & 1);
	if (!known)
		audit_say(a, place, "was never given out");
	if (payload_unpack(&p, &id, NULL, raw) != ERR_OK) {
		audit_say(a, place, "is no payload");
		return ERR_OK;
	}
	if (payload_check(&p, &id, &a->network) != ERR_OK)
		audit_say(a, place, "its signature does not verify");
	if (sealed_hid > a->last.hid || (sealed_hid != 0 && !sealed))
		audit_say(a, place, "no block has it");
	w->waiting += !sealed;
	enum err e = store_find_payload(a->t, &indexed, &id);
	if (e == ERR_NOT_FOUND)
		audit_say(a, place, "is not found by its id");
	else if (e == ERR_OK && indexed > row)
		audit_say(a, place, "its id names a later row");
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void
check_count(struct audit *a, const char *what, uint64_t have, uint64_t want)
{
	if (have != want)
		audit_say(a, what, "%" PRIu64 " entries, not %" PRIu64, have, want);
}

/* Of each block that may be taken back, and a few that are final. */
static void
check_notes(struct audit *a, uint64_t have)
{
	uint64_t least = a->last.hid - a->tip.final_hid;
	if (have < least || have > least + PAST_FINAL)
		audit_say(a, "undo", "%" PRIu64 " entries, not %" PRIu64 " and at most %d more", have, least, PAST_FINAL);
}

/* Nothing is there that nothing refers to. */
static enum err
check_counts(struct audit *a, uint64_t waiting, uint32_t endorsed)
{
	enum { HYPER = 1, HASH, BLOCK, LANE, PAYLOAD, ID, POOL, PLACE, RECEIPT, STATE, ENDORSED, UNDO, EXECUTED, LEFT };
	uint64_t count[STORE_DBS], executed = 0;
	for (uint32_t i = 0; i < a->chains; i++)
		executed += !a->chain[i].unfollowed && a->chain[i].first_executed != 0;
	enum err e = store_counts(a->t, count);
	if (e != ERR_OK || a->half)
		return e;
	check_count(a, "hyper", count[HYPER], a->result->hypers);
	check_count(a, "hash", count[HASH], a->result->hypers + a->result->blocks);
	check_count(a, "block", count[BLOCK], a->result->blocks);
	check_count(a, "payload", count[PAYLOAD], a->sealed_rows + waiting);
	check_count(a, "id", count[ID], a->sealed_rows + waiting);
	check_count(a, "pool", count[POOL], a->result->pooled);
	if (a->base == 0)
		check_count(a, "receipt", count[RECEIPT], a->receipts);
	check_count(a, "endorsed", count[ENDORSED], endorsed);
	check_notes(a, count[UNDO]);
	check_count(a, "executed", count[EXECUTED], executed);
	if (count[LEFT] > 2 * STORE_LEFT_MOST)
		audit_say(a, "left", "%" PRIu64 " entries, more than %d", count[LEFT], 2 * STORE_LEFT_MOST);
	return ERR_OK;
}

/* What still waits for its turn says so. */
static enum err
check_waiting(struct audit *a)
{
	const struct store_receipt ahead = { .err = ERR_SEQ_GAP };
	enum err e = ERR_OK;
	for (uint64_t row = 1; e == ERR_OK && row < a->rows; row++) {
		if (a->waits[row / 8] >> row % 8 & 1)
			e = audit_receipt(a, row, &ahead, a->last.hid);
	}
	return e;
}

enum err
audit_end(struct audit *a)
{
	struct pool_walk pool = { a, 0 };
	uint32_t endorsed;
	enum err e = audit_certified(a, &endorsed);
	if (e == ERR_OK) {
		check_tip(a);
		audit_base_end(a);
	}
	if (e == ERR_OK)
		e = check_lanes(a);
	if (e == ERR_OK)
		e = check_state(a);
	if (e == ERR_OK)
		e = check_waiting(a);
	if (e == ERR_OK)
		e = store_each_pooled(a->t, 0, check_pooled, &pool);
	return e == ERR_OK ? check_counts(a, pool.waiting, endorsed) : e;
}
