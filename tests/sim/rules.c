#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "room.h"

static struct {
	bool ticket, signer, lists, work;
} waived;

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

/* The first of them, for the hostile are the last. */
static void
choose_authorities(struct authorities *a, const struct pubkey *host, uint32_t hosts, enum rules_flaw flaw)
{
	a->count = (uint8_t)(hosts < RULES_AUTHORITIES ? hosts : RULES_AUTHORITIES);
	memcpy(a->key, host, a->count * sizeof *host);
	for (uint8_t i = 0; flaw == RULES_ABSENT && i < 2; i++)
		memset(&a->key[i], i + 1, sizeof a->key[i]);
}

static void
sort_authorities(struct authorities *a)
{
	qsort(a->key, a->count, sizeof a->key[0], compare);
}

void
rules_make(struct rules *r, const struct pubkey *host, uint32_t hosts, const struct pubkey *spare, enum rules_flaw flaw)
{
	choose_authorities(&r->authorities, host, hosts, flaw);
	r->other = r->authorities;
	if (spare)
		r->other.key[r->other.count - 1] = *spare;
	sort_authorities(&r->authorities);
	sort_authorities(&r->other);
	memcpy(r->staker, host, hosts * sizeof *host);
	qsort(r->staker, hosts, sizeof r->staker[0], compare);
	r->stakers = hosts;
}

/* UINT32_MAX: it is none. */
static uint32_t
find_staker(const struct rules *r, const struct pubkey *key)
{
	const struct pubkey *found = bsearch(key, r->staker, r->stakers, sizeof *key, compare);

	return found ? (uint32_t)(found - r->staker) : UINT32_MAX;
}

/* --- what cores are told --- */

bool
rules_stake(const struct disk *d, struct amount *stake, struct amount *total, const struct roots *roots,
    const struct pubkey *key)
{
	const struct ledger *l = roots->executed <= d->executed ? &d->block[roots->executed].ledger : NULL;
	uint32_t i = find_staker(d->rules, key);

	if (!l || !hash_equal(&l->roots[RULES_POS].state, &roots->state))
		return false;
	*stake = l->stake && i != UINT32_MAX ? l->stake[i] : (struct amount){ 0 };
	*total = l->total;
	return true;
}

static bool
read_stake(void *owner, struct amount *stake, struct amount *total, const struct lane *lane, const struct roots *roots,
    const struct pubkey *key)
{
	return lane->chain == RULES_POS && rules_stake(owner, stake, total, roots, key);
}

struct stake_view
rules_view(struct disk *d)
{
	return (struct stake_view){ d, d->rules ? read_stake : NULL };
}

const struct authorities *
rules_authorities(const struct disk *d, uint64_t hid)
{
	while (hid > 0 && !d->block[hid].ledger.brought)
		hid--;
	return hid ? &d->block[hid].ledger.brought->keys : &d->rules->authorities;
}

/* From those in force at the tip on. */
void
rules_tell(const struct disk *d, struct consensus_snapshot *s, struct chain_info *chain, struct arena *arena)
{
	struct authority_set *set = room_in(arena, d->executed + 1, sizeof *set);
	uint64_t hid = d->lane[0].committed.executed < d->executed ? d->lane[0].committed.executed : d->executed;

	chain[RULES_POS].rule = (struct rule){ .kind = RULE_POS, .tickets = RULES_TICKETS };
	chain[RULES_BFT].rule.kind = RULE_BFT;
	chain[RULES_POW].rule = (struct rule){ .kind = RULE_POW, .difficulty = RULES_EFFORT };
	set[s->sets++] = (struct authority_set){ .chain = RULES_BFT, .hid = hid, .keys = *rules_authorities(d, hid) };
	while (++hid <= d->executed) {
		if (d->block[hid].ledger.brought)
			set[s->sets++] = *d->block[hid].ledger.brought;
	}
	s->set = set;
}

/* --- who does not ask --- */

void
rules_obey(enum rules_flaw flaw, bool lawless)
{
	waived.ticket = lawless || flaw == RULES_ANY_TICKET;
	waived.signer = lawless || flaw == RULES_ANY_SIGNER;
	waived.lists = lawless || flaw == RULES_ANY_LISTS;
	waived.work = lawless || flaw == RULES_ANY_WORK;
}

static bool
is_waived(const struct rule *rule)
{
	return (rule->kind == RULE_POS && waived.ticket) || (rule->kind == RULE_BFT && waived.signer) ||
	    (rule->kind == RULE_POW && waived.work);
}

uint64_t __wrap_rule_effort(const struct rule *rule, uint64_t difficulty);
uint64_t __real_rule_effort(const struct rule *rule, uint64_t difficulty);
enum err __wrap_rule_seal(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core,
    const struct hash *id);
enum err __real_rule_seal(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core,
    const struct hash *id);
enum err __wrap_rule_stake(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core);
enum err __real_rule_stake(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core);
enum err __wrap_rule_fill(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts);
enum err __real_rule_fill(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts);
bool __wrap_rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named);
bool __real_rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named);

enum err
__wrap_rule_seal(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core,
    const struct hash *id)
{
	return is_waived(rule) ? ERR_OK : __real_rule_seal(rule, facts, core, id);
}

enum err
__wrap_rule_stake(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core)
{
	return is_waived(rule) ? ERR_OK : __real_rule_stake(rule, facts, core);
}

/* The index that stands, won or not. */
enum err
__wrap_rule_fill(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts)
{
	return is_waived(rule) ? ERR_OK : __real_rule_fill(core, rule, facts);
}

uint64_t
__wrap_rule_effort(const struct rule *rule, uint64_t difficulty)
{
	return is_waived(rule) ? difficulty : __real_rule_effort(rule, difficulty);
}

bool
__wrap_rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named)
{
	return waived.lists || __real_rule_quorum(rule, facts, named);
}
