/* What must hold after every step. Each law has the name that a failing seed is reported with. */
#include <stdio.h>
#include <string.h>

#include "books.h"
#include "consensus/core.h"
#include "room.h"
#include "world.h"

struct mined {
	struct pubkey voter;
	uint64_t difficulty, slot;
	struct hash parent;
};

/* What every host must find a hyper block to be. */
struct fact {
	uint64_t makes;
	uint64_t roots[]; /* by chain; 0: nobody has executed it yet */
};

enum { EFFECTS_MOST = 20000 };

void
law_break(struct world *w, uint32_t who, const char *law, const char *how)
{
	if (w->law.broken)
		return;
	w->law.broken = law;
	snprintf(w->law.how, sizeof w->law.how, "slot %lu, node %u: %s", (unsigned long)world_slot(w), who, how);
	story(w, who, how, world_slot(w), NULL);
}

static void *
keep(struct world *w, const void *data, size_t len)
{
	void *copy = room_in(&w->law.arena, 1, len);

	memcpy(copy, data, len);
	return copy;
}

void
law_close(struct world *w)
{
	map_free(&w->law.mined);
	map_free(&w->law.blocks);
	arena_free(&w->law.arena);
}

/* --- committed_work_never_forged --- */

void
law_mined(struct world *w, const struct seal_head *head, const struct hash *id)
{
	struct mined m = { head->core.voter, head->core.difficulty, head->core.slot, head->core.prev_hyper };

	map_put(&w->law.mined, id->b, keep(w, &m, sizeof m));
}

static bool
worked_for(const struct world *w, const struct seal_head *head, const struct stored *s)
{
	struct hash id = seal_id(head);
	const struct mined *m = map_get(&w->law.mined, id.b);

	return m && m->difficulty == head->core.difficulty && m->slot == s->brief.slot &&
	    memcmp(&m->voter, &head->core.voter, sizeof m->voter) == 0 &&
	    hash_equal(&m->parent, &s->letter->hyper.header.prev);
}

static void
check_work(struct world *w, uint32_t who, const struct stored *s)
{
	const struct hyper *h = &s->letter->hyper;
	struct u128 sum = { 0 };

	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks; k++) {
			sum = u128_add(sum, h->cert[i].head[k].core.difficulty);
			if (!worked_for(w, &h->cert[i].head[k], s))
				law_break(w, who, "committed_work_never_forged", "a block holds a seal that nobody worked for");
		}
	}
	if (u128_compare(sum, s->brief.difficulty) != 0)
		law_break(w, who, "committed_work_never_forged", "a block claims more work than its seals did");
}

/* --- same_bytes --- */

static struct fact *
fact_of(struct world *w, const struct hash *hash)
{
	struct fact *f = map_get(&w->law.blocks, hash->b);

	if (f)
		return f;
	f = room_in(&w->law.arena, 1, sizeof *f + w->chains * sizeof f->roots[0]);
	map_put(&w->law.blocks, hash->b, f);
	return f;
}

static uint64_t
mix_root(const struct roots *roots)
{
	return letter_mix(1, &roots->state, sizeof roots->state) | 1;
}

static uint64_t
mix_lane(uint64_t mix, const struct lane_state *lane)
{
	uint64_t number[3] = { lane->tip_lid, lane->committed.executed, lane->busy_hid };

	mix = letter_mix(mix, number, sizeof number);
	mix = letter_mix(mix, &lane->tip, sizeof lane->tip);
	mix = letter_mix(mix, &lane->committed.state, sizeof lane->committed.state);
	return letter_mix(mix, &lane->committed.outbox, sizeof lane->committed.outbox);
}

static uint64_t
what_it_makes(const struct disk *d, const struct stored *s)
{
	uint64_t number[4] = { s->brief.hid, s->brief.slot, s->difficulty, s->lanes_in_use };
	uint64_t mix = letter_mix(1, number, sizeof number);

	for (uint32_t i = 0; i < d->chains; i++)
		mix = mix_lane(mix, &d->lane[i]);
	return mix | 1;
}

/* --- no_false_root_committed: what a certificate says of execution is what execution makes --- */

static void
check_roots(struct world *w, uint32_t who, const struct stored *s)
{
	const struct hyper *h = &s->letter->hyper;

	for (uint32_t i = 0; i < h->header.lanes; i++) {
		const struct cert_core *core = &h->cert[i].core;
		const struct fact *f = fact_of(w, &w->host[who].disk.block[core->roots.executed].brief.hash);
		uint64_t right = f->roots[core->lane.chain];
		if (core->roots.executed && right && right != mix_root(&core->roots))
			law_break(w, who, "no_false_root_committed", "a block commits a root that no execution reaches");
	}
}

void
law_connected(struct world *w, uint32_t who, const struct stored *s)
{
	struct fact *f = fact_of(w, &s->brief.hash);
	uint64_t makes = what_it_makes(&w->host[who].disk, s);

	check_work(w, who, s);
	check_roots(w, who, s);
	law_rules_connected(w, who, s);
	if (f->makes && f->makes != makes)
		law_break(w, who, "same_bytes", "two nodes make different local blocks and lanes of one hyper block");
	f->makes = makes;
}

/* --- conservation: balances + locked + in flight = issued - burned, of every coin --- */

/* Each host looks at its own books now and then; at what a block makes of them, the first that executes it. */
enum { AUDIT_EVERY = 16 };

void
law_executed(struct world *w, uint32_t who, const struct stored *s)
{
	struct fact *f = fact_of(w, &s->brief.hash);
	struct books *books = w->host[who].disk.books;

	for (uint32_t i = 0; i < w->chains; i++) {
		uint64_t mix = mix_root(&s->ledger.roots[i]);
		bool first = f->roots[i] == 0;
		if (!w->host[who].disk.follows[i])
			continue;
		if (!first && f->roots[i] != mix)
			law_break(w, who, "same_bytes", "two nodes reach different roots at one hyper block");
		f->roots[i] = mix;
		if (books && (first || s->brief.hid % AUDIT_EVERY == who % AUDIT_EVERY) && !books_add_up(books, i))
			law_break(w, who, "conservation", "coins are lost, or come from nowhere");
	}
	law_rules_executed(w, who, s);
}

/* --- final_prefix_agreement --- */

void
law_final(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	struct law *l = &w->law;

	for (uint64_t hid = h->final_seen + 1; hid <= h->disk.final; hid++) {
		const struct hash *hash = &h->disk.block[hid].brief.hash;
		if (hid > l->finals) {
			l->final = room(l->final, &l->final_cap, hid + 1, sizeof *l->final);
			l->final[hid] = *hash;
			l->finals = hid;
		} else if (!hash_equal(&l->final[hid], hash)) {
			law_break(w, who, "final_prefix_agreement", "two nodes hold different blocks for final");
		}
	}
	h->final_seen = h->disk.final;
}

/* --- one_signature_per_slot, on record before it leaves --- */

enum { SAID_KEY = 9 };

static bool
recorded(uint64_t slot, const struct hash *hash, uint64_t on_disk_slot, const struct hash *on_disk)
{
	return on_disk_slot > slot || (on_disk_slot == slot && (!hash || hash_equal(hash, on_disk)));
}

static void
check_said(struct world *w, uint32_t who, enum object_type kind, uint64_t slot, const struct hash *hash, bool on_disk)
{
	struct host *h = &w->host[who];
	uint8_t key[SAID_KEY] = { (uint8_t)kind };
	const struct hash *before;

	for (int i = 0; i < 8; i++)
		key[1 + i] = (uint8_t)(slot >> 8 * i);
	before = map_get(&h->said, key);
	if (before && !hash_equal(before, hash))
		law_break(w, who, "one_signature_per_slot", "a node signs two different things of one kind in a slot");
	if (before)
		return;
	map_put(&h->said, key, keep(w, hash, sizeof *hash));
	story(w, who, kind == OBJECT_LIST ? "signs a list of slot" : kind == OBJECT_HYPER ? "proposes in slot" :
	    "endorses in slot", slot, hash);
	if (!on_disk)
		law_break(w, who, "one_signature_per_slot", "a signature leaves before its record is on disk");
}

static bool
own(const struct host *h, const struct pubkey *key)
{
	return memcmp(key, &h->name, sizeof *key) == 0;
}

static void
check_send(struct world *w, uint32_t who, struct bytes raw)
{
	const struct host *h = &w->host[who];
	const struct sign_record *r = &h->disk.record;
	struct hyper_header header;
	struct signature auth;
	struct endorsement e;
	struct hash hash;

	switch (object_peek(raw)) {
	case OBJECT_LIST:
		if (memcmp(raw.data + OBJECT_HEAD + 8, h->name.b, sizeof h->name.b) != 0)
			break;
		hash = hash_of(HASH_LIST, raw.data, raw.len);
		check_said(w, who, OBJECT_LIST, raw.data[OBJECT_HEAD] | (uint64_t)raw.data[OBJECT_HEAD + 1] << 8, &hash,
		    recorded(raw.data[OBJECT_HEAD] | (uint64_t)raw.data[OBJECT_HEAD + 1] << 8, NULL, r->list_slot, NULL));
		break;
	case OBJECT_ENDORSEMENT:
		if (endorse_unpack(&e, raw) == ERR_OK && own(h, &e.voter))
			check_said(w, who, OBJECT_ENDORSEMENT, e.slot, &e.hash,
			    recorded(e.slot, &e.hash, r->endorse_slot, &r->endorsed));
		break;
	case OBJECT_HYPER:
		if (hyper_head_unpack(&header, &auth, raw) != ERR_OK || !own(h, &header.assembler))
			break;
		hash = hyper_hash(&header);
		check_said(w, who, OBJECT_HYPER, header.slot, &hash,
		    recorded(header.slot, &hash, r->candidate_slot, &r->candidate));
		break;
	default:
		break;
	}
}

/* --- nothing_acknowledged_lost: on its node's disk as long as it is neither final, nor expired, nor replaced --- */

/* One that pays more waits in its place. */
static bool
is_replaced(const struct disk *d, const struct row *r, const struct effect_drop *drop)
{
	struct amount least;

	for (uint64_t i = 1; drop->why == LEFT_REPLACED && i < d->rows; i++) {
		const struct row *x = &d->row[i];
		if (x->pooled && hash_equal(&x->item.id, &drop->by) && x->item.seq == r->item.seq &&
		    x->item.chain == r->item.chain && memcmp(&x->item.signer, &r->item.signer, sizeof x->item.signer) == 0)
			return pool_raise(&least, r->item.fee) && x->item.fee.units >= least.units;
	}
	return false;
}

static void
check_drop(struct world *w, uint32_t who, const struct effect_drop *drop)
{
	const struct disk *d = &w->host[who].disk;
	const struct row *r = drop->row < d->rows ? &d->row[drop->row] : NULL;
	uint64_t last;

	if (!r)
		return;
	last = d->final < d->blocks && d->executed >= d->final
	    ? d->block[d->final].ledger.last_seq[r->item.chain][disk_user(w->user_name, &r->item.signer)] : UINT64_MAX;
	if (r->item.seq > last && !(r->item.expiry && r->item.expiry < d->tip + 1) && !is_replaced(d, r, drop))
		law_break(w, who, "nothing_acknowledged_lost", "a payload leaves the pool: not final, expired or replaced");
}

void
law_before(struct world *w, uint32_t who, const struct effect *e)
{
	if (w->host[who].hostile)
		return;
	if (e->type == EFFECT_SEND && e->send.raw.data != w->law.told) {
		w->law.told = e->send.raw.data;
		check_send(w, who, e->send.raw);
	} else if (e->type == EFFECT_DROP_POOLED) {
		check_drop(w, who, &e->drop);
	}
}

/* --- queues_bounded --- */

void
law_step(struct world *w, uint32_t who, const struct effects *out, size_t before)
{
	const struct consensus *c = w->host[who].core;
	size_t nodes = 5 * (size_t)w->genesis.epoch + (c->round.slot - c->tree.base->brief.slot + 1) * SLOT_BLOCKS_MOST;

	if (c->tree.count > nodes)
		law_break(w, who, "queues_bounded", "the tree holds too many blocks");
	if (c->pool.bytes > 2 << 20 || c->orphans > ORPHANS_MOST || c->offers.parkeds > PARKED_MOST)
		law_break(w, who, "queues_bounded", "pool, orphans or miners outgrow their bounds");
	if (c->round.lists > w->hosts || c->round.seals > LIMIT_SEALS || c->evidences > LIMIT_EVIDENCE)
		law_break(w, who, "queues_bounded", "lists, seals or evidence outgrow their bounds");
	if (c->later && c->later->bytes > LATER_BYTES)
		law_break(w, who, "queues_bounded", "what came early outgrows its bound");
	if (out->count - before > EFFECTS_MOST)
		law_break(w, who, "queues_bounded", "one event has too many effects");
}
