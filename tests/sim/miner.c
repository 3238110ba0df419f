/* The miner of a host: asks its core for work, and hands in what comes of it. */
#include <stdlib.h>
#include <string.h>

#include "crypto/work.h"
#include "room.h"
#include "world.h"

/* Finds the nonce of a seal within so many tries. */
static bool
search(struct host *h, struct seal_head *head, uint64_t tries)
{
	size_t kernels;
	const struct work_kernel *kernel = work_kernels(&kernels);
	struct hash digest = seal_digest(&head->core, &head->auth), target = work_target(h->work.effort);

	return kernel[kernels - 1].search(&head->nonce, &digest, &target, h->nonce, tries);
}

/* How long its power needs for a seal. Over a slot: there is other work then. */
static uint64_t
power_ms(struct host *h, const struct seal_core *core)
{
	struct seal_head head = { .core = *core };
	uint64_t first = h->nonce;

	head.auth = seal_sign(core, h->key);
	if (!search(h, &head, h->power * PERIOD))
		return PERIOD + 1;
	h->nonce = head.nonce;
	return 4 + (head.nonce - first) / h->power;
}

void
miner_begin(struct world *w, uint32_t who, const struct effect_work *work)
{
	struct host *h = &w->host[who];
	uint64_t ms = 1 + chance_below(&w->fate, PERIOD / 8);

	if (work->err || h->idle)
		return;
	free(h->work_row);
	h->work = *work;
	ms = h->power ? power_ms(h, &work->core) : ms;
	h->work_row = room_new(work->core.payloads, sizeof *h->work_row);
	if (work->core.payloads)
		memcpy(h->work_row, work->row, work->core.payloads * sizeof *h->work_row);
	h->mining = ms <= PERIOD;
	host_plan(w, who, HAPPEN_MINED, h->mining ? w->now_ms + ms : world_slot_ms(world_slot(w) + 1) + 1);
}

void
miner_ask(struct world *w, uint32_t who)
{
	struct event event = { .type = EVENT_WORK, .work = { .tag = 2, .until_ms = UINT64_MAX,
		.signer = w->host[who].name } };
	const uint32_t chain = w->host[who].hostile ? 1 : 0;

	if (w->o.siege && who) {
		event.work.chain = &chain;
		event.work.chains = 1;
	}
	host_step(w, who, &event);
}

static struct hash
find_nonce(struct host *h, struct seal_head *head)
{
	struct hash digest = seal_digest(&head->core, &head->auth);

	while (!(h->hostile & HOSTILE_IDLE) && !search(h, head, 1 << 20))
		h->nonce += 1 << 20;
	return work_hash(&digest, head->nonce);
}

/* Another work for the same seal is another seal. */
static void
seal_again(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];

	h->nonce++;
	h->mining = true;
	host_plan(w, who, HAPPEN_MINED, w->now_ms + power_ms(h, &h->work.core));
}

void
miner_done(struct world *w, uint32_t who)
{
	struct host *h = &w->host[who];
	struct seal s = { .head.core = h->work.core };
	struct hash id;

	if (!h->mining) {
		miner_ask(w, who);
		return;
	}
	h->mining = false;
	if (h->hostile && !hostile_may_mine(w, who, &h->work.core)) {
		host_plan(w, who, HAPPEN_MINED, w->now_ms + PERIOD);
		return;
	}
	s.payload = room_new(s.head.core.payloads, sizeof *s.payload);
	for (uint32_t i = 0; i < s.head.core.payloads; i++) {
		struct seal_payload *p = &s.payload[i];
		p->raw = h->disk.row[h->work_row[i]].raw;
		payload_unpack(&p->payload, &p->id, &p->leaf, p->raw);
	}
	s.head.auth = seal_sign(&s.head.core, h->key);
	id = find_nonce(h, &s.head);
	if (careless_worked(&id, s.head.core.difficulty))
		law_mined(w, &s.head, &id);
	host_step_seal(w, who, &s, &id, false, NULL);
	free(s.payload);
	if (h->greedy && h->work.core.slot == world_slot(w))
		seal_again(w, who);
	else
		miner_ask(w, who);
}
