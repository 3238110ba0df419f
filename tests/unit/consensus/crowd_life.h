/* crowd_life: beginning, time and end of a crowd; part of crowd.h. */
#ifndef TESTS_CONSENSUS_CROWD_LIFE_H
#define TESTS_CONSENSUS_CROWD_LIFE_H

static inline void
crowd_start(struct crowd *w, uint32_t who, uint32_t without)
{
	struct member *m = &w->member[who];
	struct chain_info chain[CHAINS];
	struct lane_state lane[CHAINS];
	struct consensus_config config = { .genesis = &w->genesis, .genesis_hash = w->genesis_hash, .key = m->key,
		.map_seed = 7 + who, .pool_bytes = 16 << 20, .pool_per_signer = 1000, .template_payloads = 64,
		.draw_seed = 1000 + who, .partial = m->unfollowed, .light = m->light, .without = without };
	struct consensus_snapshot s = { .tip = { .hash = w->genesis_hash }, .difficulty = 256, .chain = chain,
		.chains = CHAINS, .lane = lane, .lanes = CHAINS, .next_row = 1 };
	struct event event = { .type = EVENT_TIME };

	for (uint32_t i = 0; i < CHAINS; i++) {
		chain[i] = (struct chain_info){ .number = i, .body_bytes = 100,
			.unfollowed = m->unfollowed >> i & 1 };
		lane[i] = (struct lane_state){ .lane = { .chain = i } };
	}
	chain[1].rule = w->rule;
	s.set = w->set;
	s.sets = w->sets && w->set[0].hid == 0;
	m->rows = 1;
	assert_int_equal(consensus_new(&m->core, &config, &s), ERR_OK);
	m->alive = m->mining = true;
	crowd_step(w, who, &event);
}

static inline void
crowd_begin(struct crowd *w, uint32_t members, uint64_t seed)
{
	struct pubkey *founder;

	assert_true(hash_start());
	memset(w, 0, sizeof *w);
	w->now_ms = GENESIS_MS;
	w->seed = seed;
	w->members = members;
	w->delay_ms = 5;
	w->mail = calloc(MAIL, sizeof *w->mail);
	w->signer = crowd_key(99);
	genesis_defaults(&w->genesis);
	strcpy(w->genesis.name, "crowd");
	w->genesis.time_ms = GENESIS_MS;
	w->genesis.period_ms = PERIOD;
	w->genesis.difficulty = 256;
	w->genesis.founders = members;
	w->genesis.founder = founder = arena_alloc(&w->arena, members, sizeof *founder);
	for (uint32_t i = 0; i < members; i++) {
		w->member[i].key = crowd_key((uint8_t)(i + 1));
		w->member[i].row = calloc(ROWS, sizeof(struct row));
		w->member[i].chain = calloc(HIDS, sizeof(struct stored));
		founder[i] = *sign_key_public(w->member[i].key);
	}
	for (uint32_t i = 1; i < members; i++) {
		for (uint32_t k = i; k > 0 && memcmp(&founder[k - 1], &founder[k], sizeof *founder) > 0; k--) {
			struct pubkey swap = founder[k];
			founder[k] = founder[k - 1];
			founder[k - 1] = swap;
		}
	}
	assert_int_equal(genesis_hash(&w->genesis_hash, &w->genesis), ERR_OK);
}

/* Everybody is there from the beginning. */
static inline void
crowd_open(struct crowd *w, uint32_t members, uint64_t seed)
{
	crowd_begin(w, members, seed);
	for (uint32_t i = 0; i < members; i++)
		crowd_start(w, i, 0);
}

static inline void
crowd_end(struct crowd *w)
{
	for (uint32_t i = 0; i < w->members; i++) {
		consensus_free(w->member[i].core);
		sign_key_free(w->member[i].key);
		free(w->member[i].row);
		free(w->member[i].chain);
	}
	sign_key_free(w->signer);
	free(w->mail);
	arena_free(&w->arena);
}

static inline void
crowd_kill(struct crowd *w, uint32_t who)
{
	w->member[who].alive = false;
}

static inline uint64_t
crowd_due(const struct crowd *w, uint32_t *who)
{
	uint64_t best = UINT64_MAX;

	for (uint32_t i = 0; i < w->members; i++) {
		uint64_t due = w->member[i].alive ? consensus_deadline_ms(w->member[i].core) : UINT64_MAX;
		due = due == UINT64_MAX || due < w->member[i].skew_ms ? due : due - w->member[i].skew_ms;
		if (due < best) {
			best = due;
			*who = i;
		}
	}
	return best;
}

static inline void
crowd_ask(struct crowd *w)
{
	for (uint32_t i = 0; i < w->members; i++) {
		struct member *m = &w->member[i];
		struct event event = { .type = EVENT_WORK, .work = { .tag = 2, .until_ms = UINT64_MAX, .signer = *sign_key_public(m->key) } };
		if (m->alive && m->mining && !m->asked) {
			m->asked = true;
			crowd_step(w, i, &event);
		}
	}
}

static inline void
crowd_until(struct crowd *w, uint64_t ms)
{
	crowd_ask(w);
	for (;;) {
		uint32_t who = 0;
		uint64_t due = crowd_due(w, &who);
		struct mail *next = crowd_next(w, due < ms ? due : ms), mail;
		struct event event = { .type = EVENT_TIME };
		if (next) {
			mail = *next;
			*next = w->mail[--w->mails];
			w->now_ms = mail.at > w->now_ms ? mail.at : w->now_ms;
			crowd_deliver(w, &mail);
		} else if (due <= ms) {
			w->now_ms = due > w->now_ms ? due : w->now_ms;
			crowd_step(w, who, &event);
		} else {
			break;
		}
	}
	w->now_ms = ms > w->now_ms ? ms : w->now_ms;
}

static inline void
crowd_to(struct crowd *w, uint64_t slot)
{
	crowd_until(w, GENESIS_MS + slot * PERIOD + 1);
}

/* A signed payload handed to one member. */
static inline void
crowd_hand(struct crowd *w, uint32_t who, const struct payload *p, const struct hash *id)
{
	const struct member *m = &w->member[who];
	struct event event = { .type = EVENT_PAYLOAD };
	struct buf raw = { 0 };

	payload_put(&raw, p);
	event.payload = (struct event_payload){ .tag = 3, .raw = bytes_of(&raw), .item = { .id = *id,
		.leaf = payload_leaf(id, &p->signature), .chain = p->chain, .size = (uint32_t)raw.len, .seq = p->seq,
		.expiry = p->expiry, .signer = p->signer }, .last_seq = m->chain[m->executed].ledger.last_seq[p->chain] };
	crowd_step(w, who, &event);
	buf_free(&raw);
}

static inline void
crowd_pay_until(struct crowd *w, uint32_t who, uint32_t chain, uint64_t seq, uint64_t expiry)
{
	struct payload p = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq, .expiry = expiry,
		.body = { (const uint8_t *)"body", 4 } };
	struct hash id;

	assert_int_equal(payload_sign(&p, &id, w->signer), ERR_OK);
	crowd_hand(w, who, &p, &id);
}

static inline void
crowd_pay(struct crowd *w, uint32_t who, uint32_t chain, uint64_t seq)
{
	crowd_pay_until(w, who, chain, seq, 0);
}

/* The n-th honest one of those who live on this side of the cut; NULL-like UINT32_MAX: nobody does. */
static inline uint32_t
crowd_member(const struct crowd *w, uint32_t group, uint64_t n)
{
	uint32_t there[MEMBERS], count = 0;

	for (uint32_t i = 0; i < w->members; i++) {
		if (w->member[i].alive && !w->member[i].liar && w->member[i].group == group &&
		    !w->member[i].unfollowed)
			there[count++] = i;
	}
	return count ? there[n % count] : UINT32_MAX;
}

/* One payload a slot, to the members in turn, until the slot; those who are cut off get some of another chain. */
static inline void
crowd_load(struct crowd *w, uint64_t slot, uint64_t *seq)
{
	for (uint64_t s = (w->now_ms - GENESIS_MS) / PERIOD + 1; s <= slot; s++) {
		crowd_to(w, s);
		if (crowd_member(w, 0, 0) != UINT32_MAX) {
			crowd_pay(w, crowd_member(w, 0, *seq), 1, *seq + 1);
			++*seq;
		}
		if (crowd_member(w, 1, 0) != UINT32_MAX)
			crowd_pay(w, crowd_member(w, 1, 0), 0, ++w->cut_seq);
	}
}

static inline void
crowd_same_tips(const struct crowd *w)
{
	const struct member *first = NULL;

	for (uint32_t i = 0; i < w->members; i++) {
		const struct member *m = &w->member[i];
		if (!m->alive)
			continue;
		first = first ? first : m;
		assert_int_equal(m->tip, first->tip);
		assert_memory_equal(&m->chain[m->tip].brief.hash, &first->chain[m->tip].brief.hash, sizeof(struct hash));
	}
}

/* Of its blocks, those that it holds for certified. */
static inline uint32_t
crowd_certified(const struct member *m)
{
	uint32_t n = 0;

	for (uint64_t hid = 1; hid <= m->tip; hid++)
		n += m->chain[hid].certified;
	return n;
}

static inline uint64_t
crowd_executed_seq(const struct crowd *w, uint32_t who, uint32_t chain)
{
	return w->member[who].chain[w->member[who].executed].ledger.last_seq[chain];
}

#endif
