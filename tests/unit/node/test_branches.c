/*
 * A crowd whose members keep their chains in real stores: cuts that heal make branches that are taken back, disks are
 * slow and fail, members start again from what they have on disk. In the end all stores are the same, and clean.
 */
#include "unit/consensus/crowd.h"

#include "node/apply.h"
#include "node/audit.h"
#include "node/restore.h"
#include "node/timing.h"

/* A member's node: no threads, no sockets, what it does comes from the crowd. */
struct tied {
	struct node *node;
	char dir[80];
	struct item *first, **last; /* results on their way to the core */
};

static struct tied tied[MEMBERS];
static char home[] = "/tmp/para-branches-XXXXXX";
static uint64_t now_ms;
static uint32_t aborted;
static bool busy; /* some disks are much too slow */

/* --- the clock of the crowd is the clock of its nodes --- */

uint64_t
timing_now_ms(void)
{
	return now_ms;
}

uint64_t
timing_steady_ms(void)
{
	return now_ms;
}

void
timing_wait(pthread_cond_t *wake, pthread_mutex_t *mutex, uint64_t ms)
{
	(void)wake;
	(void)mutex;
	(void)ms;
}

/* --- one member --- */

static void
read_ledger(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct store_txn *t;

	assert_int_equal(store_begin_read(&t, tied[who].node->store), ERR_OK);
	struct ledger_view view = store_ledger(t);
	m->executed = m->tip;
	for (uint32_t i = 0; i < CHAINS; i++)
		assert_int_equal(ledger_seq(&view, &m->chain[m->tip].ledger.last_seq[i], i,
		    sign_key_public(w->signer)), ERR_OK);
	store_abort(t);
}

static void
give_results(uint32_t who)
{
	struct tied *d = &tied[who];

	while (d->first != NULL) {
		struct item *item = d->first;
		struct node *n = d->node;
		d->first = item->next;
		assert_int_equal(item->step(n, item, NULL), ERR_OK);
		item->release(item);
	}
	d->last = &d->first;
}

/* The same batch with something at its end that no disk can do: nothing of it may remain. */
static void
abort_batch(struct node *n, const struct effects *batch)
{
	struct effects bad = { .item = calloc(batch->count + 1, sizeof(*bad.item)), .count = batch->count + 1 };
	struct applied done;

	memcpy(bad.item, batch->item, batch->count * sizeof(*bad.item));
	bad.item[batch->count] = (struct effect){ .type = EFFECT_EXECUTE, .hid = UINT64_MAX };
	assert_int_not_equal(apply_batch(&done, n, &bad), ERR_OK);
	assert_null(done.executed);
	free(bad.item);
	aborted++;
}

static void
flush(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct tied *d = &tied[who];
	struct effects batch = *m->out;
	struct applied done;

	*m->out = (struct effects){ 0 };
	if (batch.count > 0 && crowd_draw(w, 20) == 0)
		abort_batch(d->node, &batch);
	assert_int_equal(apply_batch(&done, d->node, &batch), ERR_OK);
	for (size_t i = 0; i < batch.count; i++)
		crowd_apply(w, who, &batch.item[i]);
	effects_free(&batch);
	m->waits = 0;
	read_ledger(w, who);
	*d->last = done.executed;
	d->last = done.executed != NULL ? done.last : d->last;
}

/* A disk takes its time: many steps are one transaction, and results come late. */
static void
tie(struct crowd *w, uint32_t who, enum event_type type)
{
	now_ms = w->now_ms + w->member[who].skew_ms;
	if (crowd_draw(w, busy && who % 2 ? 60 : 3) == 0)
		give_results(who);
	if (type == EVENT_TIME || crowd_draw(w, 6) == 0)
		flush(w, who);
}

static void
begin_core(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	struct node *n = tied[who].node;

	n->core = (struct core){ .open = &n->core.batch[0] };
	n->core.open->last = &n->core.open->first;
	now_ms = w->now_ms + m->skew_ms;
	assert_int_equal(restore_core(n), ERR_OK);
	m->core = n->core.consensus;
	m->out = &n->core.open->effects;
	m->alive = m->mining = true;
	m->asked = m->has_work = false;
}

static void
drop_results(uint32_t who)
{
	struct tied *d = &tied[who];

	while (d->first != NULL) {
		struct item *item = d->first;
		d->first = item->next;
		item->release(item);
	}
	d->last = &d->first;
}

/* The power fails: what is not on disk is lost. */
static void
restart(struct crowd *w, uint32_t who)
{
	drop_results(who);
	effects_free(w->member[who].out);
	consensus_free(w->member[who].core);
	begin_core(w, who);
}

static void
open_member(struct crowd *w, uint32_t who)
{
	struct tied *d = &tied[who];
	struct node *n = calloc(1, sizeof(*n));

	d->node = n;
	d->last = &d->first;
	snprintf(d->dir, sizeof(d->dir), "%s/%u", home, who);
	assert_int_equal(store_open(&n->store, d->dir, STORE_CREATE), ERR_OK);
	assert_int_equal(apply_genesis(n->store, &w->genesis), ERR_OK);
	n->genesis = w->genesis;
	n->genesis_hash = w->genesis_hash;
	n->network = genesis_network(&w->genesis_hash);
	n->config.key = w->member[who].key;
	n->map_seed = 1000 + who;
	w->member[who].rows = 1;
	begin_core(w, who);
}

static void
open_crowd(struct crowd *w, uint32_t members, uint64_t seed)
{
	strcpy(home, "/tmp/para-branches-XXXXXX");
	assert_non_null(mkdtemp(home));
	crowd_begin(w, members, seed);
	w->tie = tie;
	w->genesis.epoch = 16;
	w->genesis.retarget = 4;
	assert_int_equal(genesis_hash(&w->genesis_hash, &w->genesis), ERR_OK);
	for (uint32_t i = 0; i < members; i++)
		open_member(w, i);
}

static void
close_crowd(struct crowd *w)
{
	char command[128];

	for (uint32_t i = 0; i < w->members; i++) {
		drop_results(i);
		effects_free(w->member[i].out);
		store_close(tied[i].node->store);
	}
	crowd_end(w);
	for (uint32_t i = 0; i < w->members; i++)
		free(tied[i].node);
	snprintf(command, sizeof(command), "rm -r %s", home);
	assert_int_equal(system(command), 0);
}

/* --- traffic --- */

static void
pay(struct crowd *w, uint32_t who, uint32_t chain, struct bytes body)
{
	struct member *m = &w->member[who];
	const struct pubkey *signer = sign_key_public(w->signer);
	uint64_t last = m->chain[m->executed].ledger.last_seq[chain];
	uint64_t pooled = consensus_pooled_seq(m->core, chain, signer);
	/* one in a while comes too early, and waits */
	uint64_t seq = (pooled > last ? pooled : last) + 1 + (crowd_draw(w, 8) == 0);
	struct payload p = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq, .body = body,
		.expiry = crowd_draw(w, 4) == 0 ? m->tip + 2 : 0 };
	struct event event = { .type = EVENT_PAYLOAD };
	struct buf raw = { 0 };
	struct hash id;

	assert_int_equal(payload_sign(&p, &id, w->signer), ERR_OK);
	payload_put(&raw, &p);
	event.payload = (struct event_payload){ .tag = 3, .raw = { crowd_keep(w, raw.data, raw.len), raw.len },
		.last_seq = last, .item = { .id = id, .leaf = payload_leaf(&id, &p.signature), .chain = chain,
		.size = (uint32_t)raw.len, .seq = seq, .expiry = p.expiry, .signer = *signer } };
	crowd_step(w, who, &event);
	buf_free(&raw);
}

static void
register_chain(struct crowd *w, uint32_t who, const char *name)
{
	struct spec spec = { .engine = ENGINE_DATA, .rule = RULE_OPEN, .witnesses = 128, .body_bytes = 1000 };
	struct buf body = { 0 };

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	pay(w, who, 0, (struct bytes){ crowd_keep(w, body.data, body.len), body.len });
	buf_free(&body);
}

static uint64_t
slot_of(const struct crowd *w)
{
	return (w->now_ms - GENESIS_MS) / PERIOD;
}

/* Payloads that differ on each side of a cut, under the same seqs. */
static void
traffic(struct crowd *w, uint64_t slots)
{
	for (uint64_t end = slot_of(w) + slots; slot_of(w) < end;) {
		crowd_to(w, slot_of(w) + 1);
		for (uint32_t group = 0; group < 2; group++) {
			uint32_t who = crowd_member(w, group, crowd_draw(w, 9));
			if (who == UINT32_MAX)
				continue;
			if (crowd_draw(w, 3) == 0)
				register_chain(w, who, group ? "left" : "right");
			else
				pay(w, who, (uint32_t)crowd_draw(w, 2), (struct bytes){ (const uint8_t *)"body", group ? 4 : 2 });
		}
	}
}

static void
cut(struct crowd *w, uint32_t alone, uint64_t slots)
{
	for (uint32_t i = 0; i < w->members; i++)
		w->member[i].group = i < alone;
	traffic(w, slots);
	for (uint32_t i = 0; i < w->members; i++)
		w->member[i].group = 0;
}

/* --- the end --- */

static void
report(void *arg, const char *place, const char *what)
{
	print_error("member %u: %s: %s\n", *(uint32_t *)arg, place, what);
}

static void
audit(uint32_t who)
{
	struct audit_config config = { .report = report, .arg = &who };
	struct audit_result result;

	store_close(tied[who].node->store);
	assert_int_equal(audit_run(&result, tied[who].dir, &config), ERR_OK);
	assert_int_equal(store_open(&tied[who].node->store, tied[who].dir, STORE_WRITE), ERR_OK);
	assert_int_equal(store_whole(tied[who].node->store), ERR_OK);
	assert_int_equal(result.problems, 0);
	assert_true(result.hypers > 10 && result.payloads > 5);
}

static enum err
sum_up(void *arg, struct bytes key, struct bytes value)
{
	hash_add(arg, key.data, key.len);
	hash_add(arg, value.data, value.len);
	return ERR_OK;
}

/* Ledger, lanes, and how many blocks there are; rows are each member's own. */
static struct hash
contents(uint32_t who)
{
	enum { HYPER = 1, BLOCK = 3, LANE = 4, RECEIPT = 9, STATE = 10 };
	struct arena arena = { 0 };
	struct lane_state *lane;
	struct store_txn *t;
	struct hasher h;
	uint64_t count[STORE_DBS];
	uint32_t lanes;

	assert_int_equal(store_begin_read(&t, tied[who].node->store), ERR_OK);
	hash_init(&h, HASH_LEAF);
	assert_int_equal(store_each_state(t, sum_up, &h), ERR_OK);
	assert_int_equal(store_counts(t, count), ERR_OK);
	for (int i = HYPER; i <= LANE; i++)
		hash_add(&h, &count[i], sizeof(count[i]));
	hash_add(&h, &count[STATE], sizeof(count[STATE]));
	assert_int_equal(store_get_lanes(t, &lane, &lanes, &arena), ERR_OK);
	for (uint32_t i = 0; i < lanes; i++) {
		hash_add(&h, &lane[i].tip, sizeof(lane[i].tip));
		hash_add(&h, &lane[i].committed.state, sizeof(lane[i].committed.state));
		hash_add(&h, &lane[i].executed.state, sizeof(lane[i].executed.state));
	}
	store_abort(t);
	arena_free(&arena);
	return hash_end(&h);
}

static void
quiet(struct crowd *w)
{
	busy = false;
	crowd_to(w, slot_of(w) + 24);
	for (uint32_t i = 0; i < w->members; i++) {
		flush(w, i);
		give_results(i);
		flush(w, i);
	}
	crowd_same_tips(w);
}

static void
all_are_the_same_and_clean(struct crowd *w)
{
	struct hash first = contents(0);

	for (uint32_t i = 0; i < w->members; i++) {
		struct hash other = contents(i);
		assert_true(hash_equal(&first, &other));
		audit(i);
	}
}

static void
branches_come_and_go(void **state)
{
	uint32_t undone = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct crowd *w = calloc(1, sizeof(*w));
		open_crowd(w, 4, seed);
		w->loss = 20;
		busy = true;
		traffic(w, 8);
		for (int i = 0; i < 3; i++) {
			cut(w, 2 - i % 2, 10 + crowd_draw(w, 4));
			traffic(w, 3 + crowd_draw(w, 5));
		}
		quiet(w);
		for (uint32_t i = 0; i < 4; i++)
			undone += w->member[i].undone;
		all_are_the_same_and_clean(w);
		close_crowd(w);
		free(w);
	}
	assert_true(undone > 5);
	assert_true(aborted > 0);
}

/* What a core says of itself, as far as it does not depend on what was heard in this slot. */
struct said {
	struct round_view round;
	struct vote_view vote[MEMBERS];
	struct u128 total;
	struct tree_view tree[64];
	uint32_t votes, blocks;
};

static void
ask(struct said *out, const struct consensus *c)
{
	struct tree_view all[64];
	uint32_t n = consensus_tree(c, all, 64);

	memset(out, 0, sizeof(*out));
	consensus_round(c, &out->round);
	out->votes = consensus_votes(c, out->vote, MEMBERS, &out->total);
	assert_true(n <= 64);
	for (uint32_t i = 0; i < n; i++) {
		if (all[i].connected)
			out->tree[out->blocks++] = all[i];
	}
}

/* Made when they are needed first: not right after a start. */
static void
same_votes(const struct said *a, const struct said *b)
{
	assert_int_equal(a->votes, b->votes);
	assert_memory_equal(&a->total, &b->total, sizeof(a->total));
	for (uint32_t i = 0; i < a->votes; i++) {
		assert_memory_equal(&a->vote[i].key, &b->vote[i].key, sizeof(a->vote[i].key));
		assert_memory_equal(&a->vote[i].weight, &b->vote[i].weight, sizeof(a->vote[i].weight));
	}
}

static void
same(const struct said *a, const struct said *b)
{
	assert_memory_equal(&a->round.tip, &b->round.tip, sizeof(a->round.tip));
	assert_int_equal(a->round.hid, b->round.hid);
	assert_int_equal(a->round.final_hid, b->round.final_hid);
	assert_int_equal(a->round.certified_hid, b->round.certified_hid);
	assert_int_equal(a->round.difficulty, b->round.difficulty);
	for (uint32_t i = 1; i <= b->blocks && i <= a->blocks; i++) {
		const struct tree_view *x = &a->tree[a->blocks - i], *y = &b->tree[b->blocks - i];
		assert_memory_equal(&x->hash, &y->hash, sizeof(x->hash));
		assert_memory_equal(&x->source, &y->source, sizeof(x->source));
		assert_int_equal(x->certified, y->certified);
	}
	assert_true(b->blocks > 0);
}

static void
a_member_starts_again_as_it_was(void **state)
{
	struct crowd *w = calloc(1, sizeof(*w));
	struct said before, after;

	(void)state;
	open_crowd(w, 4, 9);
	for (int i = 0; i < 8; i++) {
		uint32_t who = (uint32_t)i % 4;
		traffic(w, 5 + crowd_draw(w, 4));
		while (tied[who].first != NULL || w->member[who].out->count > 0) {
			give_results(who);
			flush(w, who);
		}
		ask(&before, w->member[who].core);
		restart(w, who);
		ask(&after, w->member[who].core);
		same(&before, &after);
	}
	assert_true(before.round.hid > 34);
	quiet(w);
	ask(&before, w->member[0].core);
	for (uint32_t i = 1; i < 4; i++) {
		ask(&after, w->member[i].core);
		same_votes(&before, &after);
	}
	all_are_the_same_and_clean(w);
	close_crowd(w);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_come_and_go),
		cmocka_unit_test(a_member_starts_again_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
