#include "chain/cert.h"

#include <string.h>

#include "chain/limits.h"
#include "chain/path.h"

enum {
	TARGET = 40,
	LIST_LEAST = 32 + 64 + PATH_LEAST + 1 + 4,
	SAME_ROOTS = 1,
	SAME_PARENT = 2
};

static uint32_t
bit_bytes(uint32_t bits)
{
	return (bits + 7) / 8;
}

static void
put_roots(struct buf *out, const struct roots *roots)
{
	wire_put_u64(out, roots->executed);
	buf_add(out, roots->state.b, sizeof roots->state.b);
	buf_add(out, roots->outbox.b, sizeof roots->outbox.b);
}

static void
get_roots(struct reader *r, struct roots *out)
{
	out->executed = wire_get_u64(r);
	wire_get(r, out->state.b, sizeof out->state.b);
	wire_get(r, out->outbox.b, sizeof out->outbox.b);
}

void
cert_core_put(struct buf *out, const struct cert_core *core)
{
	object_put(out, OBJECT_CERT, &core->network);
	lane_put(out, &core->lane);
	wire_put_u64(out, core->slot);
	wire_put_u32(out, core->blocks);
	buf_add(out, core->blocks_root.b, sizeof core->blocks_root.b);
	wire_put_u64(out, core->payloads);
	wire_put_u64(out, core->bytes);
	buf_add(out, core->tip.b, sizeof core->tip.b);
	wire_put_u64(out, core->tip_lid);
	put_roots(out, &core->roots);
	wire_put_u32(out, core->targets);
	for (uint32_t i = 0; i < core->targets; i++) {
		wire_put_u32(out, core->target[i].chain);
		wire_put_u32(out, core->target[i].messages);
		buf_add(out, core->target[i].root.b, sizeof core->target[i].root.b);
	}
}

static void
get_targets(struct reader *r, struct cert_core *out, struct arena *arena)
{
	uint32_t n = wire_get_count(r, LIMIT_TARGETS, TARGET);

	out->target = arena_alloc(arena, n ? n : 1, sizeof *out->target);
	if (out->target == NULL) {
		wire_fail(r, ERR_NOMEM);
		n = 0;
	}
	out->targets = n;
	for (uint32_t i = 0; i < n; i++) {
		struct cert_target *t = &out->target[i];
		t->chain = wire_get_u32(r);
		t->messages = wire_get_u32(r);
		wire_get(r, t->root.b, sizeof t->root.b);
		if (i > 0 && out->target[i - 1].chain >= t->chain)
			wire_fail(r, ERR_ORDER);
	}
}

void
cert_core_get(struct reader *r, struct cert_core *out, struct arena *arena)
{
	object_get(r, OBJECT_CERT, &out->network);
	out->lane = lane_get(r);
	out->slot = wire_get_u64(r);
	out->blocks = wire_get_u32(r);
	if (out->blocks > LIMIT_SEALS)
		wire_fail(r, ERR_TOO_LONG);
	wire_get(r, out->blocks_root.b, sizeof out->blocks_root.b);
	out->payloads = wire_get_u64(r);
	out->bytes = wire_get_u64(r);
	wire_get(r, out->tip.b, sizeof out->tip.b);
	out->tip_lid = wire_get_u64(r);
	get_roots(r, &out->roots);
	get_targets(r, out, arena);
}

static void
put_list(struct buf *out, const struct cert_list *list, uint32_t blocks)
{
	buf_add(out, list->voter.b, sizeof list->voter.b);
	buf_add(out, list->signature.b, sizeof list->signature.b);
	path_put(out, &list->path);
	wire_put_u8(out, (list->same_roots ? SAME_ROOTS : 0) | (list->same_parent ? SAME_PARENT : 0));
	buf_add(out, list->accepts, bit_bytes(blocks));
	wire_put_u32(out, list->others);
	for (uint32_t i = 0; i < list->others; i++)
		buf_add(out, list->other[i].b, sizeof list->other[i].b);
	if (!list->same_roots)
		put_roots(out, &list->roots);
	if (!list->same_parent)
		buf_add(out, list->parent.b, sizeof list->parent.b);
}

static bool
same_roots(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && hash_equal(&a->state, &b->state) && hash_equal(&a->outbox, &b->outbox);
}

static void
get_accepts(struct reader *r, struct cert_list *out, uint32_t blocks)
{
	out->accepts = wire_take(r, bit_bytes(blocks));
	if (out->accepts && blocks % 8 && out->accepts[blocks / 8] >> blocks % 8)
		wire_fail(r, ERR_NOT_CANONICAL);
}

static void
get_others(struct reader *r, struct cert_list *out, struct arena *arena)
{
	uint32_t n = wire_get_count(r, LIMIT_SEALS, sizeof *out->other);

	out->other = arena_alloc(arena, n ? n : 1, sizeof *out->other);
	if (out->other == NULL) {
		wire_fail(r, ERR_NOMEM);
		n = 0;
	}
	out->others = n;
	for (uint32_t i = 0; i < n; i++) {
		wire_get(r, out->other[i].b, sizeof out->other[i].b);
		if (i > 0 && hash_compare(&out->other[i - 1], &out->other[i]) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

/* para-protocol(7) LANE CERTIFICATE: What is equal to the certificate's is never repeated. */
static void
get_stand(struct reader *r, struct cert_list *out, const struct cert *cert)
{
	out->roots = cert->core.roots;
	out->parent = cert->parent;
	if (!out->same_roots) {
		get_roots(r, &out->roots);
		if (same_roots(&out->roots, &cert->core.roots))
			wire_fail(r, ERR_NOT_CANONICAL);
	}
	if (!out->same_parent) {
		wire_get(r, out->parent.b, sizeof out->parent.b);
		if (hash_equal(&out->parent, &cert->parent))
			wire_fail(r, ERR_NOT_CANONICAL);
	}
}

static void
get_list(struct reader *r, struct cert_list *out, struct arena *arena, const struct cert *cert)
{
	uint8_t flags;

	wire_get(r, out->voter.b, sizeof out->voter.b);
	wire_get(r, out->signature.b, sizeof out->signature.b);
	path_get(r, &out->path);
	flags = wire_get_u8(r);
	if (flags & ~(SAME_ROOTS | SAME_PARENT))
		wire_fail(r, ERR_NOT_CANONICAL);
	get_accepts(r, out, cert->core.blocks);
	get_others(r, out, arena);
	out->same_roots = flags & SAME_ROOTS;
	out->same_parent = flags & SAME_PARENT;
	get_stand(r, out, cert);
}

void
cert_put(struct buf *out, const struct cert *cert)
{
	cert_core_put(out, &cert->core);
	for (uint32_t i = 0; i < cert->core.blocks; i++)
		seal_head_put(out, &cert->head[i]);
	buf_add(out, cert->parent.b, sizeof cert->parent.b);
	wire_put_u32(out, cert->lists);
	for (uint32_t i = 0; i < cert->lists; i++)
		put_list(out, &cert->list[i], cert->core.blocks);
}

static void
get_heads(struct reader *r, struct cert *out, struct arena *arena)
{
	uint32_t n = out->core.blocks;

	if (!r->err && n > r->left / SEAL_HEAD)
		wire_fail(r, ERR_TRUNCATED);
	if (r->err)
		return;
	out->head = arena_alloc(arena, n ? n : 1, sizeof *out->head);
	if (out->head == NULL) {
		wire_fail(r, ERR_NOMEM);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		seal_head_get(r, &out->head[i]);
}

void
cert_get(struct reader *r, struct cert *out, struct arena *arena)
{
	cert_core_get(r, &out->core, arena);
	get_heads(r, out, arena);
	wire_get(r, out->parent.b, sizeof out->parent.b);
	out->lists = wire_get_count(r, LIMIT_VOTERS, LIST_LEAST + bit_bytes(out->core.blocks));
	out->list = arena_alloc(arena, out->lists ? out->lists : 1, sizeof *out->list);
	if (out->list == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < out->lists && !r->err; i++) {
		get_list(r, &out->list[i], arena, out);
		if (i > 0 && memcmp(&out->list[i - 1].voter, &out->list[i].voter, sizeof(struct pubkey)) >= 0)
			wire_fail(r, ERR_ORDER);
	}
}

enum err
cert_unpack(struct cert *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);

	cert_get(&r, out, arena);
	return wire_end(&r);
}

enum err
cert_hash(struct hash *out, const struct cert_core *core)
{
	struct buf b = { 0 };
	enum err e;

	cert_core_put(&b, core);
	e = b.failed ? ERR_NOMEM : ERR_OK;
	if (e == ERR_OK)
		*out = hash_of(HASH_CERT, b.data, b.len);
	buf_free(&b);
	return e;
}
