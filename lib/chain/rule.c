#include "chain/rule.h"

#include <string.h>

#include "crypto/work.h"

__extension__ typedef unsigned __int128 wide;

static const char *const names[] = { [RULE_OPEN] = "open", [RULE_POW] = "pow", [RULE_POS] = "pos",
	[RULE_BFT] = "bft" };

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *
rule_name(enum spec_rule r)
{
	return (size_t)r < COUNT(names) ? names[r] : NULL;
}

enum err
rule_parse(enum spec_rule *out, const char *name)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum spec_rule)i;
			return ERR_OK;
		}
	return ERR_ENGINE;
}

/* --- parameters --- */

void
rule_put(struct buf *out, const struct rule *rule, const struct authorities *a)
{
	if (rule->kind == RULE_POW)
		wire_put_u64(out, rule->difficulty);
	if (rule->kind == RULE_POS)
		wire_put_u16(out, rule->tickets);
	if (rule->kind == RULE_BFT) {
		wire_put_u8(out, a->count);
		buf_add(out, a->key, a->count * sizeof a->key[0]);
	}
}

void
rule_get(struct reader *r, struct rule *rule, struct authorities *out)
{
	rule->difficulty = rule->kind == RULE_POW ? wire_get_u64(r) : 0;
	rule->tickets = rule->kind == RULE_POS ? wire_get_u16(r) : 0;
	*out = (struct authorities){ 0 };
	if (rule->kind != RULE_BFT)
		return;
	out->count = wire_get_u8(r);
	if (out->count > LIMIT_AUTHORITIES) {
		wire_fail(r, ERR_COUNT);
		out->count = 0;
	}
	wire_get(r, out->key, out->count * sizeof out->key[0]);
}

static int
compare(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

enum err
rule_authorities_check(const struct authorities *a)
{
	if (a->count < 1 || a->count > LIMIT_AUTHORITIES)
		return ERR_COUNT;
	for (uint32_t i = 1; i < a->count; i++) {
		if (compare(&a->key[i - 1], &a->key[i]) >= 0)
			return ERR_ORDER;
	}
	return ERR_OK;
}

enum err
rule_check(const struct rule *rule, const struct authorities *a)
{
	if (rule_name(rule->kind) == NULL)
		return ERR_ENGINE;
	if (rule->kind == RULE_POW ? rule->difficulty < WORK_DIFFICULTY_LEAST : rule->difficulty != 0)
		return ERR_DIFFICULTY;
	if (rule->kind == RULE_POS ? rule->tickets < 1 || rule->tickets > RULE_TICKETS_MOST : rule->tickets != 0)
		return ERR_RANGE;
	if (rule->kind == RULE_BFT)
		return rule_authorities_check(a);
	return a->count ? ERR_RANGE : ERR_OK;
}

bool
rule_is_authority(const struct authorities *a, const struct pubkey *key)
{
	uint32_t lo = 0, hi = a->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = compare(&a->key[mid], key);
		if (order == 0)
			return true;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* --- tickets --- */

/* para-protocol(7) LAYER 2: A key may try 2 indices for each of the tickets, from 0 on. */
static uint32_t
indices(const struct rule *rule)
{
	return rule->kind == RULE_POS ? (uint32_t)rule->tickets * RULE_TRIES : 1;
}

static void
add_u16(struct hasher *h, uint16_t v)
{
	hash_add(h, (uint8_t[]){ (uint8_t)v, (uint8_t)(v >> 8) }, 2);
}

static void
add_lane(struct hasher *h, const struct lane *lane, uint64_t slot)
{
	uint8_t room[17];
	struct buf b = { .data = room, .cap = sizeof room };

	lane_put(&b, lane);
	wire_put_u64(&b, slot);
	hash_add(h, room, b.len);
}

/*
 * para-protocol(7) LAYER 2: A ticket wins when the first 8 bytes of its hash, as a big-endian number, times the total,
 * are below 2^63 times the stake of the signer.
 */
static bool
wins(const struct rule_facts *facts, const struct seal_core *core, uint16_t index)
{
	struct hasher h;
	struct hash ticket;
	uint64_t drawn = 0;

	hash_init(&h, HASH_TICKET);
	hash_add(&h, facts->beacon.b, sizeof facts->beacon.b);
	hash_add(&h, facts->draw.b, sizeof facts->draw.b);
	add_lane(&h, &core->lane, core->slot);
	hash_add(&h, core->signer.b, sizeof core->signer.b);
	add_u16(&h, index);
	ticket = hash_end(&h);
	for (int i = 0; i < 8; i++)
		drawn = drawn << 8 | ticket.b[i];
	return (wide)drawn * facts->total.units < (wide)facts->stake.units << 63;
}

/* --- verdicts --- */

enum err
rule_seal(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core, const struct hash *id)
{
	if (core->index >= indices(rule))
		return ERR_RANGE;
	if (rule->kind == RULE_POW && !work_meets(id, rule->difficulty))
		return ERR_EFFORT;
	if (rule->kind == RULE_BFT && !rule_is_authority(facts->authorities, &core->signer))
		return ERR_AUTHORITY;
	return ERR_OK;
}

enum err
rule_stake(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core)
{
	if (rule->kind != RULE_POS)
		return ERR_OK;
	if (facts->stake.units == 0)
		return ERR_STAKE;
	return wins(facts, core, core->index) ? ERR_OK : ERR_TICKET;
}

bool
rule_excludes(const struct rule *rule, const struct seal_core *a, const struct seal_core *b)
{
	return rule->kind == RULE_POS && a->index == b->index && compare(&a->signer, &b->signer) == 0;
}

bool
rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named)
{
	return rule->kind != RULE_BFT || 3 * named > 2 * (uint32_t)facts->authorities->count;
}

/* --- sealing --- */

static enum err
find_ticket(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts)
{
	if (facts->stake.units == 0)
		return ERR_STAKE;
	for (uint32_t i = core->index; i < indices(rule); i++) {
		if (wins(facts, core, (uint16_t)i)) {
			core->index = (uint16_t)i;
			return ERR_OK;
		}
	}
	return ERR_TICKET;
}

enum err
rule_fill(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts)
{
	if (rule->kind == RULE_BFT && !rule_is_authority(facts->authorities, &core->signer))
		return ERR_AUTHORITY;
	return rule->kind == RULE_POS ? find_ticket(core, rule, facts) : ERR_OK;
}

uint64_t
rule_effort(const struct rule *rule, uint64_t difficulty)
{
	return rule->difficulty > difficulty ? rule->difficulty : difficulty;
}
