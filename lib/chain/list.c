#include "chain/list.h"

#include <string.h>

#include "chain/limits.h"
#include "crypto/merkle.h"

enum { ENTRY_LEAST = LANE_BYTES + 8 + 32 + 32 + 4 };

void
list_entry_put(struct buf *out, const struct list_entry *entry)
{
	lane_put(out, &entry->lane);
	wire_put_u64(out, entry->roots.executed);
	buf_add(out, entry->roots.state.b, sizeof entry->roots.state.b);
	buf_add(out, entry->roots.outbox.b, sizeof entry->roots.outbox.b);
	wire_put_u32(out, entry->count);
	for (uint32_t i = 0; i < entry->count; i++)
		buf_add(out, entry->id[i].b, sizeof entry->id[i].b);
}

static void
get_entry(struct reader *r, struct list_entry *out, struct arena *arena)
{
	out->lane = lane_get(r);
	out->roots.executed = wire_get_u64(r);
	wire_get(r, out->roots.state.b, sizeof out->roots.state.b);
	wire_get(r, out->roots.outbox.b, sizeof out->roots.outbox.b);
	out->count = wire_get_count(r, LIMIT_SEALS, sizeof *out->id);
	out->id = arena_alloc(arena, out->count ? out->count : 1, sizeof *out->id);
	if (out->id == NULL) {
		out->count = 0;
		wire_fail(r, ERR_NOMEM);
	}
	for (uint32_t i = 0; i < out->count; i++) {
		wire_get(r, out->id[i].b, sizeof out->id[i].b);
		if (i > 0 && hash_compare(&out->id[i - 1], &out->id[i]) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

void
list_put(struct buf *out, const struct list *list)
{
	object_put(out, OBJECT_LIST, &list->network);
	wire_put_u64(out, list->slot);
	buf_add(out, list->voter.b, sizeof list->voter.b);
	buf_add(out, list->parent.b, sizeof list->parent.b);
	wire_put_u32(out, list->count);
	for (uint32_t i = 0; i < list->count; i++)
		list_entry_put(out, &list->entry[i]);
	buf_add(out, list->signature.b, sizeof list->signature.b);
}

enum err
list_unpack(struct list *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);

	object_get(&r, OBJECT_LIST, &out->network);
	out->slot = wire_get_u64(&r);
	wire_get(&r, out->voter.b, sizeof out->voter.b);
	wire_get(&r, out->parent.b, sizeof out->parent.b);
	out->count = wire_get_count(&r, LIMIT_LANES, ENTRY_LEAST);
	out->entry = arena_alloc(arena, out->count ? out->count : 1, sizeof *out->entry);
	if (out->entry == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < out->count && !r.err; i++) {
		get_entry(&r, &out->entry[i], arena);
		if (i > 0 && lane_compare(&out->entry[i - 1].lane, &out->entry[i].lane) >= 0)
			wire_fail(&r, ERR_ORDER);
	}
	wire_get(&r, out->signature.b, sizeof out->signature.b);
	return wire_end(&r);
}

enum err
list_entry_leaf(struct hash *leaf, const struct hash *parent, const struct list_entry *entry)
{
	struct buf b = { 0 };
	enum err e;

	buf_add(&b, parent->b, sizeof parent->b);
	list_entry_put(&b, entry);
	e = b.failed ? ERR_NOMEM : ERR_OK;
	if (e == ERR_OK)
		*leaf = merkle_leaf(b.data, b.len);
	buf_free(&b);
	return e;
}

enum err
list_tree(struct list_tree *out, struct arena *arena, const struct list *list)
{
	struct hash *node = arena_alloc(arena, merkle_tree_nodes(list->count) + 1, sizeof *node);

	if (node == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < list->count; i++) {
		enum err e = list_entry_leaf(&node[i], &list->parent, &list->entry[i]);
		if (e)
			return e;
	}
	merkle_tree_fill(node, list->count);
	*out = (struct list_tree){ .list = list, .node = node };
	return ERR_OK;
}

struct hash
list_hash(const struct network *network, uint64_t slot, const struct hash *root)
{
	uint8_t room[sizeof *network + sizeof slot + sizeof *root];
	struct buf b = { .data = room, .cap = sizeof room };

	buf_add(&b, network->b, sizeof network->b);
	wire_put_u64(&b, slot);
	buf_add(&b, root->b, sizeof root->b);
	return hash_of(HASH_LIST, room, sizeof room);
}

enum err
list_root(struct hash *out, const struct list *list)
{
	struct merkle m;
	struct hash leaf;

	merkle_init(&m);
	for (uint32_t i = 0; i < list->count; i++) {
		enum err e = list_entry_leaf(&leaf, &list->parent, &list->entry[i]);
		if (e)
			return e;
		merkle_add(&m, &leaf);
	}
	*out = merkle_end(&m);
	return ERR_OK;
}

static enum err
signed_hash(struct hash *out, const struct list *list)
{
	struct hash root;
	enum err e = list_root(&root, list);

	if (e == ERR_OK)
		*out = list_hash(&list->network, list->slot, &root);
	return e;
}

enum err
list_sign(struct list *list, const struct sign_key *key)
{
	struct hash h;
	enum err e = signed_hash(&h, list);

	if (e)
		return e;
	list->voter = *sign_key_public(key);
	list->signature = sign_make(key, &h);
	return ERR_OK;
}

enum err
list_check(const struct list *list)
{
	struct hash h;
	enum err e = signed_hash(&h, list);

	if (e)
		return e;
	return sign_verify(&list->voter, &h, &list->signature) ? ERR_OK : ERR_SIGNATURE;
}
