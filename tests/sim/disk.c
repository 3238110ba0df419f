#include "disk.h"

#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "room.h"

static void *
copy_of(struct arena *arena, const void *data, size_t n, size_t size)
{
	void *copy = room_in(arena, n + 1, size);

	if (n)
		memcpy(copy, data, n * size);
	return copy;
}

static struct ledger
new_ledger(struct arena *arena, uint32_t chains)
{
	return (struct ledger){ .last_seq = room_in(arena, chains, sizeof(uint64_t[USERS])),
		.roots = room_in(arena, chains, sizeof(struct roots)) };
}

void
disk_open(struct disk *d, const struct hash *genesis_hash, uint64_t difficulty, uint32_t chains)
{
	*d = (struct disk){ .rows = 1, .blocks = 1, .chains = chains };
	d->block = room(NULL, &d->block_cap, 1, sizeof *d->block);
	d->block[0] = (struct stored){ .brief.hash = *genesis_hash, .difficulty = difficulty };
	d->block[0].ledger = new_ledger(&d->block[0].arena, chains);
	d->lane = room_new(chains, sizeof *d->lane);
	d->follows = room_new(chains, sizeof *d->follows);
	for (uint32_t i = 0; i < chains; i++) {
		d->lane[i].lane.chain = i;
		d->follows[i] = true;
	}
}

static void
drop_block(struct stored *s)
{
	letter_drop(s->letter);
	arena_free(&s->arena);
}

void
disk_free(struct disk *d)
{
	for (size_t i = 1; i < d->rows; i++)
		free((void *)d->row[i].raw.data);
	for (size_t i = 0; i < d->blocks; i++)
		drop_block(&d->block[i]);
	free(d->row);
	free(d->block);
	free(d->lane);
	free(d->follows);
	books_free(d->books);
}

uint32_t
disk_user(const struct pubkey *user, const struct pubkey *key)
{
	uint32_t i = 0;

	while (i + 1 < USERS && memcmp(&user[i], key, sizeof *key) != 0)
		i++;
	return i;
}

/* --- keeping --- */

static bool
keep_payload(struct disk *d, const struct effect_keep_payload *p, const char **why)
{
	struct payload payload;
	struct hash id, leaf;
	uint8_t *copy;
	struct row *r;

	*why = "a payload is kept under a row that is not the next, or does not decode";
	if (p->row != d->rows || payload_unpack(&payload, &id, &leaf, p->raw) != ERR_OK)
		return false;
	d->row = room(d->row, &d->row_cap, ++d->rows, sizeof *d->row);
	copy = room_new(p->raw.len, 1);
	memcpy(copy, p->raw.data, p->raw.len);
	r = &d->row[p->row];
	*r = (struct row){ .raw = { copy, p->raw.len }, .there = true, .pooled = true };
	r->item = (struct pool_item){ .id = id, .leaf = leaf, .chain = payload.chain, .size = (uint32_t)p->raw.len,
		.seq = payload.seq, .expiry = payload.expiry, .fee = payload.fee, .signer = payload.signer };
	return true;
}

static bool
drop_pooled(struct disk *d, const struct effect_drop *drop, const char **why)
{
	struct row *r = drop->row < d->rows ? &d->row[drop->row] : NULL;

	*why = "a payload leaves the pool that is not in it, or is erased though a block names it";
	if (!r || !r->pooled || (drop->erase && r->names))
		return false;
	r->pooled = false;
	r->there = !drop->erase;
	return true;
}

/* Each row once, though a block may name it again for a copy. */
static void
name_rows(struct disk *d, const struct stored *s, int by)
{
	for (uint32_t i = 0; i < s->blocks; i++) {
		for (uint32_t k = 0; k < s->block[i].block.head.core.payloads; k++) {
			struct row *r = &d->row[s->block[i].row[k]];
			r->names += (uint32_t)by;
			if (by > 0 && r->pooled)
				r->sealed_hid = s->brief.hid;
			else if (by < 0 && r->sealed_hid == s->brief.hid)
				r->sealed_hid = 0;
		}
	}
}

static bool
rows_there(const struct disk *d, const struct effect_hyper *h)
{
	for (uint32_t i = 0; i < h->blocks; i++) {
		for (uint32_t k = 0; k < h->block[i].block.head.core.payloads; k++) {
			if (h->block[i].row[k] >= d->rows || !d->row[h->block[i].row[k]].there)
				return false;
		}
	}
	return true;
}

static void
copy_block(struct stored *s, const struct effect_hyper *h)
{
	s->block = copy_of(&s->arena, h->block, h->blocks, sizeof *h->block);
	s->blocks = h->blocks;
	for (uint32_t i = 0; i < h->blocks; i++)
		s->block[i].row = copy_of(&s->arena, h->block[i].row, h->block[i].block.head.core.payloads,
		    sizeof *h->block[i].row);
	s->before = copy_of(&s->arena, h->before, h->lanes, sizeof *h->before);
	s->lanes = h->lanes;
	s->endorsement = copy_of(&s->arena, h->endorsement, h->endorsements, sizeof *h->endorsement);
	s->endorsements = h->endorsements;
}

static bool
keep_hyper(struct disk *d, struct desk *desk, const struct effect_hyper *h, const char **why)
{
	struct stored *s;

	*why = "a hyper block is connected that does not follow the tip, or names rows that are not there";
	if (h->brief.hid != d->tip + 1 || !rows_there(d, h))
		return false;
	d->blocks = ++d->tip + 1;
	d->block = room(d->block, &d->block_cap, d->blocks, sizeof *d->block);
	s = &d->block[d->tip];
	*s = (struct stored){ .brief = h->brief, .letter = letter_write(desk, h->raw), .difficulty = h->difficulty,
		.lanes_in_use = h->lanes_in_use };
	copy_block(s, h);
	name_rows(d, s, 1);
	for (uint32_t i = 0; i < h->lanes; i++)
		d->lane[h->lane[i].lane.chain] = h->lane[i];
	return hash_equal(&s->letter->hyper.header.prev, &d->block[d->tip - 1].brief.hash);
}

static void
disconnect(struct disk *d)
{
	struct stored *s = &d->block[d->tip];

	name_rows(d, s, -1);
	for (uint32_t i = 0; i < s->lanes; i++)
		d->lane[s->before[i].lane.chain] = s->before[i];
	drop_block(s);
	d->blocks = d->tip--;
	if (d->executed <= d->tip)
		return;
	d->executed = d->tip;
	if (d->books)
		books_undo(d->books, d->tip);
}

static bool
keep_certified(struct disk *d, const struct effect_certified *c, const char **why)
{
	struct stored *s = c->hid <= d->tip ? &d->block[c->hid] : NULL;

	*why = "a block is certified that is not on disk, or twice";
	if (!s || s->endorsements || !hash_equal(&s->brief.hash, &c->hash))
		return false;
	s->endorsement = copy_of(&s->arena, c->endorsement, c->endorsements, sizeof *c->endorsement);
	s->endorsements = c->endorsements;
	return true;
}

bool
disk_keep(struct disk *d, struct desk *desk, const struct effect *e, const char **why)
{
	switch (e->type) {
	case EFFECT_KEEP_PAYLOAD:
		return keep_payload(d, &e->payload, why);
	case EFFECT_DROP_POOLED:
		return drop_pooled(d, &e->drop, why);
	case EFFECT_KEEP_RECORD:
		d->record = e->record;
		return true;
	case EFFECT_KEEP_HYPER:
		return keep_hyper(d, desk, &e->hyper, why);
	case EFFECT_KEEP_CERTIFIED:
		return keep_certified(d, &e->certified, why);
	case EFFECT_KEEP_FINAL:
		*why = "a block is final that is not on disk, or was final before";
		if (e->hid <= d->final || e->hid > d->tip)
			return false;
		d->final = e->hid;
		if (d->books)
			books_settle(d->books, d->final);
		return true;
	case EFFECT_DISCONNECT:
		*why = "a block is taken back that is final or not the tip";
		if (e->disconnect.hid != d->tip || d->tip <= d->final ||
		    !hash_equal(&d->block[d->tip].brief.hash, &e->disconnect.hash))
			return false;
		disconnect(d);
		return true;
	default:
		return true;
	}
}

struct letter *
disk_seal(const struct disk *d, struct desk *desk, const struct seal_head *head, const uint64_t *row)
{
	struct seal seal = { .head = *head };
	struct letter *letter = NULL;
	struct buf raw = { 0 };
	bool there = true;

	if (!row && head->core.payloads) {
		seal_head_put(&raw, head);
		letter = letter_write(desk, bytes_of(&raw));
		buf_free(&raw);
		return letter;
	}
	seal.payload = room_new(head->core.payloads, sizeof *seal.payload);
	for (uint32_t i = 0; i < head->core.payloads; i++) {
		there &= d->row[row[i]].there;
		seal.payload[i].raw = d->row[row[i]].raw;
	}
	if (there) {
		seal_put(&raw, &seal);
		letter = letter_write(desk, bytes_of(&raw));
	}
	buf_free(&raw);
	free(seal.payload);
	return letter;
}

/* --- execution --- */

/* In the block's order, then those whose seq was ahead, again and again while one fits. */
static void
execute_payloads(struct disk *d, struct ledger *l, const struct stored *s, const struct pubkey *user)
{
	for (bool moved = true; moved;) {
		moved = false;
		for (uint32_t i = 0; i < s->blocks; i++) {
			for (uint32_t k = 0; k < s->block[i].block.head.core.payloads; k++) {
				const struct pool_item *p = &d->row[s->block[i].row[k]].item;
				uint64_t *last = &l->last_seq[p->chain][disk_user(user, &p->signer)];
				struct hash pair[2] = { l->roots[p->chain].state, p->id };
				if (p->seq != *last + 1)
					continue;
				++*last;
				l->roots[p->chain].state = hash_of(HASH_LEAF, pair, sizeof pair);
				moved = true;
			}
		}
	}
}

static void
find_unfit(struct disk *d, struct event_executed *event, struct arena *arena, const struct stored *s,
    const struct pubkey *user)
{
	uint32_t n = 0;
	uint64_t *unfit;

	for (uint32_t i = 0; i < s->blocks; i++)
		n += s->block[i].block.head.core.payloads;
	unfit = room_in(arena, n + (size_t)1, sizeof *unfit);
	for (uint32_t i = 0; i < s->blocks; i++) {
		for (uint32_t k = 0; k < s->block[i].block.head.core.payloads; k++) {
			struct row *r = &d->row[s->block[i].row[k]];
			if (r->item.seq <= s->ledger.last_seq[r->item.chain][disk_user(user, &r->item.signer)])
				continue;
			if (r->sealed_hid == s->brief.hid)
				r->sealed_hid = 0;
			unfit[event->unfits++] = s->block[i].row[k];
		}
	}
	event->unfit = unfit;
}

enum err
disk_execute(struct disk *d, struct event_executed *event, struct arena *arena, const struct pubkey *user)
{
	struct stored *s = &d->block[++d->executed];
	struct executed_lane *lane = room_in(arena, d->chains, sizeof *lane);
	struct executed_seq *seq = room_in(arena, d->chains * (size_t)USERS, sizeof *seq);
	enum err e = ERR_OK;

	s->ledger = new_ledger(&s->arena, d->chains);
	memcpy(s->ledger.last_seq, s[-1].ledger.last_seq, d->chains * sizeof *s->ledger.last_seq);
	memcpy(s->ledger.roots, s[-1].ledger.roots, d->chains * sizeof *s->ledger.roots);
	if (d->rules)
		s->ledger.stake = room_in(&s->arena, d->rules->stakers, sizeof *s->ledger.stake);
	if (d->books)
		e = books_execute(d->books, s, d, user);
	else
		execute_payloads(d, &s->ledger, s, user);
	*event = (struct event_executed){ .hid = d->executed, .lane = lane, .seq = seq };
	if (s->ledger.brought && !d->old_set) {
		event->set = s->ledger.brought;
		event->sets = 1;
	}
	find_unfit(d, event, arena, s, user);
	for (uint32_t i = 0; i < d->chains; i++) {
		if (!d->follows[i])
			continue;
		s->ledger.roots[i].executed = d->executed;
		lane[event->lanes++] = (struct executed_lane){ .lane.chain = i, .roots = s->ledger.roots[i] };
		for (uint32_t k = 0; k < USERS; k++)
			seq[event->seqs++] = (struct executed_seq){ i, user[k], s->ledger.last_seq[i][k] };
	}
	return e;
}

/* --- starting --- */

void
disk_rewind(struct disk *d)
{
	while (d->tip > d->final)
		disconnect(d);
}

static struct hyper_past
past_of(const struct stored *s, struct arena *arena)
{
	const struct hyper *h = &s->letter->hyper;
	struct ticket *ticket = room_in(arena, h->header.seals + (size_t)1, sizeof *ticket);
	struct pubkey *struck = room_in(arena, h->evidences + (size_t)1, sizeof *struck);
	uint32_t n = 0;

	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks; k++) {
			const struct seal_head *head = &h->cert[i].head[k];
			ticket[n++] = (struct ticket){ .id = seal_id(head), .voter = head->core.voter,
				.work = head->core.difficulty };
		}
	}
	for (uint32_t i = 0; i < h->evidences; i++)
		struck[i] = h->evidence[i].voter;
	return (struct hyper_past){ .ticket = ticket, .struck = struck, .strucks = h->evidences,
		.source = h->header.source, .difficulty = s->difficulty, .lanes_in_use = s->lanes_in_use,
		.endorsement = s->endorsement, .endorsements = s->endorsements };
}

static void
add_past(const struct disk *d, struct consensus_snapshot *s, struct arena *arena, const struct genesis *genesis)
{
	uint64_t most = 4 * (uint64_t)genesis->epoch + genesis->retarget, first = d->tip > most ? d->tip - most + 1 : 1;
	struct hyper_brief *recent = room_in(arena, d->tip - first + 2, sizeof *recent);
	struct hyper_past *past = room_in(arena, d->tip - first + 2, sizeof *past);

	for (uint64_t hid = first; hid <= d->tip; hid++, s->recents++) {
		recent[s->recents] = d->block[hid].brief;
		past[s->recents] = past_of(&d->block[hid], arena);
	}
	s->recent = recent;
	s->past = past;
}

struct consensus_snapshot
disk_snapshot(const struct disk *d, struct arena *arena, const struct genesis *genesis)
{
	const struct stored *tip = &d->block[d->tip];
	struct chain_info *chain = room_in(arena, d->chains, sizeof *chain);
	struct lane_state *lane = copy_of(arena, d->lane, d->chains, sizeof *lane);
	struct consensus_snapshot s = { .tip = tip->brief, .final_hid = d->final, .difficulty = tip->difficulty,
		.lanes_in_use = tip->lanes_in_use, .chain = chain, .chains = d->chains, .lane = lane, .lanes = d->chains,
		.tip_endorsement = tip->endorsement, .tip_endorsements = tip->endorsements, .record = d->record,
		.next_row = d->rows };

	for (uint32_t i = 0; i < d->chains; i++) {
		chain[i] = (struct chain_info){ .number = i, .body_bytes = i ? 100 : 200, .unfollowed = !d->follows[i],
			.unwitnessed = d->own_set || (i > 0 && d->unwitnessed) };
		lane[i].executed = d->block[d->executed].ledger.roots[i];
	}
	if (d->rules)
		rules_tell(d, &s, chain, arena);
	add_past(d, &s, arena, genesis);
	return s;
}

size_t
disk_pooled(const struct disk *d, struct event *event, const struct pubkey *user, size_t from)
{
	for (size_t i = from + 1; i < d->rows; i++) {
		const struct row *r = &d->row[i];
		if (!r->pooled)
			continue;
		*event = (struct event){ .type = EVENT_POOLED, .pooled = { .item = r->item, .row = i,
			.sealed_hid = r->sealed_hid, .held = r->names > 0,
			.last_seq = d->block[d->executed].ledger.last_seq[r->item.chain][disk_user(user, &r->item.signer)] } };
		return i;
	}
	return 0;
}
