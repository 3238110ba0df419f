#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"
#include "heap.h"
#include "room.h"
#include "world.h"

/* --- time --- */

uint64_t
host_now(const struct world *w, uint32_t who)
{
	return w->now_ms + (uint64_t)w->host[who].skew_ms;
}

void
host_plan(struct world *w, uint32_t who, enum happening_kind kind, uint64_t at_ms)
{
	timeline_add(&w->timeline,
	    (struct happening){ .at_ms = at_ms, .kind = kind, .who = who, .life = w->host[who].life });
}

static void
set_timer(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	uint64_t due = consensus_deadline_ms(h->core);

	if (due == UINT64_MAX)
		return;
	due -= (uint64_t)h->skew_ms;
	due = due > w->now_ms ? due : w->now_ms + 1;
	if (due == h->timer_ms)
		return;
	h->timer_ms = due;
	host_plan(w, who, HAPPEN_TIMER, due);
}

/* --- what goes out --- */

static void
send_letter(struct world *w, uint32_t who, const struct pubkey *name, struct letter *l)
{
	uint32_t to = wire_find(w, name);

	if (to < w->hosts && !(w->host[who].hostile && hostile_send(w, who, to, l)))
		wire_post(w, who, to, l, 0);
}

/* The bytes of the effect that was sent last go to many. */
static struct letter *
letter_of(struct world *w, struct bytes raw)
{
	if (w->mail_of != raw.data) {
		letter_drop(w->mail);
		w->mail = letter_write(&w->desk, raw);
		w->mail_of = raw.data;
	}
	return letter_share(w->mail);
}

static void
send(struct world *w, uint32_t who, const struct effect *e)
{
	struct letter *l;

	if (e->type == EFFECT_SEND) {
		l = letter_of(w, e->send.raw);
		send_letter(w, who, &e->send.to, l);
	} else {
		l = disk_seal(&w->host[who].disk, &w->desk, &e->seal.head, e->seal.row);
		if (l)
			send_letter(w, who, &e->seal.to, l);
	}
	letter_drop(l);
}

static void
keep(struct world *w, uint32_t who, const struct effect *e)
{
	struct host *h = &w->host[who];
	const char *why = "";

	if (!disk_keep(&h->disk, &w->desk, e, &why)) {
		law_break(w, who, "effects_fit_the_disk", why);
		return;
	}
	if (e->type == EFFECT_KEEP_HYPER) {
		story(w, who, "connects block", e->hyper.brief.hid, &e->hyper.hash);
		law_connected(w, who, &h->disk.block[h->disk.tip]);
	} else if (e->type == EFFECT_DISCONNECT) {
		story(w, who, "takes back block", e->disconnect.hid, &e->disconnect.hash);
		h->undone++;
		h->asked = h->asked < h->disk.tip ? h->asked : h->disk.tip;
	} else if (e->type == EFFECT_KEEP_FINAL) {
		story(w, who, "holds for final", e->hid, &h->disk.block[e->hid].brief.hash);
		law_final(w, who);
	}
}

static void
apply(struct world *w, uint32_t who, const struct effect *e)
{
	struct host *h = &w->host[who];

	law_before(w, who, e);
	switch (e->type) {
	case EFFECT_EXECUTE:
		h->asked = e->hid;
		break;
	case EFFECT_REPLY_WORK:
		miner_begin(w, who, &e->work);
		break;
	case EFFECT_REPLY_PAYLOAD:
		users_acked(w, who, &e->reply);
		break;
	case EFFECT_SEND:
	case EFFECT_SEND_SEAL:
		send(w, who, e);
		break;
	case EFFECT_ALERT:
		if (!h->hostile)
			law_break(w, who, "one_signature_per_slot", "an honest node is shown what it never signed");
		break;
	case EFFECT_REPLY_SEAL:
		break;
	default:
		keep(w, who, e);
	}
}

/* All of the batch is on disk at once; then it is told, front to back, as far as the power lasts. */
static void
commit(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	struct effects batch = h->batch;
	const bool hasty = w->o.careless == CARELESS_RECORD;

	h->batch = (struct effects){ 0 };
	h->committing = false;
	w->commits++;
	w->law.told = w->mail_of = NULL;
	for (size_t i = 0; i < batch.count && !w->law.broken; i++) {
		if (!hasty || batch.item[i].type != EFFECT_KEEP_RECORD)
			apply(w, who, &batch.item[i]);
	}
	for (size_t i = 0; hasty && i < batch.count && !w->law.broken; i++) {
		if (batch.item[i].type == EFFECT_KEEP_RECORD)
			apply(w, who, &batch.item[i]);
	}
	effects_free(&batch);
	if (h->asked > h->disk.executed && !h->executing) {
		h->executing = true;
		host_plan(w, who, HAPPEN_EXECUTE, w->now_ms + 1 + chance_below(&w->fate, 8));
	}
}

/* --- steps --- */

/* The bytes that the event lends are given up before the commit. */
static void
keep_bytes(struct effects *batch, size_t from)
{
	for (size_t i = from; i < batch->count; i++) {
		struct effect *e = &batch->item[i];
		uint8_t *copy;
		if (e->type != EFFECT_KEEP_PAYLOAD)
			continue;
		copy = room_in(&batch->arena, e->payload.raw.len, 1);
		memcpy(copy, e->payload.raw.data, e->payload.raw.len);
		e->payload.raw.data = copy;
	}
}

void
host_step(struct world *w, uint32_t who, struct event *event)
{
	struct host *h = &w->host[who];
	size_t before = h->batch.count;
	bool signing = h->core->round.signing;
	enum err e;

	event->now_ms = host_now(w, who);
	rules_obey(w->o.lawless, h->hostile & HOSTILE_LAWLESS);
	heap_for(HEAP_CORES);
	e = consensus_step(h->core, &h->batch, event);
	heap_for(HEAP_WORLD);
	if (e)
		law_break(w, who, "steps_succeed", "a step failed");
	/* A liar bears what a block shows of its other face. */
	if (h->hostile && h->core->silenced) {
		h->core->silenced = false;
		h->core->round.signing = signing;
	}
	keep_bytes(&h->batch, before);
	law_step(w, who, &h->batch, before);
	set_timer(w, who);
	if (h->batch.count && !h->committing) {
		h->committing = true;
		if (h->sync_ms == 0)
			commit(w, who);
		else
			host_plan(w, who, HAPPEN_COMMIT, w->now_ms + chance_below(&w->fate, h->sync_ms + 1));
	}
}

static const uint64_t *
last_seqs(const struct world *w, uint32_t who, const struct seal *s, struct arena *arena)
{
	const struct disk *d = &w->host[who].disk;
	uint64_t *out = room_in(arena, s->head.core.payloads + (size_t)1, sizeof *out);

	for (uint32_t i = 0; i < s->head.core.payloads; i++) {
		const struct payload *p = &s->payload[i].payload;
		out[i] = p->chain < w->chains
		    ? d->block[d->executed].ledger.last_seq[p->chain][disk_user(w->user_name, &p->signer)] : 0;
	}
	return out;
}

void
host_step_seal(struct world *w, uint32_t who, const struct seal *s, const struct hash *id, bool bare,
    const struct pubkey *from)
{
	struct arena arena = { 0 };
	struct event event = { .type = EVENT_SEAL, .seal = { .tag = 1, .seal = s, .id = *id, .bare = bare } };

	if (!bare)
		event.seal.last_seq = last_seqs(w, who, s, &arena);
	if (from) {
		event.from = *from;
		event.seal.tag = 0;
	}
	host_step(w, who, &event);
	arena_free(&arena);
}

static void
deliver(struct world *w, uint32_t who, uint32_t from, struct letter *l)
{
	struct event event = { .from = w->host[from].name };

	w->delivered++;
	w->digest = letter_mix(w->digest ^ w->now_ms ^ (uint64_t)who << 40, &l->mix, 0) ^ l->mix;
	if (w->host[who].hostile && from != who && hostile_hear(w, who, l))
		return;
	if (l->verdict != ERR_OK)
		return;
	switch (l->type) {
	case OBJECT_SEAL:
		host_step_seal(w, who, &l->seal, &l->id, l->bare, &event.from);
		return;
	case OBJECT_LIST:
		event.type = EVENT_LIST;
		event.list = &l->list;
		break;
	case OBJECT_ENDORSEMENT:
		event.type = EVENT_ENDORSEMENT;
		event.endorsement = &l->endorsement;
		break;
	case OBJECT_HYPER:
		event.type = EVENT_HYPER;
		event.hyper = (struct event_hyper){ l->raw, &l->hyper, l->id };
		break;
	default:
		event.type = l->type == OBJECT_HAVE ? EVENT_HAVE : EVENT_WANT;
		event.holdings = &l->holdings;
	}
	host_step(w, who, &event);
}

/* --- execution --- */

static void
execute(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	struct event event = { .type = EVENT_EXECUTED };
	struct arena arena = { 0 };

	if (h->batch.count)
		commit(w, who);
	h->executing = false;
	if (h->asked <= h->disk.executed)
		return;
	/* Who is lawless lies about seals; what they do is the same everywhere. */
	rules_obey(RULES_SOUND, false);
	if (disk_execute(&h->disk, &event.executed, &arena, w->user_name) != ERR_OK)
		law_break(w, who, "steps_succeed", "a block cannot be executed");
	law_executed(w, who, &h->disk.block[h->disk.executed]);
	h->executing = h->asked > h->disk.executed;
	if (h->executing)
		host_plan(w, who, HAPPEN_EXECUTE, w->now_ms + 1);
	host_step(w, who, &event);
	arena_free(&arena);
}

/* --- life --- */

static void
give_pooled(struct world *w, uint32_t who)
{
	struct event event;
	size_t row = 0;

	while ((row = disk_pooled(&w->host[who].disk, &event, w->user_name, row))) {
		event.now_ms = host_now(w, who);
		consensus_step(w->host[who].core, &w->host[who].batch, &event);
	}
}

/* The blocks beyond the last final one: the core begins there, and gets them as from a peer, so that it may leave them. */
static uint32_t
unsettled(const struct world *w, uint32_t who, struct letter ***out)
{
	struct host *h = &w->host[who];
	size_t cap = 0;
	uint32_t n = 0;

	*out = NULL;
	for (uint64_t hid = h->disk.final + 1; hid <= h->disk.tip; hid++) {
		const struct stored *s = &h->disk.block[hid];
		*out = room(*out, &cap, n + s->blocks + 1, sizeof **out);
		(*out)[n++] = letter_share(s->letter);
		for (uint32_t i = 0; i < s->blocks; i++)
			(*out)[n++] = disk_seal(&h->disk, (struct desk *)&w->desk, &s->block[i].block.head, s->block[i].row);
	}
	return n;
}

void
host_follow(struct world *w, uint32_t who, uint32_t chains)
{
	struct disk *d = &w->host[who].disk;
	uint32_t others = w->chains - 1;

	memset(d->follows + 1, 0, others * sizeof *d->follows);
	for (uint32_t i = 0; i < chains && others; i++)
		d->follows[1 + (who * chains + i) % others] = true;
}

void
host_start(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	struct consensus_config config = { .genesis = &w->genesis, .genesis_hash = w->genesis_hash, .key = h->key,
		.map_seed = 7 + who, .pool_bytes = 1 << 20, .pool_per_signer = 1000, .template_payloads = 64,
		.draw_seed = w->o.seed * 1000 + who, .without = w->o.without, .partial = w->o.follow || w->o.siege,
		.stake = rules_view(&h->disk) };
	struct consensus_snapshot s;
	struct event event = { .type = EVENT_TIME };
	struct arena arena = { 0 };
	struct letter **old;
	uint32_t olds;
	enum err e;

	if (h->core || h->gone)
		return;
	h->late = false;
	olds = unsettled(w, who, &old);
	disk_rewind(&h->disk);
	story(w, who, "starts at block", h->disk.tip, NULL);
	s = disk_snapshot(&h->disk, &arena, &w->genesis);
	h->asked = h->disk.executed;
	heap_for(HEAP_CORES);
	e = consensus_new(&h->core, &config, &s);
	heap_for(HEAP_WORLD);
	if (e) {
		law_break(w, who, "steps_succeed", "a core does not start from what its disk holds");
	} else {
		give_pooled(w, who);
		host_step(w, who, &event);
		for (uint32_t i = 0; i < olds && !w->law.broken; i++) {
			if (old[i])
				deliver(w, who, who, old[i]);
		}
		miner_ask(w, who);
	}
	for (uint32_t i = 0; i < olds; i++)
		letter_drop(old[i]);
	free(old);
	arena_free(&arena);
}

/* The power fails: before the commit, or in the middle of telling what is on disk. */
static void
last_words(struct world *w, uint32_t who)
{
	struct effects batch = w->host[who].batch;
	size_t told = batch.count ? (size_t)chance_below(&w->trouble, batch.count + 1) : 0;
	bool kept = chance_below(&w->trouble, 2);

	w->host[who].batch = (struct effects){ 0 };
	w->law.told = w->mail_of = NULL;
	for (size_t i = 0; kept && i < batch.count && !w->law.broken; i++) {
		enum effect_type type = batch.item[i].type;
		bool heard = type == EFFECT_REPLY_PAYLOAD || type == EFFECT_SEND || type == EFFECT_SEND_SEAL;
		if (type < EFFECT_EXECUTE || (heard && i < told))
			apply(w, who, &batch.item[i]);
	}
	effects_free(&batch);
}

void
host_crash(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];

	if (!h->core)
		return;
	story(w, who, "crashes at block", h->disk.tip, NULL);
	last_words(w, who);
	consensus_free(h->core);
	h->core = NULL;
	h->life++;
	h->committing = h->executing = h->mining = false;
	h->timer_ms = 0;
}

void
host_tick(struct world *w, uint32_t who)
{
	struct event event = { .type = EVENT_TIME };

	w->host[who].timer_ms = 0;
	if (w->host[who].core)
		host_step(w, who, &event);
}

void
host_pay(struct world *w, uint32_t who, struct bytes raw)
{
	struct payload p;
	struct hash id, leaf;
	struct event event = { .type = EVENT_PAYLOAD };
	const struct disk *d = &w->host[who].disk;

	payload_unpack(&p, &id, &leaf, raw);
	event.payload = (struct event_payload){ .tag = 3, .raw = raw, .item = { .id = id, .leaf = leaf, .chain = p.chain,
		.size = (uint32_t)raw.len, .seq = p.seq, .expiry = p.expiry, .fee = p.fee, .signer = p.signer },
		.last_seq = d->block[d->executed].ledger.last_seq[p.chain][disk_user(w->user_name, &p.signer)] };
	host_step(w, who, &event);
}

void
host_handle(struct world *w, const struct happening *happening)
{
	struct happening again = *happening;
	struct host *h = &w->host[happening->who];

	if (!h->core || (happening->kind != HAPPEN_MAIL && happening->life != h->life))
		return;
	if (h->paused_until > w->now_ms) {
		again.at_ms = h->paused_until;
		again.letter = again.letter ? letter_share(again.letter) : NULL;
		timeline_add(&w->timeline, again);
		return;
	}
	switch (happening->kind) {
	case HAPPEN_MAIL:
		deliver(w, happening->who, happening->from, happening->letter);
		break;
	case HAPPEN_TIMER:
		if (h->timer_ms && h->timer_ms <= w->now_ms)
			host_tick(w, happening->who);
		break;
	case HAPPEN_COMMIT:
		commit(w, happening->who);
		break;
	case HAPPEN_EXECUTE:
		execute(w, happening->who);
		break;
	default:
		miner_done(w, happening->who);
	}
}
