#include "chain/seal.h"

#include <string.h>

#include "chain/limits.h"
#include "crypto/work.h"

enum { AUTH = 64 };

void
seal_core_put(struct buf *out, const struct seal_core *core)
{
	object_put(out, OBJECT_SEAL, &core->network);
	lane_put(out, &core->lane);
	wire_put_u64(out, core->slot);
	buf_add(out, core->prev_hyper.b, sizeof core->prev_hyper.b);
	wire_put_u64(out, core->difficulty);
	wire_put_u32(out, core->payloads);
	wire_put_u32(out, core->bytes);
	buf_add(out, core->root.b, sizeof core->root.b);
	buf_add(out, core->script.b, sizeof core->script.b);
	buf_add(out, core->signer.b, sizeof core->signer.b);
	buf_add(out, core->voter.b, sizeof core->voter.b);
	wire_put_u16(out, core->index);
}

static enum err
check_counts(const struct seal_core *core)
{
	if (core->payloads > LIMIT_SEAL_PAYLOADS || core->bytes > LIMIT_SEAL_BYTES)
		return ERR_TOO_LONG;
	if (core->bytes < (uint64_t)core->payloads * PAYLOAD_FIXED || (core->payloads == 0 && core->bytes != 0))
		return ERR_COUNT;
	return ERR_OK;
}

void
seal_core_get(struct reader *r, struct seal_core *out)
{
	enum err e;

	object_get(r, OBJECT_SEAL, &out->network);
	out->lane = lane_get(r);
	out->slot = wire_get_u64(r);
	wire_get(r, out->prev_hyper.b, sizeof out->prev_hyper.b);
	out->difficulty = wire_get_u64(r);
	out->payloads = wire_get_u32(r);
	out->bytes = wire_get_u32(r);
	e = check_counts(out);
	if (e)
		wire_fail(r, e);
	wire_get(r, out->root.b, sizeof out->root.b);
	wire_get(r, out->script.b, sizeof out->script.b);
	wire_get(r, out->signer.b, sizeof out->signer.b);
	wire_get(r, out->voter.b, sizeof out->voter.b);
	out->index = wire_get_u16(r);
}

void
seal_head_put(struct buf *out, const struct seal_head *head)
{
	seal_core_put(out, &head->core);
	buf_add(out, head->auth.b, AUTH);
	wire_put_u64(out, head->nonce);
}

void
seal_head_get(struct reader *r, struct seal_head *out)
{
	seal_core_get(r, &out->core);
	wire_get(r, out->auth.b, AUTH);
	out->nonce = wire_get_u64(r);
}

struct hash
seal_core_hash(const struct seal_core *core)
{
	uint8_t room[SEAL_CORE];
	struct buf b = { .data = room, .cap = sizeof room };

	seal_core_put(&b, core);
	return hash_of(HASH_SEAL_CORE, room, sizeof room);
}

struct hash
seal_digest(const struct seal_core *core, const struct signature *auth)
{
	uint8_t room[SEAL_CORE + AUTH];
	struct buf b = { .data = room, .cap = sizeof room };

	seal_core_put(&b, core);
	buf_add(&b, auth->b, AUTH);
	return hash_of(HASH_SEAL_DIGEST, room, sizeof room);
}

struct hash
seal_id(const struct seal_head *head)
{
	struct hash digest = seal_digest(&head->core, &head->auth);

	return work_hash(&digest, head->nonce);
}

struct signature
seal_sign(const struct seal_core *core, const struct sign_key *key)
{
	struct hash h = seal_core_hash(core);

	return sign_make(key, &h);
}

enum err
seal_head_check(const struct seal_head *head)
{
	struct hash id, core;

	if (head->core.difficulty < WORK_DIFFICULTY_LEAST)
		return ERR_DIFFICULTY;
	/* The work is the cheaper of the two, and costly to fake. */
	id = seal_id(head);
	if (!work_meets(&id, head->core.difficulty))
		return ERR_WORK;
	core = seal_core_hash(&head->core);
	return sign_verify(&head->core.signer, &core, &head->auth) ? ERR_OK : ERR_SIGNATURE;
}

static enum err
get_payload(struct reader *r, struct seal_payload *out)
{
	const uint8_t *start = r->at;

	payload_get(r, &out->payload);
	if (r->err)
		return r->err;
	out->raw = (struct bytes){ start, (size_t)(r->at - start) };
	out->id = hash_of(HASH_PAYLOAD, start, out->raw.len - sizeof out->payload.signature.b);
	out->leaf = payload_leaf(&out->id, &out->payload.signature);
	return ERR_OK;
}

static enum err
get_body(struct reader *r, struct seal *out, struct arena *arena)
{
	uint32_t n = out->head.core.payloads;

	if (r->err)
		return r->err;
	if (r->left != out->head.core.bytes)
		return r->left < out->head.core.bytes ? ERR_TRUNCATED : ERR_TRAILING;
	out->payload = arena_alloc(arena, n ? n : 1, sizeof *out->payload);
	if (out->payload == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		enum err e = get_payload(r, &out->payload[i]);
		if (e)
			return e;
	}
	return wire_end(r);
}

enum err
seal_unpack(struct seal *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);

	seal_head_get(&r, &out->head);
	return get_body(&r, out, arena);
}

enum err
seal_template_unpack(struct seal *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;

	object_get(&r, OBJECT_TEMPLATE, &network);
	seal_core_get(&r, &out->head.core);
	if (memcmp(&network, &out->head.core.network, sizeof network) != 0)
		wire_fail(&r, ERR_NETWORK);
	wire_get(&r, out->head.auth.b, AUTH);
	out->head.nonce = 0;
	return get_body(&r, out, arena);
}

static void
put_body(struct buf *out, const struct seal *seal)
{
	for (uint32_t i = 0; i < seal->head.core.payloads; i++)
		buf_add(out, seal->payload[i].raw.data, seal->payload[i].raw.len);
}

void
seal_put(struct buf *out, const struct seal *seal)
{
	seal_head_put(out, &seal->head);
	put_body(out, seal);
}

void
seal_template_put(struct buf *out, const struct seal *seal)
{
	object_put(out, OBJECT_TEMPLATE, &seal->head.core.network);
	seal_core_put(out, &seal->head.core);
	buf_add(out, seal->head.auth.b, AUTH);
	put_body(out, seal);
}

enum err
seal_root_check(const struct seal *seal)
{
	struct merkle m;
	struct hash root;

	merkle_init(&m);
	for (uint32_t i = 0; i < seal->head.core.payloads; i++)
		merkle_add(&m, &seal->payload[i].leaf);
	root = merkle_end(&m);
	return hash_equal(&root, &seal->head.core.root) ? ERR_OK : ERR_MERKLE;
}

enum err
seal_body_check(const struct seal *seal, uint32_t *bad)
{
	const struct seal_core *core = &seal->head.core;
	enum err e = seal_root_check(seal);

	*bad = UINT32_MAX;
	for (uint32_t i = 0; e == ERR_OK && i < core->payloads; i++) {
		const struct seal_payload *p = &seal->payload[i];
		e = p->payload.chain != core->lane.chain ? ERR_CHAIN_UNKNOWN :
		    payload_check(&p->payload, &p->id, &core->network);
		if (e)
			*bad = i;
	}
	return e;
}
