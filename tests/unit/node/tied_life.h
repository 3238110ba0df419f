/* tied_life: traffic, cuts, what is brought to those who fell behind, and the end of a tied crowd; part of tied.h. */
#ifndef TESTS_NODE_TIED_LIFE_H
#define TESTS_NODE_TIED_LIFE_H

/* --- traffic --- */

static inline void
tied_pay(struct crowd *w, uint32_t who, uint32_t chain, struct bytes body)
{
	struct member *m = &w->member[who];
	const struct pubkey *signer = sign_key_public(w->signer);
	uint64_t last = m->chain[m->executed].ledger.last_seq[chain];
	uint64_t pooled = consensus_pooled_seq(m->core, chain, signer);
	/* one in a while comes too early, and waits */
	uint64_t seq = (pooled > last ? pooled : last) + 1 + (crowd_draw(w, 8) == 0);
	struct payload p = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq, .body = body,
		.fee = { chain == 0 ? TIED_FEE : 1 },
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

static inline void
tied_register(struct crowd *w, uint32_t who, const char *name)
{
	struct coin_lock lock = { .amount = { TIED_LOCK }, .cliff = 5, .end = 15 };
	struct spec spec = { .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 1000,
		.coin = { .symbol = "SIDE", .issuance = COIN_MINED, .cap = { 100000 }, .reward = { 100 }, .halving = 20,
			.locks = 1 } };
	struct buf body = { 0 }, locks = { 0 };

	memcpy(lock.account, sign_key_public(w->signer)->b, 32);
	coin_lock_put(&locks, &lock);
	spec.coin.lock = bytes_of(&locks);

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	tied_pay(w, who, 0, (struct bytes){ crowd_keep(w, body.data, body.len), body.len });
	buf_free(&body);
	buf_free(&locks);
}

/* Some coins to a member; what is beyond what is there fails. */
static inline void
tied_send(struct crowd *w, uint32_t who, uint32_t chain, uint64_t units)
{
	struct coin_alloc to = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1 };
	struct buf body = { 0 }, list = { 0 };

	memcpy(to.account, sign_key_public(w->member[who].key)->b, 32);
	coin_alloc_put(&list, &to);
	o.output = bytes_of(&list);
	order_put(&body, &o);
	if (chain == 0)
		body.data[0] = ROOT_TRANSFER;
	tied_pay(w, who, chain, (struct bytes){ crowd_keep(w, body.data, body.len), body.len });
	buf_free(&body);
	buf_free(&list);
}

static inline uint64_t
tied_slot_of(const struct crowd *w)
{
	return (w->now_ms - GENESIS_MS) / PERIOD;
}

/* Payloads that differ on each side of a cut, under the same seqs. */
static inline void
tied_traffic(struct crowd *w, uint64_t slots)
{
	for (uint64_t end = tied_slot_of(w) + slots; tied_slot_of(w) < end;) {
		crowd_to(w, tied_slot_of(w) + 1);
		for (uint32_t group = 0; group < 2; group++) {
			uint32_t who = crowd_member(w, group, crowd_draw(w, 9));
			if (who == UINT32_MAX)
				continue;
			if (crowd_draw(w, 3) == 0)
				tied_register(w, who, group ? "left" : "right");
			else
				tied_send(w, who, (uint32_t)crowd_draw(w, 2), group ? 700 : 20);
		}
	}
}

static inline void
tied_part(struct crowd *w, uint32_t alone)
{
	for (uint32_t i = 0; i < w->members; i++)
		w->member[i].group = i < alone;
}

static inline void
tied_cut(struct crowd *w, uint32_t alone, uint64_t slots)
{
	tied_part(w, alone);
	tied_traffic(w, slots);
	tied_part(w, 0);
}

/* --- the end --- */

static inline void
tied_report(void *arg, const char *place, const char *what)
{
	print_error("member %u: %s: %s\n", *(uint32_t *)arg, place, what);
}

static inline struct audit_result
tied_check(uint32_t who)
{
	struct audit_config config = { .report = tied_report, .arg = &who };
	struct audit_result result;
	char wrong[INTACT_TEXT];

	store_close(tied[who].node->store);
	assert_int_equal(audit_run(&result, tied[who].dir, &config), ERR_OK);
	assert_int_equal(store_open(&tied[who].node->store, tied[who].dir, STORE_WRITE), ERR_OK);
	assert_int_equal(intact_check(tied[who].node->store, wrong, sizeof(wrong)), ERR_OK);
	assert_int_equal(result.problems, 0);
	return result;
}

static inline void
tied_audit(uint32_t who)
{
	struct audit_result result = tied_check(who);

	assert_true(result.hypers > 10 && result.payloads > 5);
}

static inline enum err
tied_sum(void *arg, struct bytes key, struct bytes value)
{
	hash_add(arg, key.data, key.len);
	hash_add(arg, value.data, value.len);
	return ERR_OK;
}

/* Ledger, lanes, and how many blocks there are; rows are each member's own. */
static inline struct hash
tied_contents(uint32_t who)
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
	assert_int_equal(store_each_state(t, tied_sum, &h), ERR_OK);
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

static inline void
tied_quiet(struct crowd *w)
{
	tied_busy = false;
	crowd_to(w, tied_slot_of(w) + 24);
	for (uint32_t i = 0; i < w->members; i++) {
		tied_settle(w, i);
		tied_flush(w, i);
	}
	crowd_same_tips(w);
}

static inline void
tied_same_and_clean(struct crowd *w)
{
	struct hash first = tied_contents(0);

	for (uint32_t i = 0; i < w->members; i++) {
		struct hash other = tied_contents(i);
		assert_true(hash_equal(&first, &other));
		tied_audit(i);
	}
}

/* --- what a node that fell behind is brought by others: their cores serve only what they themselves saw --- */

static inline void
tied_bring(struct crowd *w, uint32_t to, uint32_t from, struct buf *raw)
{
	struct mail mail = { .to = to, .from = from, .raw = { crowd_keep(w, raw->data, raw->len), raw->len } };

	crowd_deliver(w, &mail);
	buf_reset(raw);
}

static inline void
tied_bring_seal(struct crowd *w, uint32_t to, uint32_t from, struct store_txn *t, const struct lane *lane, uint64_t lid)
{
	struct arena arena = { 0 };
	struct buf raw = { 0 };
	struct store_block b;

	assert_int_equal(store_get_block(t, &b, &arena, lane, lid), ERR_OK);
	uint32_t n = b.block.head.core.payloads;
	struct seal seal = { b.block.head, arena_alloc(&arena, n + 1, sizeof(*seal.payload)) };
	for (uint32_t i = 0; i < n; i++) {
		struct bytes held;
		assert_int_equal(store_get_payload(t, &held, b.row[i]), ERR_OK);
		seal.payload[i].raw = (struct bytes){ crowd_keep(w, held.data, held.len), held.len };
	}
	seal_put(&raw, &seal);
	tied_bring(w, to, from, &raw);
	buf_free(&raw);
	arena_free(&arena);
}

static inline void
tied_bring_block(struct crowd *w, uint32_t to, uint32_t from, struct store_txn *t, uint64_t hid)
{
	struct arena arena = { 0 };
	struct endorsement *endorsement;
	struct buf raw = { 0 };
	struct hyper h;
	struct hash hash;
	uint32_t n;

	assert_int_equal(execute_hyper(&h, &hash, &arena, t, hid), ERR_OK);
	assert_int_equal(store_get_hyper(t, &hash, &raw, hid), ERR_OK);
	tied_bring(w, to, from, &raw);
	for (uint32_t i = 0; i < h.header.lanes; i++) {
		const struct cert_core *core = &h.cert[i].core;
		for (uint32_t k = 0; k < core->blocks; k++)
			tied_bring_seal(w, to, from, t, &core->lane, core->tip_lid - core->blocks + 1 + k);
	}
	assert_int_equal(store_get_endorsements(t, &endorsement, &n, &arena, hid), ERR_OK);
	for (uint32_t i = 0; i < n; i++) {
		endorse_put(&raw, &endorsement[i]);
		tied_bring(w, to, from, &raw);
	}
	buf_free(&raw);
	arena_free(&arena);
}

static inline void
tied_catch_up(struct crowd *w)
{
	for (uint32_t to = 0; to < w->members; to++) {
		for (uint32_t from = 0; from < w->members; from++) {
			struct store_txn *t;
			if (to == from)
				continue;
			assert_int_equal(store_begin_read(&t, tied[from].node->store), ERR_OK);
			for (uint64_t hid = w->member[to].final + 1; hid <= w->member[from].tip; hid++)
				tied_bring_block(w, to, from, t, hid);
			store_abort(t);
			tied_flush(w, to);
			tied_give(to);
		}
	}
}

#endif
