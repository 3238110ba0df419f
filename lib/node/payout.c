#include "node/payout.h"

#include <stdlib.h>
#include <string.h>

#include "consensus/difficulty.h"
#include "node/execute.h"

void
payout_free(struct payout *p)
{
	free(p->epoch[0].vote);
	free(p->epoch[1].vote);
	free(p->strike);
	*p = (struct payout){ 0 };
}

static enum err
grow(void **list, uint32_t *cap, uint64_t wanted, size_t size)
{
	uint64_t next = *cap > 0 ? *cap : 64;
	while (next < wanted)
		next *= 2;
	if (next == *cap)
		return ERR_OK;
	void *more = next <= UINT32_MAX ? realloc(*list, next * size) : NULL;
	if (more == NULL)
		return ERR_NOMEM;
	*list = more;
	*cap = (uint32_t)next;
	return ERR_OK;
}

static enum err
get_head(struct hash *hash, struct hyper_header *h, struct store_txn *t, uint64_t hid)
{
	struct signature auth;
	enum err e = store_get_hyper_head(t, hash, h, &auth, hid);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

/* --- evidence --- */

static enum err
add_strikes(struct payout *p, struct store_txn *t, uint64_t hid)
{
	struct arena arena = { 0 };
	struct hyper h;
	struct hash hash;
	enum err e = execute_hyper(&h, &hash, &arena, t, hid);
	if (e == ERR_OK)
		e = grow((void **)&p->strike, &p->cap, p->strikes + (uint64_t)h.evidences, sizeof(*p->strike));
	for (uint32_t i = 0; e == ERR_OK && i < h.evidences; i++)
		p->strike[p->strikes++] = (struct payout_strike){ h.evidence[i].voter, hid };
	arena_free(&arena);
	return e;
}

/* Forgets what is too old, and all when the store has gone another way since. */
static void
forget(struct payout *p, struct store_txn *t, uint64_t first, uint64_t hid)
{
	struct hyper_header h;
	struct hash hash;
	uint32_t old = 0;
	if (p->seen + 1 < first || p->seen >= hid || get_head(&hash, &h, t, p->seen) != ERR_OK ||
	    !hash_equal(&hash, &p->seen_hash)) {
		p->strikes = 0;
		p->seen = first - 1;
	}
	while (old < p->strikes && p->strike[old].hid < first)
		old++;
	p->strikes -= old;
	if (old > 0)
		memmove(p->strike, p->strike + old, p->strikes * sizeof(*p->strike));
}

/* What the blocks before hid carry: votes are seals of at most 4 W blocks ago. */
static enum err
look_back(struct payout *p, struct store_txn *t, const struct genesis *g, uint64_t hid)
{
	const struct hash none = { { 0 } };
	uint64_t reach = 4 * (uint64_t)g->epoch;
	enum err e = ERR_OK;
	forget(p, t, hid > reach ? hid - reach : 1, hid);
	while (e == ERR_OK && p->seen + 1 < hid) {
		struct hyper_header h;
		struct hash hash;
		e = get_head(&hash, &h, t, p->seen + 1);
		if (e == ERR_OK && !hash_equal(&h.evidence_root, &none))
			e = add_strikes(p, t, p->seen + 1);
		if (e != ERR_OK)
			break;
		p->seen++;
		p->seen_hash = hash;
	}
	return e;
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

/* para-protocol(7) REWARD: What waits is burned when it is due if its voter was struck meanwhile */
static enum err
fill_struck(struct ledger_input *out, struct arena *arena, const struct payout *p, const struct genesis *g, uint64_t hid)
{
	struct pubkey *key = arena_alloc(arena, p->strikes + (size_t)1, sizeof(*key));
	if (key == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < p->strikes; i++) {
		if (p->strike[i].hid + g->epoch >= hid)
			key[out->strucks++] = p->strike[i].voter;
	}
	if (out->strucks > 0)
		qsort(key, out->strucks, sizeof(*key), compare_keys);
	out->struck = key;
	return ERR_OK;
}

static int
compare_strikes(const void *a, const void *b)
{
	const struct payout_strike *x = a, *y = b;
	int order = compare_keys(&x->voter, &y->voter);
	return order != 0 ? order : (x->hid > y->hid) - (x->hid < y->hid);
}

/* The block that struck the voter last; 0: none. strike: ascending by voter, then HID. */
static uint64_t
last_strike(const struct payout_strike *strike, uint32_t n, const struct pubkey *voter)
{
	const struct payout_strike key = { *voter, UINT64_MAX };
	uint32_t lo = 0, hi = n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (compare_strikes(&strike[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && compare_keys(&strike[lo - 1].voter, voter) == 0 ? strike[lo - 1].hid : 0;
}

/* --- the votes of an epoch --- */

static enum err
add_block(struct payout_epoch *e, const struct hyper *h)
{
	enum err err = grow((void **)&e->vote, &e->cap, e->votes + (uint64_t)h->header.seals, sizeof(*e->vote));
	for (uint32_t i = 0; err == ERR_OK && i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks && e->votes < e->cap; k++) {
			const struct seal_core *core = &h->cert[i].head[k].core;
			e->vote[e->votes++] = (struct payout_vote){ { core->signer, core->voter, core->difficulty }, h->header.hid };
			e->of.work = u128_add(e->of.work, core->difficulty);
		}
	}
	return err;
}

static enum err
read_block(struct payout_epoch *e, struct store_txn *t, uint64_t hid)
{
	struct arena arena = { 0 };
	struct hyper h;
	struct hash hash;
	enum err err = execute_hyper(&h, &hash, &arena, t, hid);
	if (err == ERR_OK)
		err = add_block(e, &h);
	arena_free(&arena);
	return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static int
compare_votes(const void *a, const void *b)
{
	return compare_keys(&((const struct payout_vote *)a)->vote.voter, &((const struct payout_vote *)b)->vote.voter);
}

static enum err
read_epoch(struct payout_epoch *e, struct store_txn *t, const struct genesis *g, uint64_t number)
{
	uint64_t first = (number - 2) * g->epoch, end = first + g->epoch;
	struct store_after after;
	enum err err = store_get_after(t, &after, number * g->epoch - 1);
	e->votes = 0;
	e->of = (struct reward_epoch){ .difficulty = after.difficulty, .wanted = difficulty_wanted(g, after.lanes_in_use) };
	for (uint64_t hid = first > 0 ? first : 1; err == ERR_OK && hid < end; hid++)
		err = read_block(e, t, hid);
	if (err == ERR_OK && e->votes > 0)
		qsort(e->vote, e->votes, sizeof(*e->vote), compare_votes);
	return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static enum err
find_epoch(struct payout_epoch **out, struct payout *p, struct store_txn *t, const struct genesis *g, uint64_t number)
{
	struct payout_epoch *e = &p->epoch[number % 2];
	struct hyper_header h;
	struct hash before;
	enum err err = get_head(&before, &h, t, number * g->epoch - 1);
	*out = e;
	if (err != ERR_OK || (e->number == number && hash_equal(&e->before, &before)))
		return err;
	e->number = 0;
	err = read_epoch(e, t, g, number);
	if (err != ERR_OK)
		return err;
	e->number = number;
	e->before = before;
	return ERR_OK;
}

/* --- what is paid --- */

/* The votes of one voter. */
static uint32_t
range(const struct payout_vote **out, const struct payout_epoch *e, const struct pubkey *voter)
{
	uint32_t lo = 0, hi = e->votes, n = 0;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (compare_keys(&e->vote[mid].vote.voter, voter) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = e->vote + lo;
	while (lo + n < e->votes && compare_keys(&e->vote[lo + n].vote.voter, voter) == 0)
		n++;
	return n;
}

/* The votes of who endorsed, but for those that are struck; out has room for all. */
static enum err
endorsing(struct reward_vote *out, uint32_t *n, const struct payout *p, const struct payout_epoch *e,
    const struct hyper *h)
{
	struct payout_strike *strike = calloc(p->strikes + (size_t)1, sizeof(*strike));
	if (strike == NULL)
		return ERR_NOMEM;
	if (p->strikes > 0) {
		memcpy(strike, p->strike, p->strikes * sizeof(*strike));
		qsort(strike, p->strikes, sizeof(*strike), compare_strikes);
	}
	*n = 0;
	for (uint32_t i = 0; i < h->endorsements; i++) {
		const struct payout_vote *vote;
		uint64_t struck = last_strike(strike, p->strikes, &h->endorsement[i].voter);
		for (uint32_t k = range(&vote, e, &h->endorsement[i].voter); k > 0 && *n < e->votes; k--, vote++) {
			if (vote->hid > struck)
				out[(*n)++] = vote->vote;
		}
	}
	free(strike);
	return ERR_OK;
}

static enum err
split(struct ledger_input *out, struct arena *arena, const struct payout *p, const struct payout_epoch *e,
    const struct genesis *g, const struct hyper *h, uint64_t source_slot)
{
	struct reward_vote *vote = arena_alloc(arena, e->votes + (size_t)1, sizeof(*vote));
	struct ledger_payout *payout = arena_alloc(arena, e->votes + (size_t)1, sizeof(*payout));
	struct reward_epoch of = e->of;
	uint32_t n;
	if (vote == NULL || payout == NULL)
		return ERR_NOMEM;
	enum err err = endorsing(vote, &n, p, e, h);
	if (err != ERR_OK)
		return err;
	of.slot = source_slot;
	reward_split(payout, &out->payouts, g, &of, vote, n);
	out->payout = payout;
	return ERR_OK;
}

static enum err
find_source(struct hyper_header *out, struct store_txn *t, const struct hyper *h)
{
	struct hash hash;
	struct lane lane;
	uint64_t hid, lid;
	bool is_hyper;
	enum err e = store_find_hash(t, &is_hyper, &hid, &lane, &lid, &h->header.source);
	if (e == ERR_OK)
		e = is_hyper && hid > 0 && hid < h->header.hid ? get_head(&hash, out, t, hid) : ERR_CORRUPT;
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
payout_of(struct ledger_input *out, struct arena *arena, struct payout *p, struct store_txn *t, const struct genesis *g,
    const struct hyper *h)
{
	struct payout_epoch *epoch;
	struct hyper_header source;
	*out = (struct ledger_input){ 0 };
	/* para-protocol(7) REWARD: The votes of founders are not paid, and so a solo network mints nothing. */
	if (g->solo || g->reward.units == 0 || h->header.hid < 2 * (uint64_t)g->epoch)
		return ERR_OK;
	enum err e = look_back(p, t, g, h->header.hid);
	if (e == ERR_OK)
		e = fill_struck(out, arena, p, g, h->header.hid);
	if (e != ERR_OK || h->endorsements == 0)
		return e;
	e = find_source(&source, t, h);
	if (e != ERR_OK || source.hid / g->epoch < 2)
		return e;
	e = find_epoch(&epoch, p, t, g, source.hid / g->epoch);
	return e == ERR_OK ? split(out, arena, p, epoch, g, h, source.slot) : e;
}
