#include "node/point.h"

#include <string.h>

#include "node/roles.h"

/* The latest blocks stay all of them, and the last final one; of the others every other one goes when room lacks. */
enum { LATEST = 16 };

static enum err
read_head(struct hash *hash, struct u128 *work, struct store_txn *t, uint64_t hid)
{
	struct hyper_header h;
	struct signature auth;
	enum err e = store_get_hyper_head(t, hash, &h, &auth, hid);
	*work = h.difficulty;
	return e;
}

/* Forgets what is not of this branch any more; the genesis always is. */
static enum err
cut(struct point *p, struct store_txn *t, uint64_t tip)
{
	while (p->count > 1) {
		uint64_t hid = p->at[p->count - 1].hid;
		struct hash hash;
		struct u128 work;
		enum err e = hid <= tip ? read_head(&hash, &work, t, hid) : ERR_NOT_FOUND;
		if (e == ERR_OK && hash_equal(&hash, &p->at[p->count - 1].hash))
			return ERR_OK;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		p->count--;
	}
	return ERR_OK;
}

static void
thin(struct point *p)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < p->count; i++) {
		if (i % 2 == 0 || i + LATEST >= p->count || p->at[i].hid == p->tip.final_hid)
			p->at[kept++] = p->at[i];
	}
	p->count = kept;
}

static void
add(struct point *p, uint64_t hid, const struct hash *hash, struct u128 work)
{
	if (p->count == LOCATOR_MOST)
		thin(p);
	p->at[p->count].hid = hid;
	p->at[p->count].hash = *hash;
	p->at[p->count].work = work;
	p->count++;
}

static enum err
extend(struct point *p, struct store_txn *t, uint64_t tip)
{
	enum err e = ERR_OK;
	for (uint64_t hid = p->at[p->count - 1].hid + 1; e == ERR_OK && hid <= tip; hid++) {
		struct hash hash;
		struct u128 work;
		e = read_head(&hash, &work, t, hid);
		if (e == ERR_OK)
			add(p, hid, &hash, u128_sum(p->at[p->count - 1].work, work));
	}
	return e;
}

static void
tell(struct point *p, const struct store_tip *tip)
{
	p->tip = (struct tip){ .hid = tip->hid, .slot = tip->slot, .final_hid = tip->final_hid, .hash = tip->hash,
		.work = p->at[p->count - 1].work };
	for (unsigned i = 0; i < p->count; i++) {
		unsigned back = p->count - 1 - i;
		p->hash[i] = p->at[back].hash;
		p->hid[i] = p->at[back].hid;
		p->work[i] = p->at[back].work;
	}
}

static enum err
read_follows(struct point *p, struct store_txn *t)
{
	uint32_t chain[OVERLAY_CHAINS];
	unsigned count;
	enum role role;
	enum err e = roles_told(&role, chain, &count, OVERLAY_CHAINS, t);
	if (e != ERR_OK)
		return e;
	p->follows_new |= !p->follows_known || role != p->role || count != p->follows ||
	    memcmp(chain, p->follow, count * sizeof(*chain)) != 0;
	p->follows_known = true;
	p->role = role;
	p->follows = count;
	memcpy(p->follow, chain, count * sizeof(*chain));
	return ERR_OK;
}

enum err
point_read(struct point *p, struct node *n)
{
	struct store_txn *t;
	struct store_tip tip;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	if (p->count == 0)
		add(p, 0, &n->genesis_hash, (struct u128){ 0 });
	e = store_get_tip(t, &tip);
	if (e == ERR_OK)
		e = cut(p, t, tip.hid);
	if (e == ERR_OK)
		e = extend(p, t, tip.hid);
	if (e == ERR_OK)
		tell(p, &tip);
	if (e == ERR_OK)
		e = read_follows(p, t);
	store_abort(t);
	return e;
}
