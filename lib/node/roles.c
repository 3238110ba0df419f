#include "node/roles.h"

#include <string.h>

/* role u8 | names u8, each length u8 and text | facts u32, each chain u32 | state u8 | executed u64 | state, outbox */

static enum err
read_names(struct roles *out, struct arena *arena, struct reader *r)
{
	out->names = wire_get_u8(r);
	out->name = arena_alloc(arena, out->names + (size_t)1, sizeof(*out->name));
	if (out->name == NULL)
		return ERR_NOMEM;
	memset(out->name, 0, (out->names + (size_t)1) * sizeof(*out->name));
	for (uint32_t i = 0; i < out->names; i++) {
		size_t len = wire_get_u8(r);
		if (len > LIMIT_NAME)
			return ERR_CORRUPT;
		wire_get(r, (uint8_t *)out->name[i], len);
	}
	return ERR_OK;
}

enum { FACT_BYTES = 4 + 1 + 8 + 32 + 32 };

static enum err
read_facts(struct roles *out, struct arena *arena, struct reader *r)
{
	out->facts = wire_get_u32(r);
	if (r->err != ERR_OK || out->facts > r->left / FACT_BYTES)
		return ERR_CORRUPT;
	out->fact = arena_alloc(arena, out->facts + (size_t)1, sizeof(*out->fact));
	if (out->fact == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < out->facts; i++) {
		struct fact *f = &out->fact[i];
		f->chain = wire_get_u32(r);
		f->state = wire_get_u8(r);
		f->roots.executed = wire_get_u64(r);
		wire_get(r, f->roots.state.b, sizeof(f->roots.state.b));
		wire_get(r, f->roots.outbox.b, sizeof(f->roots.outbox.b));
		if (f->state < FACT_OFF || f->state > FACT_LEAVING || (i > 0 && f[-1].chain >= f->chain))
			return ERR_CORRUPT;
	}
	return ERR_OK;
}

enum err
roles_read(struct roles *out, struct arena *arena, struct store_txn *t)
{
	struct buf raw = { 0 };
	enum err e = store_get_roles(t, &raw);
	*out = (struct roles){ .role = ROLE_FULL };
	if (e == ERR_OK) {
		struct reader r = wire_reader(bytes_of(&raw));
		out->role = wire_get_u8(&r);
		e = read_names(out, arena, &r);
		if (e == ERR_OK)
			e = read_facts(out, arena, &r);
		if (e == ERR_OK && (wire_end(&r) != ERR_OK || out->role < ROLE_FULL || out->role > ROLE_LIGHT))
			e = ERR_CORRUPT;
	}
	buf_free(&raw);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
roles_write(struct store_txn *t, const struct roles *r)
{
	struct buf b = { 0 };
	wire_put_u8(&b, (uint8_t)r->role);
	wire_put_u8(&b, (uint8_t)r->names);
	for (uint32_t i = 0; i < r->names; i++) {
		wire_put_u8(&b, (uint8_t)strlen(r->name[i]));
		buf_add_text(&b, r->name[i]);
	}
	wire_put_u32(&b, r->facts);
	for (uint32_t i = 0; i < r->facts; i++) {
		const struct fact *f = &r->fact[i];
		wire_put_u32(&b, f->chain);
		wire_put_u8(&b, (uint8_t)f->state);
		wire_put_u64(&b, f->roots.executed);
		buf_add(&b, f->roots.state.b, sizeof(f->roots.state.b));
		buf_add(&b, f->roots.outbox.b, sizeof(f->roots.outbox.b));
	}
	enum err e = b.failed ? ERR_NOMEM : store_put_roles(t, bytes_of(&b));
	buf_free(&b);
	return e;
}

const struct fact *
roles_fact(const struct roles *r, uint32_t chain)
{
	uint32_t lo = 0, hi = r->facts;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (r->fact[mid].chain < chain)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < r->facts && r->fact[lo].chain == chain ? &r->fact[lo] : NULL;
}

bool
roles_wants(const struct roles *r, uint32_t chain, const char *name)
{
	bool wants = chain == 0 || r->role == ROLE_FULL;
	for (uint32_t i = 0; !wants && r->role == ROLE_PARTIAL && i < r->names; i++)
		wants = strcmp(r->name[i], name) == 0;
	return wants;
}

enum err
roles_told(enum role *role, uint32_t *chain, unsigned *count, unsigned most, struct store_txn *t)
{
	struct ledger_view view = store_ledger(t);
	struct arena arena = { 0 };
	struct roles r;
	uint64_t base = 0;
	uint32_t chains = 0;
	unsigned n = 0;
	enum err e = roles_read(&r, &arena, t);
	if (e == ERR_OK)
		e = store_get_base(t, &base);
	if (e == ERR_OK)
		e = ledger_chain_count(&view, &chains);
	bool all = e == ERR_OK && r.role == ROLE_FULL && r.facts == 0;
	for (uint32_t i = 0; e == ERR_OK && !all && i < chains && n <= most; i++) {
		if (roles_fact(&r, i) != NULL)
			continue;
		if (n < most)
			chain[n] = i;
		n++;
	}
	*count = all || n > most ? 0 : n;
	*role = r.role == ROLE_FULL && (r.facts > 0 || base > 0) ? ROLE_PARTIAL : r.role;
	arena_free(&arena);
	return e;
}

enum err
roles_need(struct store_txn *t, uint32_t chain)
{
	struct arena arena = { 0 };
	struct roles r;
	enum err e = roles_read(&r, &arena, t);
	if (e == ERR_OK && roles_fact(&r, chain) != NULL)
		e = ERR_CHAIN_NOT_FOLLOWED;
	arena_free(&arena);
	return e;
}

static enum err
set(struct roles *r, struct arena *arena, const struct fact *fact)
{
	struct fact *more = arena_alloc(arena, r->facts + (size_t)1, sizeof(*more));
	uint32_t n = 0, i = 0;
	if (more == NULL)
		return ERR_NOMEM;
	for (; i < r->facts && r->fact[i].chain < fact->chain; i++)
		more[n++] = r->fact[i];
	if (fact->state != FACT_NONE)
		more[n++] = *fact;
	for (; i < r->facts; i++) {
		if (r->fact[i].chain != fact->chain)
			more[n++] = r->fact[i];
	}
	r->fact = more;
	r->facts = n;
	return ERR_OK;
}

enum err
roles_set(struct store_txn *t, const struct fact *fact)
{
	struct arena arena = { 0 };
	struct roles r;
	enum err e = roles_read(&r, &arena, t);
	if (e == ERR_OK && (fact->state != FACT_NONE || roles_fact(&r, fact->chain) != NULL)) {
		e = set(&r, &arena, fact);
		if (e == ERR_OK)
			e = roles_write(t, &r);
	}
	arena_free(&arena);
	return e;
}

const char *
roles_word(enum role role)
{
	return role == ROLE_LIGHT ? "light" : role == ROLE_PARTIAL ? "partial" : "full";
}
