#include "node/wish.h"

#include <stdio.h>
#include <string.h>

static bool
has_name(const struct roles *r, const char *name)
{
	for (uint32_t i = 0; i < r->names; i++) {
		if (strcmp(r->name[i], name) == 0)
			return true;
	}
	return false;
}

/* r->name has room for ROLES_NAMES. */
static enum err
add_name(struct roles *r, const char *name)
{
	if (has_name(r, name) || strcmp(name, "para") == 0)
		return ERR_OK;
	if (r->names == ROLES_NAMES || strlen(name) > LIMIT_NAME)
		return ERR_TOO_LONG;
	strcpy(r->name[r->names++], name);
	return ERR_OK;
}

static void
drop_name(struct roles *r, const char *name)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < r->names; i++) {
		if (strcmp(r->name[i], name) != 0)
			memmove(r->name[kept++], r->name[i], sizeof(r->name[0]));
	}
	r->names = kept;
}

static enum err
make_room(struct roles *r, struct arena *arena)
{
	char (*name)[LIMIT_NAME + 1] = arena_alloc(arena, ROLES_NAMES, sizeof(*name));
	if (name == NULL)
		return ERR_NOMEM;
	if (r->names > ROLES_NAMES)
		return ERR_CORRUPT;
	if (r->names > 0)
		memcpy(name, r->name, r->names * sizeof(*name));
	r->name = name;
	return ERR_OK;
}

/* Every other chain that there is, by name. */
static enum err
name_others(struct roles *r, struct store_txn *t, const char *name)
{
	struct ledger_view view = store_ledger(t);
	uint32_t count;
	enum err e = ledger_chain_count(&view, &count);
	for (uint32_t i = 1; e == ERR_OK && i < count; i++) {
		struct registered chain;
		e = ledger_chain(&view, &chain, i);
		if (e == ERR_OK && strcmp(chain.spec.name, name) != 0)
			e = add_name(r, chain.spec.name);
	}
	return e;
}

/* --- at the start --- */

static enum err
configure(struct roles *r, const struct node_config *c)
{
	enum err e = ERR_OK;
	enum role role = c->role != 0 ? c->role : c->follows > 0 ? ROLE_PARTIAL : r->role;
	if (c->follows > 0 || role != ROLE_PARTIAL)
		r->names = 0;
	r->role = role;
	for (unsigned i = 0; e == ERR_OK && i < c->follows; i++)
		e = add_name(r, c->follow[i]);
	return e;
}

static enum err
change_all(struct node *n, struct store_txn *t)
{
	struct arena arena = { 0 };
	struct roles r;
	enum err e = roles_read(&r, &arena, t);
	if (e == ERR_OK)
		e = make_room(&r, &arena);
	if (e == ERR_OK)
		e = configure(&r, &n->config);
	if (e == ERR_OK && (n->config.role != 0 || n->config.follows > 0))
		e = roles_write(t, &r);
	arena_free(&arena);
	return e;
}

enum err
wish_start(struct node *n, struct node_trouble *trouble)
{
	const struct node_config *c = &n->config;
	struct store_txn *t;
	bool all = c->role == ROLE_FULL || (c->role == 0 && c->follows == 0);
	if (n->genesis.solo && !all) {
		snprintf(trouble->text, sizeof(trouble->text), "network %s has one node, which follows every chain",
		    n->genesis.name);
		return ERR_PARAMS;
	}
	if (c->follows > 0 && c->role != 0 && c->role != ROLE_PARTIAL) {
		snprintf(trouble->text, sizeof(trouble->text), "a %s node follows no chains by name", roles_word(c->role));
		return ERR_PARAMS;
	}
	enum err e = store_begin_write(&t, n->store);
	if (e == ERR_OK) {
		e = change_all(n, t);
		if (e == ERR_OK)
			e = store_commit(t);
		else
			store_abort(t);
	}
	if (e != ERR_OK)
		snprintf(trouble->text, sizeof(trouble->text), "cannot set the role: %s", err_text(e));
	return e;
}

/* --- while it runs --- */

static enum err
change_one(struct store_txn *t, const char *name, bool follow)
{
	struct arena arena = { 0 };
	struct roles r;
	enum err e = roles_read(&r, &arena, t);
	if (e == ERR_OK)
		e = make_room(&r, &arena);
	if (e == ERR_OK && r.role == ROLE_LIGHT)
		e = ERR_LIGHT;
	if (e == ERR_OK && r.role == ROLE_FULL && !follow) {
		r.role = ROLE_PARTIAL;
		e = name_others(&r, t, name);
	}
	if (e == ERR_OK && follow && r.role == ROLE_PARTIAL)
		e = add_name(&r, name);
	else if (e == ERR_OK && !follow)
		drop_name(&r, name);
	if (e == ERR_OK)
		e = roles_write(t, &r);
	arena_free(&arena);
	return e;
}

enum err
wish_change(struct node *n, const char *name, bool follow)
{
	struct store_txn *t;
	if (strcmp(name, "para") == 0 || n->genesis.solo)
		return ERR_PARAMS;
	enum err e = store_begin_write(&t, n->store);
	if (e != ERR_OK)
		return e;
	e = change_one(t, name, follow);
	if (e == ERR_OK)
		return store_commit(t);
	store_abort(t);
	return e;
}
