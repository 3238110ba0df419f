#include "chain/anchor.h"

#include <string.h>

#include "chain/limits.h"
#include "chain/path.h"

void
anchor_put(struct buf *out, const struct anchor *a)
{
	struct buf core = { 0 };

	cert_core_put(&core, &a->cert);
	wire_put_u32(out, (uint32_t)core.len);
	buf_add(out, core.data, core.len);
	path_put(out, &a->in_hyper);
	hyper_header_put(out, &a->header);
	buf_add(out, a->auth.b, sizeof a->auth.b);
	out->failed |= core.failed;
	buf_free(&core);
}

static enum err
get_cert(struct reader *r, struct cert_core *out, struct arena *arena)
{
	uint32_t len = wire_get_count(r, LIMIT_HYPER_BYTES, 1);
	const uint8_t *data = wire_take(r, len);
	struct reader inner;

	if (r->err)
		return r->err;
	inner = wire_reader((struct bytes){ data, len });
	cert_core_get(&inner, out, arena);
	return wire_end(&inner);
}

enum err
anchor_get(struct reader *r, struct anchor *out, struct arena *arena, const struct network *network)
{
	enum err e = get_cert(r, &out->cert, arena);

	if (e)
		return e;
	path_get(r, &out->in_hyper);
	hyper_header_get(r, &out->header);
	wire_get(r, out->auth.b, sizeof out->auth.b);
	if (memcmp(network, &out->header.network, sizeof *network) != 0)
		wire_fail(r, ERR_NETWORK);
	return r->err;
}

enum err
anchor_path(const struct hash *leaf, const struct merkle_path *path, uint64_t count, const struct hash *root)
{
	struct hash top;
	enum err e = merkle_climb(&top, leaf, path);

	if (e)
		return e;
	return path->count == count && hash_equal(&top, root) ? ERR_OK : ERR_MERKLE;
}

enum err
anchor_check(struct hash *hash, const struct anchor *a)
{
	struct hash leaf;
	enum err e;

	if (memcmp(&a->cert.network, &a->header.network, sizeof a->cert.network) != 0)
		return ERR_NETWORK;
	if (a->cert.slot != a->header.slot)
		return ERR_SLOT;
	e = cert_hash(&leaf, &a->cert);
	if (e)
		return e;
	leaf = merkle_leaf(leaf.b, sizeof leaf.b);
	e = anchor_path(&leaf, &a->in_hyper, a->header.lanes, &a->header.certs_root);
	if (e)
		return e;
	*hash = hyper_hash(&a->header);
	return sign_verify(&a->header.assembler, hash, &a->auth) ? ERR_OK : ERR_SIGNATURE;
}

enum err
anchor_make(struct anchor *out, struct arena *arena, const struct hyper *hyper, uint32_t i)
{
	uint32_t n = hyper->header.lanes;
	struct hash *leaf = arena_alloc(arena, n, sizeof *leaf);

	if (i >= n)
		return ERR_RANGE;
	if (!leaf)
		return ERR_NOMEM;
	for (uint32_t k = 0; k < n; k++) {
		struct hash hash;
		enum err e = cert_hash(&hash, &hyper->cert[k].core);
		if (e)
			return e;
		leaf[k] = merkle_leaf(hash.b, sizeof hash.b);
	}
	out->cert = hyper->cert[i].core;
	out->header = hyper->header;
	out->auth = hyper->auth;
	return merkle_prove(&out->in_hyper, leaf, n, i);
}
