#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "disk.h"

static struct {
	bool ticket, signer, lists;
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
	qsort(a->key, a->count, sizeof a->key[0], compare);
}

void
rules_make(struct rules *r, const struct pubkey *host, uint32_t hosts, enum rules_flaw flaw)
{
	choose_authorities(&r->authorities, host, hosts, flaw);
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

/* The authorities are in force from the beginning. */
void
rules_tell(const struct rules *r, struct consensus_snapshot *s, struct chain_info *chain, struct arena *arena)
{
	struct authority_set *set = arena_alloc(arena, 1, sizeof *set);

	chain[RULES_POS].rule = (struct rule){ .kind = RULE_POS, .tickets = RULES_TICKETS };
	chain[RULES_BFT].rule.kind = RULE_BFT;
	*set = (struct authority_set){ .chain = RULES_BFT, .keys = r->authorities };
	s->set = set;
	s->sets = 1;
}

/* --- who does not ask --- */

void
rules_obey(enum rules_flaw flaw, bool lawless)
{
	waived.ticket = lawless || flaw == RULES_ANY_TICKET;
	waived.signer = lawless || flaw == RULES_ANY_SIGNER;
	waived.lists = lawless || flaw == RULES_ANY_LISTS;
}

static bool
is_waived(const struct rule *rule)
{
	return (rule->kind == RULE_POS && waived.ticket) || (rule->kind == RULE_BFT && waived.signer);
}

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

bool
__wrap_rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named)
{
	return waived.lists || __real_rule_quorum(rule, facts, named);
}
