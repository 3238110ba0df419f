#include <string.h>

#include "chain/cert.h"
#include "chain/limits.h"

static bool
same_lane(const struct lane *a, const struct lane *b)
{
	return lane_compare(a, b) == 0;
}

static bool
same_roots(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && hash_equal(&a->state, &b->state) && hash_equal(&a->outbox, &b->outbox);
}

static bool
same_network(const struct network *a, const struct network *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static enum err
check_heads(const struct cert *cert, const struct hash *id)
{
	const struct cert_core *core = &cert->core;
	uint64_t payloads = 0, bytes = 0;

	for (uint32_t i = 0; i < core->blocks; i++) {
		const struct seal_core *seal = &cert->head[i].core;
		if (!same_network(&seal->network, &core->network))
			return ERR_NETWORK;
		if (!same_lane(&seal->lane, &core->lane))
			return ERR_LANE;
		if (seal->slot != core->slot)
			return ERR_SLOT;
		if (!hash_equal(&seal->prev_hyper, &cert->parent))
			return ERR_PARENT;
		if (i > 0 && hash_compare(&id[i - 1], &id[i]) >= 0)
			return ERR_ORDER;
		payloads += seal->payloads;
		bytes += seal->bytes;
	}
	return payloads == core->payloads && bytes == core->bytes ? ERR_OK : ERR_COUNT;
}

/* The ids of a certificate's heads, in the arena; NULL when memory ran out. */
static struct hash *
head_ids(struct arena *arena, const struct cert *cert)
{
	struct hash *id = arena_alloc(arena, cert->core.blocks + (size_t)1, sizeof *id);

	for (uint32_t i = 0; id && i < cert->core.blocks; i++)
		id[i] = seal_id(&cert->head[i]);
	return id;
}

struct hash
cert_blocks_root(const struct hash *hash, uint32_t n)
{
	struct merkle m;

	merkle_init(&m);
	for (uint32_t i = 0; i < n; i++) {
		struct hash leaf = merkle_leaf(hash[i].b, sizeof hash[i].b);
		merkle_add(&m, &leaf);
	}
	return merkle_end(&m);
}

enum err
cert_blocks(struct block **out, struct hash **hashes, struct arena *arena, const struct cert *cert, uint64_t tip_lid,
    const struct hash *tip)
{
	const struct cert_core *core = &cert->core;
	struct block *block = arena_alloc(arena, core->blocks + (size_t)1, sizeof *block);
	struct hash *hash = head_ids(arena, cert), root, last = *tip;
	enum err e;

	if (block == NULL || hash == NULL)
		return ERR_NOMEM;
	e = check_heads(cert, hash);
	if (e)
		return e;
	if (core->blocks > UINT64_MAX - tip_lid || core->tip_lid != tip_lid + core->blocks)
		return ERR_LINK;
	for (uint32_t i = 0; i < core->blocks; i++) {
		block[i] = (struct block){ .lid = tip_lid + 1 + i, .prev = last, .head = cert->head[i] };
		hash[i] = last = block_hash(&block[i]);
	}
	root = cert_blocks_root(hash, core->blocks);
	if (!hash_equal(&root, &core->blocks_root))
		return ERR_MERKLE;
	*out = block;
	*hashes = hash;
	return hash_equal(&last, &core->tip) ? ERR_OK : ERR_LINK;
}

enum err
cert_list_from(struct cert_list *out, struct arena *arena, const struct cert *cert, const struct list_tree *tree,
    uint32_t i)
{
	const struct cert_core *core = &cert->core;
	const struct list *list = tree->list;
	const struct list_entry *entry;
	struct hash *id = head_ids(arena, cert);
	uint8_t *accepts = arena_alloc(arena, core->blocks / 8 + (size_t)1, 1);

	if (i >= list->count)
		return ERR_RANGE;
	entry = &list->entry[i];
	if (!same_lane(&entry->lane, &core->lane))
		return ERR_LANE;
	if (list->slot != core->slot)
		return ERR_SLOT;
	*out = (struct cert_list){ .voter = list->voter, .signature = list->signature, .roots = entry->roots,
		.parent = list->parent };
	out->other = arena_alloc(arena, entry->count + (size_t)1, sizeof *out->other);
	if (id == NULL || accepts == NULL || out->other == NULL)
		return ERR_NOMEM;
	for (uint32_t k = 0, at = 0; k < entry->count; k++) {
		while (at < core->blocks && hash_compare(&id[at], &entry->id[k]) < 0)
			at++;
		if (at < core->blocks && hash_equal(&id[at], &entry->id[k]))
			accepts[at / 8] |= (uint8_t)(1u << at % 8);
		else
			out->other[out->others++] = entry->id[k];
	}
	out->accepts = accepts;
	out->same_roots = same_roots(&entry->roots, &core->roots);
	out->same_parent = hash_equal(&list->parent, &cert->parent);
	return merkle_tree_prove(&out->path, tree->node, list->count, i);
}

/* The voter's ids: those of the blocks it accepts and its other ones, merged in ascending order. */
static enum err
merge_ids(struct list_entry *out, const struct cert *cert, const struct cert_list *list, const struct hash *id)
{
	uint32_t o = 0;

	out->count = 0;
	for (uint32_t i = 0; i < cert->core.blocks; i++) {
		while (o < list->others && hash_compare(&list->other[o], &id[i]) < 0)
			out->id[out->count++] = list->other[o++];
		/* para-protocol(7) LANE CERTIFICATE: No other id is that of a block of the certificate. */
		if (o < list->others && hash_equal(&list->other[o], &id[i]))
			return ERR_ORDER;
		if (list->accepts[i / 8] >> i % 8 & 1)
			out->id[out->count++] = id[i];
	}
	while (o < list->others)
		out->id[out->count++] = list->other[o++];
	return out->count <= LIMIT_SEALS ? ERR_OK : ERR_TOO_LONG;
}

static enum err
check_list(const struct cert *cert, const struct cert_list *list, const struct hash *id)
{
	struct arena arena = { 0 };
	struct list_entry entry = { .lane = cert->core.lane,
		.roots = list->same_roots ? cert->core.roots : list->roots };
	struct hash leaf, root, message;
	enum err e = ERR_NOMEM;

	entry.id = arena_alloc(&arena, (size_t)cert->core.blocks + list->others + 1, sizeof *entry.id);
	if (entry.id)
		e = merge_ids(&entry, cert, list, id);
	if (e == ERR_OK)
		e = list_entry_leaf(&leaf, list->same_parent ? &cert->parent : &list->parent, &entry);
	arena_free(&arena);
	if (e == ERR_OK)
		e = merkle_climb(&root, &leaf, &list->path);
	if (e)
		return e;
	message = list_hash(&cert->core.network, cert->core.slot, &root);
	return sign_verify(&list->voter, &message, &list->signature) ? ERR_OK : ERR_SIGNATURE;
}

enum err
cert_list_check(const struct cert *cert, const struct cert_list *list)
{
	struct arena arena = { 0 };
	struct hash *id = head_ids(&arena, cert);
	enum err e = id ? check_list(cert, list, id) : ERR_NOMEM;

	arena_free(&arena);
	return e;
}

enum err
cert_check(const struct cert *cert)
{
	struct arena arena = { 0 };
	struct hash *id = head_ids(&arena, cert);
	enum err e = id ? check_heads(cert, id) : ERR_NOMEM;

	if (e == ERR_OK && cert->core.targets != 0)
		e = ERR_COUNT;
	if (e == ERR_OK && cert->core.tip_lid < cert->core.blocks)
		e = ERR_LINK;
	for (uint32_t i = 0; e == ERR_OK && i < cert->core.blocks; i++)
		e = seal_head_check(&cert->head[i]);
	for (uint32_t i = 0; e == ERR_OK && i < cert->lists; i++)
		e = check_list(cert, &cert->list[i], id);
	arena_free(&arena);
	return e;
}
