/* What must hold in the lanes with a rule of layer 2. The facts are found anew here, from what the host has on disk. */
#include <string.h>

#include "crypto/work.h"
#include "world.h"

/* The lowest seal id of a block. */
static struct hash
lowest_id(const struct stored *s)
{
	const struct hyper *h = &s->letter->hyper;
	struct hash lowest = { { 0 } };
	bool found = false;

	for (uint32_t i = 0; i < h->header.lanes; i++) {
		for (uint32_t k = 0; k < h->cert[i].core.blocks; k++) {
			struct hash id = seal_id(&h->cert[i].head[k]);
			if (!found || hash_compare(&id, &lowest) < 0)
				lowest = id;
			found = true;
		}
	}
	return lowest;
}

static struct hash
beacon_of(const struct disk *d, uint64_t hid, uint32_t epoch)
{
	struct hash beacon = { { 0 } };
	struct hasher h;

	if (hid / epoch < 2)
		return beacon;
	hash_init(&h, HASH_BEACON);
	for (uint64_t i = (hid / epoch - 2) * epoch; i < (hid / epoch - 1) * epoch; i++) {
		/* The genesis is none of them. */
		if (i > 0)
			hash_add(&h, d->block[i].lowest.b, sizeof d->block[i].lowest.b);
	}
	return hash_end(&h);
}

static bool
committed(struct roots *out, const struct stored *s, uint32_t chain)
{
	for (uint32_t i = 0; i < s->lanes; i++) {
		if (s->before[i].lane.chain == chain) {
			*out = s->before[i].committed;
			return true;
		}
	}
	return false;
}

/* --- a_ticket_for_each_seal --- */

static void
check_tickets(struct world *w, uint32_t who, const struct stored *s, const struct cert *cert)
{
	const struct disk *d = &w->host[who].disk;
	const struct rule rule = { .kind = RULE_POS, .tickets = RULES_TICKETS };
	struct rule_facts facts = { .beacon = beacon_of(d, s->brief.hid, w->genesis.epoch), .draw = s[-1].lowest };
	struct roots roots = { 0 };
	bool known = committed(&roots, s, RULES_POS);

	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		const struct seal_head *head = &cert->head[i];
		struct hash id = seal_id(head);
		if (!known || !rules_stake(d, &facts.stake, &facts.total, &roots, &head->core.signer) ||
		    rule_seal(&rule, &facts, &head->core, &id) != ERR_OK || rule_stake(&rule, &facts, &head->core) != ERR_OK)
			law_break(w, who, "a_ticket_for_each_seal", "a block holds a seal whose signer has won no ticket");
		for (uint32_t k = 0; k < i; k++) {
			if (rule_excludes(&rule, &head->core, &cert->head[k].core))
				law_break(w, who, "a_ticket_for_each_seal", "a block holds two seals of one ticket");
		}
	}
}

/* --- authorities_seal, authorities_agree --- */

static uint32_t
named_by(const struct authorities *a, const struct cert *cert, uint32_t seal)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < cert->lists; i++)
		n += (cert->list[i].accepts[seal / 8] >> seal % 8 & 1) && rule_is_authority(a, &cert->list[i].voter);
	return n;
}

/* The block whose execution chain 0 had committed last before block hid. */
static uint64_t
committed_before(const struct disk *d, uint64_t hid)
{
	while (--hid > 0) {
		const struct cert *cert = &d->block[hid].letter->hyper.cert[0];
		if (cert->core.lane.chain == 0 && cert->core.roots.executed)
			return cert->core.roots.executed;
	}
	return 0;
}

static void
check_authorities(struct world *w, uint32_t who, const struct stored *s, const struct cert *cert)
{
	const struct disk *d = &w->host[who].disk;
	const struct authorities *a = rules_authorities(d, committed_before(d, s->brief.hid));

	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		if (!rule_is_authority(a, &cert->head[i].core.signer))
			law_break(w, who, "authorities_seal", "a block holds a seal of who is no authority");
		if (3 * named_by(a, cert, i) <= 2 * (uint32_t)a->count)
			law_break(w, who, "authorities_agree", "a block holds a seal that too few authorities name");
	}
}

static const struct cert *
find_cert(const struct hyper *h, uint32_t chain)
{
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		if (h->cert[i].core.lane.chain == chain)
			return &h->cert[i];
	}
	return NULL;
}

/* A lawless host connects what it likes. */
static bool
bound(const struct world *w, uint32_t who)
{
	return w->with_rules && !w->host[who].hostile;
}

/* --- effort_for_each_seal --- */

void
law_rules_connected(struct world *w, uint32_t who, const struct stored *s)
{
	const struct cert *cert = bound(w, who) ? find_cert(&s->letter->hyper, RULES_POW) : NULL;

	if (w->with_rules)
		w->host[who].disk.block[s->brief.hid].lowest = lowest_id(s);
	for (uint32_t i = 0; cert && i < cert->core.blocks; i++) {
		struct hash id = seal_id(&cert->head[i]);
		if (!work_meets(&id, RULES_EFFORT))
			law_break(w, who, "effort_for_each_seal", "a block holds a seal that does not meet its chain's difficulty");
	}
}

/* Stake and authorities may be executed only after the block is connected, when a host catches up. */
void
law_rules_executed(struct world *w, uint32_t who, const struct stored *s)
{
	const struct cert *pos = bound(w, who) ? find_cert(&s->letter->hyper, RULES_POS) : NULL;
	const struct cert *bft = bound(w, who) ? find_cert(&s->letter->hyper, RULES_BFT) : NULL;

	rules_obey(RULES_SOUND, false);
	if (pos)
		check_tickets(w, who, s, pos);
	if (bft)
		check_authorities(w, who, s, bft);
}

/* --- rules_let_pass: payloads become final in each of these lanes, after everything has healed --- */

static uint64_t
used(const struct ledger *l, uint32_t chain)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < USERS; i++)
		sum += l->last_seq[chain][i];
	return sum;
}

void
law_rules_healed(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts && w->with_rules; i++) {
		const struct disk *d = &w->host[i].disk;
		for (uint32_t chain = RULES_POS; chain < RULES_CHAINS; chain++) {
			uint64_t now = used(&d->block[d->executed].ledger, chain), *most = &w->used[chain];
			*most = now > *most ? now : *most;
		}
	}
}

void
law_rules_end(struct world *w)
{
	static const char *const where[] = { "after healing no payload is final where stakes seal",
		"after healing no payload is final where authorities seal",
		"after healing no payload is final where work is hard" };

	for (uint32_t i = 0; i < w->hosts && w->with_rules; i++) {
		const struct disk *d = &w->host[i].disk;
		if (w->host[i].gone || w->host[i].hostile)
			continue;
		for (uint32_t chain = RULES_POS; chain < RULES_CHAINS; chain++) {
			if (d->executed < d->final || used(&d->block[d->final].ledger, chain) <= w->used[chain])
				law_break(w, i, "rules_let_pass", where[chain - RULES_POS]);
		}
	}
}
