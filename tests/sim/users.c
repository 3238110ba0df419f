/* Those who pay: a few users, each with a stream of payloads into every chain, by way of a node of their own. */
#include <string.h>

#include "world.h"

/* Enough for the bytes of a payload in chain 0. */
enum { FEE = 500 };

static bool
trusted(const struct world *w, uint32_t who)
{
	return !w->host[who].hostile && !w->host[who].leave_slot;
}

/* A payload waits at its node until that seals it: where authorities seal, it is handed in to one who stays one. */
static bool
may_be_home(const struct world *w, uint32_t who, uint32_t chain)
{
	bool seals = !w->with_rules || chain != RULES_BFT ||
	    (rule_is_authority(&w->rules.authorities, &w->host[who].name) &&
	        rule_is_authority(&w->rules.other, &w->host[who].name));

	return seals && trusted(w, who) && w->host[who].disk.follows[chain];
}

void
users_open(struct world *w)
{
	for (uint32_t chain = 0; chain < w->chains; chain++) {
		for (uint32_t user = 0; user < USERS; user++) {
			struct flow *f = &w->flow[chain][user];
			do {
				f->home = (uint32_t)chance_below(&w->trouble, w->hosts);
			} while (!may_be_home(w, f->home, chain));
		}
	}
}

static bool
awake(const struct world *w, uint32_t who)
{
	return w->host[who].core && w->host[who].paused_until <= w->now_ms;
}

static void
pay(struct world *w, uint32_t who, uint32_t chain, uint32_t user, uint64_t seq, uint64_t expiry)
{
	uint8_t number[8] = { (uint8_t)chain, (uint8_t)user, (uint8_t)seq, (uint8_t)(seq >> 8), (uint8_t)expiry };
	struct payload p = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq, .expiry = expiry,
		.body = { number, sizeof number } };
	struct buf raw = { 0 }, body = { 0 };
	struct hash id;

	if (w->coins) {
		orders_body(&body, w, chain, user, seq, expiry);
		p.body = bytes_of(&body);
		p.fee.units = FEE;
	}
	payload_sign(&p, &id, w->user[user]);
	payload_put(&raw, &p);
	host_pay(w, who, bytes_of(&raw));
	buf_free(&raw);
	buf_free(&body);
}

/* The last user's payloads expire: one at a time, and the same seq again when it did. */
static void
pay_in_haste(struct world *w, struct flow *f, uint32_t chain)
{
	const struct disk *d = &w->host[f->home].disk;
	uint64_t done = d->block[d->executed].ledger.last_seq[chain][USERS - 1];

	if (f->acked > done && f->expiry > d->tip)
		return;
	pay(w, f->home, chain, USERS - 1, done + 1, d->tip + chance_among(&w->trouble, 1, 8));
}

void
users_slot(struct world *w, uint64_t slot)
{
	(void)slot;
	for (uint32_t chain = 0; chain < w->chains; chain++) {
		for (uint32_t user = 0; user < USERS; user++) {
			struct flow *f = &w->flow[chain][user];
			uint32_t other = (uint32_t)chance_below(&w->trouble, w->hosts);
			if (!chance_hit(&w->trouble, w->load) || !awake(w, f->home))
				continue;
			if (user == USERS - 1) {
				pay_in_haste(w, f, chain);
				continue;
			}
			/* One that was not acknowledged is sent again. */
			f->last = f->acked + 1;
			pay(w, f->home, chain, user, f->last, 0);
			if (chance_hit(&w->trouble, 125) && trusted(w, other) && awake(w, other) &&
			    w->host[other].disk.follows[chain])
				pay(w, other, chain, user, f->last, 0);
		}
	}
}

void
users_acked(struct world *w, uint32_t who, const struct effect_reply *r)
{
	const struct disk *d = &w->host[who].disk;
	const struct pool_item *item = r->err == ERR_OK && r->row < d->rows ? &d->row[r->row].item : NULL;
	struct flow *f;

	if (!item || !trusted(w, who))
		return;
	f = &w->flow[item->chain][disk_user(w->user_name, &item->signer)];
	if (item->seq >= f->acked || item->expiry) {
		f->acked = item->seq;
		f->expiry = item->expiry;
	}
}

bool
users_served(const struct world *w, uint32_t who)
{
	const struct disk *d = &w->host[who].disk;
	const struct ledger *l = &d->block[d->final].ledger;

	for (uint32_t chain = 0; chain < w->chains && d->executed >= d->final; chain++) {
		for (uint32_t user = 0; user < USERS && d->follows[chain]; user++) {
			const struct flow *f = &w->flow[chain][user];
			if (l->last_seq[chain][user] < f->acked && !(f->expiry && f->expiry <= d->tip))
				return false;
		}
	}
	return d->executed >= d->final;
}
