#include "ledger/verify.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/engine.h"
#include "ledger/registry.h"
#include "ledger/root.h"
#include "ledger/state_proof.h"
#include "ledger/state_tree.h"

enum { HEAD = 5, VALUE_KEY = HEAD + 32 };

/* A view in which nothing is yet: what is written to it must be what the other one has. */
struct mirror {
	struct ledger_view *real;
	uint64_t puts;
};

/* The values of a chain, and how many rows there are, theirs and the tree's. */
struct all {
	struct state_change *change;
	size_t n, room;
	uint64_t rows;
	struct arena arena;
};

static enum err
mirror_get(void *owner, struct bytes *value, struct bytes key)
{
	struct mirror *m = owner;

	if (key.data[0] == KEY_STATE || key.data[0] == KEY_ROOT)
		return ERR_NOT_FOUND;
	return m->real->get(m->real->owner, value, key);
}

static enum err
mirror_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	(void)owner, (void)key, (void)value, (void)from;
	return ERR_NOT_FOUND;
}

static enum err
mirror_put(void *owner, struct bytes key, struct bytes value)
{
	struct mirror *m = owner;
	struct bytes have;
	enum err e = m->real->get(m->real->owner, &have, key);

	m->puts++;
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return bytes_equal(have, value) ? ERR_OK : ERR_CORRUPT;
}

static enum err
add_value(struct all *all, struct verify_fault *fault, const struct hash *key, struct bytes row)
{
	struct bytes value;
	uint8_t *copy;
	enum err e = state_key_read(&value, key, row);

	if (e) {
		*fault = (struct verify_fault){ VERIFY_VALUE, *key };
		return e;
	}
	if (all->n == all->room) {
		size_t room = all->room ? 2 * all->room : 256;
		struct state_change *change = realloc(all->change, room * sizeof *change);
		if (!change)
			return ERR_NOMEM;
		all->change = change;
		all->room = room;
	}
	copy = arena_alloc(&all->arena, value.len, 1);
	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, value.data, value.len);
	all->change[all->n++] = (struct state_change){ .key = *key, .value = { copy, value.len } };
	return ERR_OK;
}

static enum err
read_all(struct all *all, struct verify_fault *fault, struct ledger_view *view, uint32_t chain)
{
	struct key head = key_make(KEY_STATE, chain, NULL, 0);
	uint8_t room[LEDGER_KEY_MAX + 1];
	struct bytes from = key_bytes(&head), key, row;
	struct hash at;
	enum err e;

	while ((e = view->next(view->owner, &key, &row, from)) == ERR_OK) {
		if (key.len > LEDGER_KEY_MAX || key.len < HEAD || memcmp(key.data, head.b, HEAD) != 0)
			return ERR_OK;
		memcpy(room, key.data, key.len);
		room[key.len] = 0;
		from = (struct bytes){ room, key.len + 1 };
		all->rows++;
		if (key.len != VALUE_KEY)
			continue;
		memcpy(at.b, room + HEAD, sizeof at.b);
		e = add_value(all, fault, &at, row);
		if (e)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Of chain 0 the registry is a part of the root. */
static enum err
whole_root(struct hash *out, struct mirror *m, struct verify_fault *fault, uint32_t chain)
{
	struct ledger_view fresh = { .owner = m, .get = mirror_get, .put = mirror_put, .next = mirror_next };
	struct hash registry;
	enum err e = state_root(m->real, out, &(struct lane){ .chain = chain });

	if (e || chain != 0)
		return e;
	e = registry_root(&fresh, &registry);
	if (e == ERR_CORRUPT)
		fault->what = VERIFY_REGISTRY;
	*out = root_of_para(&registry, out);
	return e;
}

static enum err
check_all(const struct all *all, struct ledger_view *view, struct verify_fault *fault, uint32_t chain,
    const struct hash *root)
{
	struct mirror m = { .real = view };
	struct ledger_view fresh = { .owner = &m, .get = mirror_get, .put = mirror_put, .next = mirror_next };
	struct hash have;
	enum err e = state_tree_apply(&fresh, chain, all->change, all->n);

	if (e == ERR_OK && m.puts != all->rows)
		e = ERR_CORRUPT;
	if (e == ERR_OK && root)
		e = whole_root(&have, &m, fault, chain);
	return e || !root || hash_equal(&have, root) ? e : ERR_CORRUPT;
}

enum err
verify_chain(struct ledger_view *view, struct verify_fault *fault, uint32_t chain, const struct hash *root)
{
	struct registered r;
	struct all all = { 0 };
	enum err e = ledger_chain(view, &r, chain);

	*fault = (struct verify_fault){ .what = VERIFY_REGISTRY };
	if (e || !engine_of(r.spec.engine)->accounts)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	fault->what = VERIFY_TREE;
	e = read_all(&all, fault, view, chain);
	if (e == ERR_OK)
		e = check_all(&all, view, fault, chain, root);
	free(all.change);
	arena_free(&all.arena);
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

enum err
verify_values(struct ledger_view *view, struct verify_fault *fault, uint32_t chain)
{
	struct hash at = { 0 }, leaf, hash;
	struct bytes value;
	bool more = true;
	enum err e = ERR_OK;

	while (more && (e = state_key_next(view, &at, &leaf, &value, chain, 0)) == ERR_OK) {
		hash = state_value_hash(value);
		hash = state_leaf(&at, &hash);
		if (!hash_equal(&hash, &leaf)) {
			e = ERR_CORRUPT;
			break;
		}
		more = state_key_step(&at);
	}
	*fault = (struct verify_fault){ VERIFY_VALUE, at };
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
verify_account(struct ledger_view *view, uint32_t chain, const uint8_t account[static 32])
{
	struct lane lane = { .chain = chain };
	struct state_proof proof;
	struct hash root, have;
	struct bytes value;
	enum err e = state_proof_make(&proof, view, &lane, account);

	if (e == ERR_OK)
		e = state_root(view, &root, &lane);
	if (e == ERR_OK)
		e = state_get(view, &value, chain, account);
	if (e == ERR_NOT_FOUND) {
		value = (struct bytes){ 0 };
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = state_proof_root(&have, &proof, &lane, account, value);
	if (e)
		return e == ERR_MERKLE || e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return hash_equal(&have, &root) ? ERR_OK : ERR_CORRUPT;
}
