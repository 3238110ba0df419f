#include "ledger/authority.h"

#include <string.h>

#include "chain/account.h"

enum { VALUE_MAX = 1 + 4 + 8 + 1 + 32 * LIMIT_AUTHORITIES + 1 + 64 * LIMIT_AUTHORITIES };

struct hash
authority_hash(const struct authorities *a)
{
	return hash_of(HASH_AUTHORITIES, a->key, a->count * sizeof a->key[0]);
}

/* --- the value --- */

static void
put_value(struct buf *out, const struct authority_state *s)
{
	wire_put_u8(out, VALUE_AUTHORITIES);
	wire_put_u32(out, s->generation);
	wire_put_u64(out, s->hid);
	wire_put_u8(out, s->in_force.count);
	buf_add(out, s->in_force.key, s->in_force.count * sizeof s->in_force.key[0]);
	wire_put_u8(out, s->proposals);
	for (unsigned i = 0; i < s->proposals; i++) {
		buf_add(out, s->proposal[i].authority.b, sizeof s->proposal[i].authority.b);
		buf_add(out, s->proposal[i].set.b, sizeof s->proposal[i].set.b);
	}
}

static int
compare(const struct pubkey *a, const struct pubkey *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

static void
get_proposals(struct reader *r, struct authority_state *out)
{
	out->proposals = wire_get_u8(r);
	if (out->proposals > LIMIT_AUTHORITIES) {
		wire_fail(r, ERR_CORRUPT);
		out->proposals = 0;
	}
	for (unsigned i = 0; i < out->proposals && !r->err; i++) {
		struct proposal *p = &out->proposal[i];
		wire_get(r, p->authority.b, sizeof p->authority.b);
		wire_get(r, p->set.b, sizeof p->set.b);
		if (i > 0 && compare(&p[-1].authority, &p->authority) >= 0)
			wire_fail(r, ERR_CORRUPT);
	}
}

enum err
authority_unpack(struct authority_state *out, struct bytes value)
{
	struct reader r = wire_reader(value);
	struct rule rule = { .kind = RULE_BFT };

	if (wire_get_u8(&r) != VALUE_AUTHORITIES || r.err)
		return ERR_ACCOUNT;
	out->generation = wire_get_u32(&r);
	out->hid = wire_get_u64(&r);
	rule_get(&r, &rule, &out->in_force);
	get_proposals(&r, out);
	return wire_end(&r) || rule_authorities_check(&out->in_force) ? ERR_CORRUPT : ERR_OK;
}

static enum err
store(struct state_set *set, const uint8_t id[static 32], const struct authority_state *s)
{
	uint8_t room[VALUE_MAX];
	struct buf b = { .data = room, .cap = sizeof room };

	put_value(&b, s);
	return state_set_put(set, id, bytes_of(&b));
}

/* --- changes --- */

enum err
authority_begin(struct state_set *set, uint32_t chain, uint64_t hid, const struct authorities *a)
{
	struct authority_state s = { .hid = hid, .in_force = *a };
	uint8_t id[32];

	account_of_authorities(id, chain);
	return store(set, id, &s);
}

/* Where the authority's proposal is, or would be. */
static unsigned
find(const struct authority_state *s, const struct pubkey *authority)
{
	unsigned at = 0;

	while (at < s->proposals && compare(&s->proposal[at].authority, authority) < 0)
		at++;
	return at;
}

static void
withdraw(struct authority_state *s, const struct pubkey *authority)
{
	unsigned at = find(s, authority);
	struct proposal *p = &s->proposal[at];

	if (at == s->proposals || compare(&p->authority, authority) != 0)
		return;
	memmove(p, p + 1, (--s->proposals - at) * sizeof *p);
}

static void
stand_behind(struct authority_state *s, const struct pubkey *authority, const struct hash *set)
{
	unsigned at;

	withdraw(s, authority);
	at = find(s, authority);
	memmove(&s->proposal[at + 1], &s->proposal[at], (s->proposals++ - at) * sizeof s->proposal[0]);
	s->proposal[at] = (struct proposal){ *authority, *set };
}

/* para-protocol(7) CHAIN 0: more than two thirds of the authorities in force */
static bool
agreed(const struct authority_state *s, const struct hash *set)
{
	const struct rule rule = { .kind = RULE_BFT };
	const struct rule_facts facts = { .authorities = &s->in_force };
	uint32_t behind = 0;

	for (unsigned i = 0; i < s->proposals; i++)
		behind += hash_equal(&s->proposal[i].set, set);
	return rule_quorum(&rule, &facts, behind);
}

/* The generation that was in force stays under its number: who judges older blocks needs it. */
static enum err
replace(struct state_set *set, struct authority_state *s, uint32_t chain, uint64_t hid, const struct authorities *a)
{
	uint8_t id[32];
	enum err e;

	s->proposals = 0;
	account_of_generation(id, chain, s->generation);
	e = s->generation == UINT32_MAX ? ERR_OVERFLOW : store(set, id, s);
	*s = (struct authority_state){ .generation = s->generation + 1, .hid = hid, .in_force = *a };
	return e;
}

enum err
authority_propose(struct state_set *set, bool *changed, uint32_t chain, uint64_t hid, const struct pubkey *signer,
    const struct authorities *a)
{
	struct authority_state s;
	struct hash now, wanted = authority_hash(a);
	struct bytes value;
	uint8_t id[32];
	enum err e;

	*changed = false;
	account_of_authorities(id, chain);
	e = state_set_get(set, &value, id);
	if (e == ERR_OK)
		e = authority_unpack(&s, value);
	if (e || !rule_is_authority(&s.in_force, signer))
		return e && e != ERR_NOT_FOUND ? e : ERR_AUTHORITY;
	now = authority_hash(&s.in_force);
	if (hash_equal(&now, &wanted))
		withdraw(&s, signer);
	else
		stand_behind(&s, signer, &wanted);
	/* Two generations never begin in one hyper block: each has a HID of its own. */
	*changed = s.hid < hid && agreed(&s, &wanted);
	if (*changed)
		e = replace(set, &s, chain, hid, a);
	return e ? e : store(set, id, &s);
}

/* --- questions --- */

static enum err
read_at(struct authority_state *out, struct ledger_view *view, const uint8_t id[static 32])
{
	struct bytes value;
	enum err e = state_get(view, &value, 0, id);

	return e ? e : authority_unpack(out, value);
}

enum err
authority_read(struct authority_state *out, struct ledger_view *view, uint32_t chain)
{
	uint8_t id[32];

	account_of_authorities(id, chain);
	return read_at(out, view, id);
}

enum err
authority_read_generation(struct authority_state *out, struct ledger_view *view, uint32_t chain, uint32_t generation)
{
	enum err e = authority_read(out, view, chain);
	uint8_t id[32];

	if (e || out->generation == generation)
		return e;
	account_of_generation(id, chain, generation);
	return read_at(out, view, id);
}
