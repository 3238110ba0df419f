#include "ledger/account_proof.h"

#include <string.h>

#include "ledger/registry.h"
#include "ledger/root.h"

/* Of the longest state proof: kind, another leaf, 256 nodes. */
enum { STATE_PROOF_BYTES = 1 + 64 + 2 + 33 * STATE_BITS };

static enum err
copy_value(struct account_proof *out, struct arena *arena, struct bytes value)
{
	uint8_t *copy = arena_alloc(arena, value.len + 1, 1);

	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, value.data, value.len);
	out->value = (struct bytes){ copy, value.len };
	return ERR_OK;
}

static enum err
check_state(const struct account_proof *p)
{
	const struct cert_core *cert = &p->anchor.cert;
	struct hash root;
	enum err e = state_proof_root(&root, &p->state, &cert->lane, p->account, p->value);

	if (e)
		return e;
	if (cert->lane.chain == 0)
		root = root_of_para(&p->registry, &root);
	else if (!hash_is_zero(&p->registry))
		return ERR_NOT_CANONICAL;
	return hash_equal(&root, &cert->roots.state) ? ERR_OK : ERR_MERKLE;
}

enum err
account_proof_make(struct account_proof *out, struct arena *arena, struct ledger_view *view,
    const struct anchor *anchor, const uint8_t account[static 32])
{
	const struct lane *lane = &anchor->cert.lane;
	struct bytes value;
	enum err e;

	*out = (struct account_proof){ .anchor = *anchor };
	memcpy(out->account, account, sizeof out->account);
	e = state_get(view, &value, lane->chain, account);
	if (e == ERR_OK)
		e = copy_value(out, arena, value);
	else if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	if (e == ERR_OK && lane->chain == 0)
		e = registry_root(view, &out->registry);
	if (e == ERR_OK)
		e = state_proof_make(&out->state, view, lane, account);
	return e ? e : check_state(out);
}

void
account_proof_put(struct buf *out, const struct account_proof *proof)
{
	struct buf state = { 0 };

	state_proof_put(&state, &proof->state);
	object_put(out, OBJECT_ACCOUNT_PROOF, &proof->anchor.header.network);
	buf_add(out, proof->account, sizeof proof->account);
	wire_put_u32(out, (uint32_t)proof->value.len);
	buf_add(out, proof->value.data, proof->value.len);
	buf_add(out, proof->registry.b, sizeof proof->registry.b);
	wire_put_u32(out, (uint32_t)state.len);
	buf_add(out, state.data, state.len);
	anchor_put(out, &proof->anchor);
	out->failed |= state.failed;
	buf_free(&state);
}

/* A length of at most `most` and as many bytes. */
static struct bytes
get_bytes(struct reader *r, uint32_t most)
{
	uint32_t len = wire_get_count(r, most, 1);
	const uint8_t *data = wire_take(r, len);

	return (struct bytes){ data, data ? len : 0 };
}

enum err
account_proof_unpack(struct account_proof *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;
	struct bytes state;
	enum err e;

	object_get(&r, OBJECT_ACCOUNT_PROOF, &network);
	wire_get(&r, out->account, sizeof out->account);
	out->value = get_bytes(&r, STATE_VALUE_MAX);
	wire_get(&r, out->registry.b, sizeof out->registry.b);
	state = get_bytes(&r, STATE_PROOF_BYTES);
	e = r.err ? r.err : state_proof_unpack(&out->state, state);
	if (e == ERR_OK)
		e = anchor_get(&r, &out->anchor, arena, &network);
	return e ? e : wire_end(&r);
}

enum err
account_proof_check(struct hash *hash, const struct account_proof *proof)
{
	enum err e = check_state(proof);

	return e ? e : anchor_check(hash, &proof->anchor);
}
