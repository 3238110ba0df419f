#include "node/apply.h"

#include "node/past.h"
#include "node/results.h"
#include "node/roles.h"

/* One transaction under way, and the single values it changes, written once at its end. */
struct applying {
	struct node *node;
	struct store_txn *t;
	struct store_tip tip;
	bool tip_changed, at_once;
	uint64_t executed; /* HID up to which all blocks are */
	struct applied *out;
};

static enum err
keep_payload(struct applying *a, const struct effect_keep_payload *k)
{
	enum err e = store_put_payload(a->t, k->row, &k->id, k->raw);
	if (e == ERR_OK)
		e = store_put_pooled(a->t, k->row, 0);
	if (k->row >= a->tip.next_row) {
		a->tip.next_row = k->row + 1;
		a->tip_changed = true;
	}
	return e;
}

static enum err
drop_pooled(struct applying *a, const struct effect_drop *drop)
{
	const struct store_left left = { drop->why, drop->by, a->tip.hid };
	enum err e = store_drop_pooled(a->t, drop->row);
	if (e == ERR_OK && drop->erase)
		e = store_erase_payload(a->t, drop->row);
	if (e == ERR_OK && (drop->why == LEFT_EXPIRED || drop->why == LEFT_REPLACED))
		e = store_put_left(a->t, &drop->id, &left);
	return e;
}

static void
move_tip(struct applying *a, const struct hyper_brief *to, uint64_t difficulty, uint32_t lanes_in_use)
{
	a->tip.hid = to->hid;
	a->tip.slot = to->slot;
	a->tip.hash = to->hash;
	a->tip.difficulty = difficulty;
	a->tip.lanes_in_use = lanes_in_use;
	a->tip_changed = true;
}

/* What a disconnection takes back is noted meanwhile; the execution goes on with the notes. */
static enum err
write_hyper(struct applying *a, const struct effect_hyper *h, uint64_t in_force)
{
	const struct store_after after = { h->difficulty, h->lanes_in_use, in_force };
	enum err e = store_note(a->t, h->brief.hid);
	if (e == ERR_OK)
		e = store_put_hyper(a->t, h->brief.hid, &h->hash, &after, h->raw);
	for (uint32_t i = 0; e == ERR_OK && i < h->blocks; i++)
		e = store_put_block(a->t, h->brief.hid, &h->block[i]);
	for (uint32_t i = 0; e == ERR_OK && i < h->lanes; i++)
		e = store_put_lane(a->t, &h->lane[i]);
	return e == ERR_OK ? store_note_end(a->t) : e;
}

static enum err
keep_hyper(struct applying *a, const struct effect_hyper *h)
{
	struct lane_state root = { 0 };
	enum err e = store_get_lane(a->t, &root, &(struct lane){ 0 });
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (h->brief.hid != a->tip.hid + 1)
		return ERR_INTERNAL;
	e = write_hyper(a, h, root.committed.executed);
	if (e == ERR_OK)
		e = store_put_endorsements(a->t, h->brief.hid, h->endorsement, h->endorsements);
	move_tip(a, &h->brief, h->difficulty, h->lanes_in_use);
	return e;
}

/* What this batch has executed of the block must not be told: nobody asks for it any more. */
static void
unexecute(struct applied *out, uint64_t hid)
{
	struct item **at = &out->executed;
	while (*at != NULL && results_hid(*at) < hid)
		at = &(*at)->next;
	out->last = at;
	while (*at != NULL) {
		struct item *item = *at;
		*at = item->next;
		item->release(item);
	}
}

static enum err
disconnect(struct applying *a, const struct effect_disconnect *d)
{
	if (d->hid != a->tip.hid || d->hid <= a->tip.final_hid || !hash_equal(&d->hash, &a->tip.hash))
		return ERR_INTERNAL;
	a->out->left = true;
	a->executed = a->executed < d->hid ? a->executed : d->hid - 1;
	unexecute(a->out, d->hid);
	move_tip(a, &d->tip, d->difficulty, d->lanes_in_use);
	enum err e = store_take_back(a->t, d->hid);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static enum err
keep_final(struct applying *a, uint64_t hid)
{
	a->tip.final_hid = hid;
	a->tip_changed = true;
	uint64_t kept = past_kept(a->node);
	return store_settle(a->t, hid, hid > kept ? hid - kept : 0);
}

/* What is final cannot be taken back, and its execution needs no notes but for what is read of the past. */
static enum err
execute_next(struct applying *a, const struct results *r)
{
	struct item *item;
	uint64_t hid = a->executed + 1;
	bool noted = hid + past_kept(a->node) > a->tip.final_hid;
	enum err e = noted ? store_note(a->t, hid) : ERR_OK;
	if (e == ERR_OK)
		e = r != NULL ? results_write(&item, a->node, a->t, r) : results_execute(&item, a->node, a->t, hid);
	if (e != ERR_OK)
		return e;
	item->next = NULL;
	*a->out->last = item;
	a->out->last = &item->next;
	a->executed = hid;
	return noted ? store_note_end(a->t) : ERR_OK;
}

static enum err
execute_upto(struct applying *a, uint64_t hid)
{
	enum err e = hid <= a->tip.hid ? ERR_OK : ERR_CORRUPT;
	a->out->left |= e == ERR_OK && a->executed < hid;
	while (e == ERR_OK && a->executed < hid)
		e = execute_next(a, NULL);
	return e;
}

static enum err
execute(struct applying *a, uint64_t hid)
{
	if (a->at_once)
		return execute_upto(a, hid);
	return hid <= a->tip.hid ? ERR_OK : ERR_CORRUPT;
}

/* Another execution may have come before these. */
static enum err
take_results(struct applying *a, const struct results *r)
{
	if (r->err != ERR_OK)
		return r->err;
	return r->hid == a->executed + 1 && r->hid <= a->tip.hid ? execute_next(a, r) : ERR_OK;
}

/* What its history has reached is what the lane has, at this tip, where the other lanes must be too. */
static enum err
keep_follow(struct applying *a, const struct effect_follow *f)
{
	struct arena arena = { 0 };
	struct roles roles;
	struct fact now = { .chain = f->chain, .state = f->follow ? FACT_NONE : FACT_LEAVING };
	enum err e = execute_upto(a, a->tip.hid);
	a->out->left = true;
	if (e == ERR_OK)
		e = roles_read(&roles, &arena, a->t);
	const struct fact *fact = e == ERR_OK ? roles_fact(&roles, f->chain) : NULL;
	if (e == ERR_OK && f->follow) {
		if (fact == NULL || fact->state != FACT_COMING || fact->roots.executed != a->tip.hid)
			e = ERR_INTERNAL;
		else
			e = store_put_executed(a->t, &(struct lane){ .chain = f->chain }, &fact->roots);
		/* The notes that there are know nothing of its state. */
		if (e == ERR_OK)
			e = store_settle(a->t, a->tip.final_hid, a->tip.hid);
	}
	arena_free(&arena);
	return e == ERR_OK ? roles_set(a->t, &now) : e;
}

static enum err
apply_one(struct applying *a, const struct effect *e)
{
	switch (e->type) {
	case EFFECT_KEEP_PAYLOAD:
		return keep_payload(a, &e->payload);
	case EFFECT_DROP_POOLED:
		return drop_pooled(a, &e->drop);
	case EFFECT_KEEP_RECORD:
		return store_put_record(a->t, &e->record);
	case EFFECT_KEEP_HYPER:
		return keep_hyper(a, &e->hyper);
	case EFFECT_KEEP_FINAL:
		return keep_final(a, e->hid);
	case EFFECT_EXECUTE:
		return execute(a, e->hid);
	case EFFECT_KEEP_CERTIFIED:
		return store_put_endorsements(a->t, e->certified.hid, e->certified.endorsement,
		    e->certified.endorsements);
	case EFFECT_KEEP_FOLLOW:
		return keep_follow(a, &e->follow);
	case EFFECT_DISCONNECT:
		return disconnect(a, &e->disconnect);
	case EFFECT_REPLY_PAYLOAD:
	case EFFECT_REPLY_SEAL:
	case EFFECT_REPLY_WORK:
	case EFFECT_SEND:
	case EFFECT_SEND_SEAL:
	case EFFECT_ALERT:
		break;
	}
	return ERR_OK;
}

static bool
is_durable(enum effect_type type)
{
	return type <= EFFECT_EXECUTE;
}

static void
forget(struct applied *out)
{
	while (out->executed != NULL) {
		struct item *item = out->executed;
		out->executed = item->next;
		item->release(item);
	}
	out->last = &out->executed;
}

static enum err
begin(struct applying *a)
{
	struct lane_state root;
	enum err e = store_get_tip(a->t, &a->tip);
	if (e == ERR_OK)
		e = store_get_lane(a->t, &root, &(struct lane){ 0 });
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	a->executed = root.executed.executed;
	return ERR_OK;
}

static enum err
apply(struct applied *out, struct node *n, struct store_txn *t, const struct apply_order *order, size_t from)
{
	struct applying a = { .node = n, .t = t, .out = out, .at_once = order->at_once };
	*out = (struct applied){ .last = &out->executed, .wrote = true };
	enum err e = begin(&a);
	if (e == ERR_OK && order->results != NULL)
		e = take_results(&a, order->results);
	for (size_t i = from; e == ERR_OK && order->effects != NULL && i < order->effects->count; i++)
		e = apply_one(&a, &order->effects->item[i]);
	if (e == ERR_OK && a.tip_changed)
		e = store_put_tip(t, &a.tip);
	out->lag = a.tip.hid - a.executed;
	if (e != ERR_OK)
		forget(out);
	return e;
}

enum err
apply_effects(struct applied *out, struct node *n, struct store_txn *t, const struct effects *effects, size_t from)
{
	return apply(out, n, t, &(struct apply_order){ .effects = effects, .at_once = true }, from);
}

enum err
apply_batch(struct applied *out, struct node *n, const struct apply_order *order)
{
	struct store_txn *t;
	bool any = order->results != NULL;
	*out = (struct applied){ .last = &out->executed };
	for (size_t i = 0; order->effects != NULL && i < order->effects->count && !any; i++)
		any = is_durable(order->effects->item[i].type);
	if (!any)
		return ERR_OK;
	enum err e = store_begin_write(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = apply(out, n, t, order, 0);
	if (e == ERR_OK)
		e = store_commit(t);
	else
		store_abort(t);
	if (e != ERR_OK)
		forget(out);
	return e;
}

static enum err
put_genesis(struct store_txn *t, const struct genesis *g)
{
	struct buf raw = { 0 };
	struct store_tip tip = { .difficulty = g->difficulty, .next_row = 1 };
	struct ledger_view view = store_ledger(t);
	genesis_put(&raw, g);
	enum err e = raw.failed ? ERR_NOMEM : genesis_hash(&tip.hash, g);
	if (e == ERR_OK)
		e = store_put_genesis(t, bytes_of(&raw));
	if (e == ERR_OK)
		e = store_put_tip(t, &tip);
	if (e == ERR_OK)
		e = store_put_lane(t, &(struct lane_state){ 0 });
	buf_free(&raw);
	return e == ERR_OK ? ledger_begin(&view, g) : e;
}

enum err
apply_genesis(struct store *store, const struct genesis *genesis)
{
	struct store_txn *t;
	enum err e = store_begin_write(&t, store);
	if (e != ERR_OK)
		return e;
	e = put_genesis(t, genesis);
	if (e == ERR_OK)
		return store_commit(t);
	store_abort(t);
	return e;
}
