/*
 * crowd: some nodes in one process and in virtual time, for the tests of networks of many. Messages take time and get
 * lost as a seed says; each node keeps what its effects tell in memory, executes with a tiny ledger (a lane's root is a
 * hash chain over the payloads that it executed), and mines what it is given. After every effect the crowd checks that
 * no two nodes hold different blocks for final, and that nobody endorses twice in a slot.
 */
#ifndef TESTS_CONSENSUS_CROWD_H
#define TESTS_CONSENSUS_CROWD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/evidence.h"
#include "chain/exchange.h"
#include "chain/seal.h"
#include "consensus/consensus.h"
#include "crypto/sign.h"
#include "crypto/work.h"

enum { PERIOD = 1000, CHAINS = 2, MEMBERS = 20, ROWS = 20000, HIDS = 1000, SLOTS = 2000, MAIL = 200000 };

static const uint64_t GENESIS_MS = 1000000;

/*
 * Linked instead of sign_verify: a signature that one member has checked need not be checked again by the next. Not with
 * CROWD_IDEAL: tests/sim/ideal.c is linked then.
 */
#ifndef CROWD_IDEAL
bool __real_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig);
bool __wrap_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig);

bool
__wrap_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig)
{
	static struct {
		struct pubkey key;
		struct hash message;
		struct signature sig;
		bool known, right;
	} known[1 << 16];
	uint16_t at;
	memcpy(&at, sig->b, sizeof(at));
	if (!known[at].known || memcmp(&known[at].key, key, sizeof(*key)) != 0 ||
	    memcmp(&known[at].message, message, sizeof(*message)) != 0 || memcmp(&known[at].sig, sig, sizeof(*sig)) != 0) {
		known[at].right = __real_sign_verify(key, message, sig);
		known[at].key = *key;
		known[at].message = *message;
		known[at].sig = *sig;
		known[at].known = true;
	}
	return known[at].right;
}
#endif

struct row {
	struct pool_item item;
	struct bytes raw;
	bool pooled;
};

/* What the ledger has after a block. */
struct ledger {
	uint64_t last_seq[CHAINS];
	struct roots roots[CHAINS];
};

struct stored {
	struct hyper_brief brief;
	struct kept_block *block;
	uint32_t blocks;
	struct bytes raw;
	struct ledger ledger;
	bool certified;
};

struct member {
	struct sign_key *key;
	struct consensus *core;
	struct effects *out; /* of one tied to a store: where its effects gather; else NULL */
	struct row *row;
	struct stored *chain; /* by HID */
	uint64_t rows, tip, final, executed, nonce, skew_ms;
	uint64_t busy_ms;     /* until then it executes nothing */
	struct sign_record record;
	uint32_t group;       /* of the cut: other groups do not hear it */
	uint32_t unfollowed;  /* bits of chains; mining nodes that follow not all are not handed payloads */
	enum err refused;     /* the last payload */
	bool light;
	bool alive, mining, asked, two_faced, liar, alerted;
	struct effect_alert alert;
	uint64_t waiting[512];
	uint32_t waits;
	struct effect_work work;
	bool has_work;
	uint32_t undone;      /* blocks disconnected */
	struct hash endorsed[SLOTS];
};

struct mail {
	uint64_t at, order;
	uint32_t to, from;
	struct bytes raw;
};

struct crowd {
	/* After each step of a member that is tied to a store: hands its effects on when it sees fit. */
	void (*tie)(struct crowd *w, uint32_t who, enum event_type type);
	struct arena arena;
	struct genesis genesis;
	struct hash genesis_hash;
	struct member member[MEMBERS];
	uint32_t members;
	struct sign_key *signer;
	struct rule rule;             /* of chain 1 */
	struct authority_set set[4];  /* of chain 1; of HID 0: there from the start */
	uint32_t sets;
	uint64_t now_ms, seed, order, sent, delay_ms; /* delay_ms: mean */
	uint32_t loss;                                /* per thousand */
	struct mail *mail;
	size_t mails;
	struct hash final[HIDS];
	uint64_t finals, cut_seq; /* cut_seq: of chain 0, for those who are cut off */
	/* NULL: members of one group hear each other. What arrives in place of raw; none when it is empty. */
	struct bytes (*hears)(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw);
	uint64_t power;           /* of liars' ranks, in tries for a seal; 0: one */
	bool tolerant, forked;    /* tolerant: two final blocks of one HID are noted, not refused; liars say anything */
};

static inline uint64_t
crowd_draw(struct crowd *w, uint64_t n)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (w->seed >> 33) % n;
}

static inline void *
crowd_keep(struct crowd *w, const void *data, size_t len)
{
	void *copy = arena_alloc(&w->arena, len + 1, 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

static inline struct sign_key *
crowd_key(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return sign_key_new(seed);
}

/* --- mail --- */

static inline void
crowd_post(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	uint64_t delay = 1 + crowd_draw(w, 2 * w->delay_ms + 1);

	w->sent++;
	if (from == to || !w->member[to].core)
		return;
	if (w->hears)
		raw = w->hears(w, from, to, raw);
	else if (w->member[from].group != w->member[to].group)
		return;
	if (raw.len == 0 || crowd_draw(w, 1000) < w->loss)
		return;
	assert_true(w->mails < MAIL);
	w->mail[w->mails++] = (struct mail){ w->now_ms + delay, w->order++, to, from,
		{ crowd_keep(w, raw.data, raw.len), raw.len } };
}

static inline void
crowd_send(struct crowd *w, uint32_t from, const struct pubkey *to, struct bytes raw)
{
	static const struct pubkey all;

	for (uint32_t i = 0; i < w->members; i++) {
		const struct pubkey *key = sign_key_public(w->member[i].key);
		if (memcmp(to, &all, sizeof all) == 0 || memcmp(to, key, sizeof *key) == 0)
			crowd_post(w, from, i, raw);
	}
}

/* The earliest; NULL: none until then. */
static inline struct mail *
crowd_next(struct crowd *w, uint64_t until)
{
	struct mail *best = NULL;

	for (size_t i = 0; i < w->mails; i++) {
		struct mail *m = &w->mail[i];
		if (m->at <= until && (!best || m->at < best->at || (m->at == best->at && m->order < best->order)))
			best = m;
	}
	return best;
}

/* --- the store --- */

static inline void
crowd_final(struct crowd *w, struct member *m, uint64_t hid)
{
	assert_true(hid > m->final && hid <= m->tip);
	m->final = hid;
	for (uint64_t h = 1; h <= hid; h++) {
		const struct hash *hash = &m->chain[h].brief.hash;
		if (h <= w->finals && w->tolerant)
			w->forked |= !hash_equal(&w->final[h], hash);
		else if (h <= w->finals)
			assert_memory_equal(&w->final[h], hash, sizeof *hash);
		w->final[h] = *hash;
	}
	w->finals = hid > w->finals ? hid : w->finals;
}

static inline void
crowd_connect(struct crowd *w, struct member *m, const struct effect_hyper *h)
{
	struct stored *s = &m->chain[h->brief.hid];

	assert_int_equal(h->brief.hid, m->tip + 1);
	*s = (struct stored){ .brief = h->brief, .blocks = h->blocks, .certified = h->endorsements > 0 };
	s->raw = (struct bytes){ crowd_keep(w, h->raw.data, h->raw.len), h->raw.len };
	s->block = crowd_keep(w, h->block, h->blocks * sizeof *h->block);
	for (uint32_t i = 0; i < h->blocks; i++) {
		uint32_t n = h->block[i].block.head.core.payloads;
		s->block[i].row = crowd_keep(w, h->block[i].row, n * sizeof *h->block[i].row);
		for (uint32_t k = 0; k < n; k++)
			assert_true(s->block[i].row[k] < m->rows && m->row[s->block[i].row[k]].raw.len > 0);
	}
	m->tip = h->brief.hid;
}

static inline void
crowd_disconnect(struct crowd *w, struct member *m, const struct effect_disconnect *d)
{
	uint32_t kept = 0;

	assert_int_equal(d->hid, m->tip);
	assert_true(d->hid > m->final);
	assert_true(hash_equal(&d->hash, &m->chain[d->hid].brief.hash));
	m->tip--;
	m->undone++;
	assert_true(hash_equal(&d->tip.hash, m->tip ? &m->chain[m->tip].brief.hash : &w->genesis_hash));
	if (m->executed > m->tip)
		m->executed = m->tip;
	for (uint32_t i = 0; i < m->waits; i++) {
		if (m->waiting[i] != d->hid)
			m->waiting[kept++] = m->waiting[i];
	}
	m->waits = kept;
}

static inline void
crowd_send_seal(struct crowd *w, uint32_t from, const struct effect_send_seal *s)
{
	const struct member *m = &w->member[from];
	uint32_t n = s->head.core.payloads;
	struct seal seal = { .head = s->head, .payload = calloc(n + (size_t)1, sizeof *seal.payload) };
	struct buf raw = { 0 };

	for (uint32_t i = 0; s->row && i < n; i++)
		seal.payload[i].raw = m->row[s->row[i]].raw;
	if (s->row || n == 0)
		seal_put(&raw, &seal);
	else
		seal_head_put(&raw, &seal.head);
	crowd_send(w, from, &s->to, bytes_of(&raw));
	buf_free(&raw);
	free(seal.payload);
}

/* A two-faced voter endorses something else too, and shows it to every other member. */
static inline void
crowd_equivocate(struct crowd *w, uint32_t from, struct bytes raw)
{
	struct endorsement e;
	struct buf other = { 0 };

	assert_int_equal(endorse_unpack(&e, raw), ERR_OK);
	e.hash.b[0] ^= 1;
	endorse_sign(&e, w->member[from].key);
	endorse_put(&other, &e);
	for (uint32_t i = 0; i < w->members; i++)
		crowd_post(w, from, i, i % 2 ? bytes_of(&other) : raw);
	buf_free(&other);
}

static inline void
crowd_say(struct crowd *w, uint32_t from, const struct effect_send *s)
{
	struct member *m = &w->member[from];
	struct endorsement e;

	if (!(m->liar && w->tolerant) && object_peek(s->raw) == OBJECT_ENDORSEMENT && endorse_unpack(&e, s->raw) == ERR_OK &&
	    memcmp(&e.voter, sign_key_public(m->key), sizeof e.voter) == 0) {
		/* One endorsement a slot, and on record before it leaves. */
		assert_true(hash_is_zero(&m->endorsed[e.slot]) || hash_equal(&m->endorsed[e.slot], &e.hash));
		assert_true(m->record.endorse_slot >= e.slot);
		m->endorsed[e.slot] = e.hash;
		if (m->two_faced) {
			crowd_equivocate(w, from, s->raw);
			return;
		}
	}
	crowd_send(w, from, &s->to, s->raw);
}

static inline void
crowd_keep_payload(struct crowd *w, struct member *m, const struct effect_keep_payload *p)
{
	struct payload payload;
	struct row *r = &m->row[p->row];
	struct hash id, leaf;

	assert_true(p->row == m->rows && p->row < ROWS);
	m->rows++;
	assert_int_equal(payload_unpack(&payload, &id, &leaf, p->raw), ERR_OK);
	*r = (struct row){ .item = { .id = id, .seq = payload.seq, .chain = payload.chain }, .pooled = true };
	r->raw = (struct bytes){ crowd_keep(w, p->raw.data, p->raw.len), p->raw.len };
}

static inline void
crowd_apply(struct crowd *w, uint32_t who, const struct effect *e)
{
	struct member *m = &w->member[who];

	switch (e->type) {
	case EFFECT_KEEP_PAYLOAD:
		crowd_keep_payload(w, m, &e->payload);
		break;
	case EFFECT_DROP_POOLED:
		assert_true(m->row[e->drop.row].pooled);
		m->row[e->drop.row].pooled = false;
		break;
	case EFFECT_KEEP_RECORD:
		assert_true(e->record.source_slot >= m->record.source_slot);
		m->record = e->record;
		break;
	case EFFECT_KEEP_HYPER:
		crowd_connect(w, m, &e->hyper);
		break;
	case EFFECT_KEEP_CERTIFIED:
		assert_true(hash_equal(&m->chain[e->certified.hid].brief.hash, &e->certified.hash));
		assert_false(m->chain[e->certified.hid].certified);
		m->chain[e->certified.hid].certified = true;
		break;
	case EFFECT_KEEP_FINAL:
		crowd_final(w, m, e->hid);
		break;
	case EFFECT_KEEP_FOLLOW:
		assert_int_equal(m->tip, m->final);
		m->unfollowed &= ~(1u << e->follow.chain);
		m->unfollowed |= e->follow.follow ? 0 : 1u << e->follow.chain;
		break;
	case EFFECT_DISCONNECT:
		crowd_disconnect(w, m, &e->disconnect);
		break;
	case EFFECT_EXECUTE:
		m->waiting[m->waits++] = e->hid;
		break;
	case EFFECT_REPLY_WORK:
		m->work = e->work;
		m->has_work = e->work.err == ERR_OK;
		if (m->has_work)
			m->work.row = crowd_keep(w, e->work.row, e->work.core.payloads * sizeof *e->work.row);
		break;
	case EFFECT_SEND:
		crowd_say(w, who, &e->send);
		break;
	case EFFECT_SEND_SEAL:
		crowd_send_seal(w, who, &e->seal);
		break;
	case EFFECT_ALERT:
		m->alerted = true;
		m->alert = e->alert;
		break;
	case EFFECT_REPLY_PAYLOAD:
		m->refused = e->reply.err;
		break;
	case EFFECT_REPLY_SEAL:
		break;
	}
}

static void crowd_settle(struct crowd *w, uint32_t who);

static inline void
crowd_step(struct crowd *w, uint32_t who, struct event *event)
{
	struct member *m = &w->member[who];
	struct effects out = { 0 };

	event->now_ms = w->now_ms + m->skew_ms;
	assert_int_equal(consensus_step(m->core, m->out ? m->out : &out, event), ERR_OK);
	for (size_t i = 0; i < out.count; i++)
		crowd_apply(w, who, &out.item[i]);
	effects_free(&out);
	if (m->out)
		w->tie(w, who, event->type);
	crowd_settle(w, who);
}

/* --- execution and mining --- */

static inline void
crowd_execute(struct crowd *w, uint32_t who, uint64_t hid)
{
	struct member *m = &w->member[who];
	struct stored *s = &m->chain[hid];
	struct executed_lane lane[CHAINS];
	struct executed_seq seq[CHAINS];
	uint64_t unfit[256];
	struct event event = { .type = EVENT_EXECUTED, .executed = { .hid = hid, .lane = lane, .seq = seq, .unfit = unfit } };

	assert_int_equal(hid, m->executed + 1);
	s->ledger = m->chain[hid - 1].ledger;
	for (bool moved = true; moved;) {
		moved = false;
		for (uint32_t i = 0; i < s->blocks; i++) {
			for (uint32_t k = 0; k < s->block[i].block.head.core.payloads; k++) {
				const struct pool_item *p = &m->row[s->block[i].row[k]].item;
				struct roots *roots = &s->ledger.roots[p->chain];
				struct hash pair[2] = { roots->state, p->id };
				if (p->seq != s->ledger.last_seq[p->chain] + 1)
					continue;
				s->ledger.last_seq[p->chain]++;
				roots->state = hash_of(HASH_LEAF, pair, sizeof pair);
				moved = true;
			}
		}
	}
	for (uint32_t i = 0; i < s->blocks; i++) {
		for (uint32_t k = 0; k < s->block[i].block.head.core.payloads; k++) {
			const struct pool_item *p = &m->row[s->block[i].row[k]].item;
			if (p->seq > s->ledger.last_seq[p->chain])
				unfit[event.executed.unfits++] = s->block[i].row[k];
		}
	}
	for (uint32_t i = 0; i < w->sets; i++) {
		struct roots *roots = &s->ledger.roots[0];
		struct hash pair[2] = { roots->state, { { (uint8_t)i } } };
		if (w->set[i].hid != hid)
			continue;
		event.executed.set = &w->set[i];
		event.executed.sets = 1;
		roots->state = hash_of(HASH_LEAF, pair, sizeof pair);
	}
	for (uint32_t i = 0; i < CHAINS; i++) {
		s->ledger.roots[i].executed = hid;
		if (m->unfollowed >> i & 1)
			continue;
		lane[event.executed.lanes++] = (struct executed_lane){ .lane = { .chain = i }, .roots = s->ledger.roots[i] };
		seq[event.executed.seqs++] = (struct executed_seq){ i, *sign_key_public(w->signer), s->ledger.last_seq[i] };
	}
	m->executed = hid;
	crowd_step(w, who, &event);
}

static inline void
crowd_mine(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];
	uint32_t n = m->work.core.payloads;
	uint64_t last_seq[256] = { 0 };
	struct seal s = { .head.core = m->work.core, .payload = calloc(n + (size_t)1, sizeof *s.payload) };
	struct event event = { .type = EVENT_SEAL, .seal = { .tag = 1, .seal = &s, .last_seq = last_seq } };
	struct event more = { .type = EVENT_WORK, .work = { .tag = 2, .until_ms = UINT64_MAX, .signer = *sign_key_public(m->key) } };
	struct hash digest, id;

	m->has_work = false;
	for (uint32_t i = 0; i < n; i++) {
		struct seal_payload *p = &s.payload[i];
		p->raw = m->row[m->work.row[i]].raw;
		assert_int_equal(payload_unpack(&p->payload, &p->id, &p->leaf, p->raw), ERR_OK);
		last_seq[i] = m->chain[m->executed].ledger.last_seq[p->payload.chain];
	}
	s.head.auth = seal_sign(&s.head.core, m->key);
	digest = seal_digest(&s.head.core, &s.head.auth);
	do {
		s.head.nonce = ++m->nonce;
		id = work_hash(&digest, s.head.nonce);
	} while (!work_meets(&id, s.head.core.difficulty * (m->liar && w->power ? w->power : 1)));
	event.seal.id = id;
	crowd_step(w, who, &event);
	free(s.payload);
	crowd_step(w, who, &more);
}

static inline void
crowd_settle(struct crowd *w, uint32_t who)
{
	struct member *m = &w->member[who];

	while (m->waits && w->now_ms >= m->busy_ms) {
		uint64_t hid = m->waiting[0];
		memmove(m->waiting, m->waiting + 1, --m->waits * sizeof m->waiting[0]);
		crowd_execute(w, who, hid);
	}
	if (m->has_work && m->mining)
		crowd_mine(w, who);
}

/* --- delivery --- */

static inline void
crowd_deliver_seal(struct crowd *w, uint32_t to, struct event *event, struct arena *arena, struct bytes raw)
{
	const struct member *m = &w->member[to];
	struct seal seal;
	uint64_t last_seq[256];
	uint32_t bad;

	if (raw.len == SEAL_HEAD && seal_unpack(&seal, arena, raw) != ERR_OK) {
		struct reader r = wire_reader(raw);
		seal_head_get(&r, &seal.head);
		event->type = EVENT_SEAL;
		event->seal = (struct event_seal){ .seal = &seal, .id = seal_id(&seal.head), .bare = true };
		crowd_step(w, to, event);
		return;
	}
	assert_int_equal(seal_unpack(&seal, arena, raw), ERR_OK);
	assert_int_equal(seal_head_check(&seal.head), ERR_OK);
	assert_int_equal(seal_body_check(&seal, &bad), ERR_OK);
	for (uint32_t i = 0; i < seal.head.core.payloads; i++)
		last_seq[i] = m->chain[m->executed].ledger.last_seq[seal.payload[i].payload.chain];
	event->type = EVENT_SEAL;
	event->seal = (struct event_seal){ .seal = &seal, .id = seal_id(&seal.head), .last_seq = last_seq };
	crowd_step(w, to, event);
}

/* Decodes and checks as a node's workers do; honest members send nothing that fails. */
static inline void
crowd_deliver(struct crowd *w, const struct mail *m)
{
	struct event event = { .from = *sign_key_public(w->member[m->from].key) };
	struct arena arena = { 0 };
	struct list list;
	struct endorsement endorsement;
	struct hyper hyper;
	struct holdings holdings;
	enum object_type type = object_peek(m->raw);

	if (!w->member[m->to].alive)
		return;
	if (type == OBJECT_SEAL) {
		crowd_deliver_seal(w, m->to, &event, &arena, m->raw);
	} else if (type == OBJECT_LIST) {
		assert_int_equal(list_unpack(&list, &arena, m->raw), ERR_OK);
		assert_int_equal(list_check(&list), ERR_OK);
		event.type = EVENT_LIST;
		event.list = &list;
	} else if (type == OBJECT_ENDORSEMENT) {
		assert_int_equal(endorse_unpack(&endorsement, m->raw), ERR_OK);
		assert_int_equal(endorse_check(&endorsement), ERR_OK);
		event.type = EVENT_ENDORSEMENT;
		event.endorsement = &endorsement;
	} else if (type == OBJECT_HYPER) {
		assert_int_equal(hyper_unpack(&hyper, &arena, m->raw), ERR_OK);
		assert_int_equal(hyper_check(&hyper), ERR_OK);
		event.type = EVENT_HYPER;
		event.hyper = (struct event_hyper){ m->raw, &hyper, hyper_hash(&hyper.header) };
	} else {
		assert_int_equal(holdings_unpack(&holdings, type, &arena, m->raw), ERR_OK);
		event.type = type == OBJECT_HAVE ? EVENT_HAVE : EVENT_WANT;
		event.holdings = &holdings;
	}
	if (type != OBJECT_SEAL)
		crowd_step(w, m->to, &event);
	arena_free(&arena);
}

/* --- life: see crowd_life.h --- */

#include "crowd_life.h"

#endif
