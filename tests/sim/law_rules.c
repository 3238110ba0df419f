/* What must hold in the lanes with a rule of layer 2. The facts are found anew here, from what the host has on disk. */
#include <string.h>

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

static void
check_authorities(struct world *w, uint32_t who, const struct cert *cert)
{
	const struct authorities *a = &w->rules.authorities;

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

void
law_rules_connected(struct world *w, uint32_t who, const struct stored *s)
{
	const struct cert *cert = bound(w, who) ? find_cert(&s->letter->hyper, RULES_BFT) : NULL;

	if (w->with_rules)
		w->host[who].disk.block[s->brief.hid].lowest = lowest_id(s);
	if (cert)
		check_authorities(w, who, cert);
}

/* The stake that decides may be executed only after the block is connected, when a host catches up. */
void
law_rules_executed(struct world *w, uint32_t who, const struct stored *s)
{
	const struct cert *cert = bound(w, who) ? find_cert(&s->letter->hyper, RULES_POS) : NULL;

	rules_obey(RULES_SOUND, false);
	if (cert)
		check_tickets(w, who, s, cert);
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
		for (uint32_t chain = RULES_POS; chain <= RULES_BFT; chain++) {
			uint64_t now = used(&d->block[d->executed].ledger, chain), *most = &w->used[chain - RULES_POS];
			*most = now > *most ? now : *most;
		}
	}
}

void
law_rules_end(struct world *w)
{
	for (uint32_t i = 0; i < w->hosts && w->with_rules; i++) {
		const struct disk *d = &w->host[i].disk;
		if (w->host[i].gone || w->host[i].hostile)
			continue;
		for (uint32_t chain = RULES_POS; chain <= RULES_BFT; chain++) {
			if (d->executed < d->final || used(&d->block[d->final].ledger, chain) <= w->used[chain - RULES_POS])
				law_break(w, i, "rules_let_pass", chain == RULES_POS ? "after healing no payload is final where stakes seal" :
				    "after healing no payload is final where authorities seal");
		}
	}
}
