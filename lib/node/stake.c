#include "node/stake.h"

#include "ledger/account.h"
#include "node/lookup.h"
#include "node/past.h"

/* para-protocol(7) LAYER 2: The stake of a key is its balance of the chain's coin, nothing while it is frozen */
static enum err
read_view(struct amount *stake, struct amount *total, struct ledger_view *view, uint32_t chain,
    const struct pubkey *key)
{
	struct account a;
	struct totals t;
	enum err e = account_read(&a, view, chain, key->b);

	/* An account of another kind is nobody's key. */
	if (e != ERR_OK)
		return e;
	e = account_read_totals(&t, view, chain);
	if (e != ERR_OK)
		return e;
	*stake = a.frozen ? (struct amount){ 0 } : a.balance;
	total->units = t.issued.units - t.burned.units - t.locked.units;
	return ERR_OK;
}

static enum err
read_at(struct amount *stake, struct amount *total, struct look *look, const struct lane *lane,
    const struct roots *roots, const struct pubkey *key)
{
	struct lane_state now;
	struct past past;
	enum err e = store_get_lane(look->t, &now, lane);

	if (e != ERR_OK)
		return e;
	/* The same root, the same state, whatever block it is named by. */
	if (hash_equal(&now.executed.state, &roots->state))
		return read_view(stake, total, &look->ledger, lane->chain, key);
	e = past_begin(&past, look->t, roots->executed);
	if (e == ERR_OK)
		e = read_view(stake, total, &past.view, lane->chain, key);
	past_end(&past);
	return e;
}

static bool
read_stake(void *owner, struct amount *stake, struct amount *total, const struct lane *lane, const struct roots *roots,
    const struct pubkey *key)
{
	struct node *n = owner;
	struct look look;
	enum err e = lookup_begin(&look, n);

	/* Of a lane whose state the last final block has changed the next seal asks for the one before. */
	atomic_store(&n->stakes, true);

	if (e == ERR_OK)
		e = read_at(stake, total, &look, lane, roots, key);
	lookup_end(&look);
	return e == ERR_OK;
}

struct stake_view
stake_view(struct node *n)
{
	return (struct stake_view){ n, read_stake };
}
