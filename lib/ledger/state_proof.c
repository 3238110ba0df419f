#include "ledger/state_proof.h"

#include "base/wire.h"
#include "ledger/state_tree.h"

/* Where the walk to the leaf is: a node of a row or some leaves, and the bits that all keys below it have. */
struct walk {
	struct state_proof *proof;
	struct ledger_view *view;
	const struct lane *lane;
	struct hash account, path;
	struct row row;
	struct spot spot;
};

/* The last row stands for more bits than a path has. */
static void
set_bit(struct hash *path, unsigned at, unsigned bit)
{
	uint8_t mask = (uint8_t)(0x80 >> at % 8);

	if (at >= STATE_BITS)
		return;
	path->b[at / 8] = (uint8_t)(bit ? path->b[at / 8] | mask : path->b[at / 8] & ~mask);
}

/* By the account's bit where there is a choice. Returns the bit. */
static unsigned
choose(struct walk *w, unsigned depth, const struct hash *left, const struct hash *right)
{
	unsigned bit = state_key_bit(&w->account, depth);

	if (hash_is_zero(left) || hash_is_zero(right))
		return hash_is_zero(left);
	w->proof->node[w->proof->nodes++] = (struct state_proof_node){ (uint8_t)depth, bit ? *left : *right };
	return bit;
}

/* One level down. Returns the node. */
static unsigned
go_down(struct walk *w, unsigned node, unsigned depth)
{
	struct hash left = state_row_node(&w->row, 2 * node), right = state_row_node(&w->row, 2 * node + 1);
	unsigned bit = choose(w, depth, &left, &right);

	set_bit(&w->path, depth, bit);
	return 2 * node + bit;
}

/* From a node of the row to one of its slots, *depth with it. */
static void
cross_row(struct walk *w, unsigned node, unsigned *depth)
{
	while (node < ROW_SLOTS)
		node = go_down(w, node, (*depth)++);
	w->spot = state_row_get(&w->row, node - ROW_SLOTS);
}

/* The leaf that is left. */
static enum err
end_walk(struct walk *w, const struct hash *key)
{
	struct state_proof *proof = w->proof;
	struct key at = state_key_value(w->lane->chain, key);
	struct bytes row, value;
	enum err e;

	proof->kind = STATE_PROOF_THERE;
	if (hash_equal(key, &w->account))
		return ERR_OK;
	e = w->view->get(w->view->owner, &row, key_bytes(&at));
	if (e == ERR_OK)
		e = state_key_cut(NULL, &value, row);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	proof->kind = STATE_PROOF_OTHER;
	proof->key = *key;
	proof->value_hash = state_value_hash(value);
	return ERR_OK;
}

/* Among the leaves of a region that has no row. */
static enum err
cross_few(struct walk *w, unsigned depth)
{
	struct few few;
	const struct leaf *leaf = few.leaf;
	enum err e = state_few_read(&few, w->view, w->lane->chain, &w->path, depth, w->spot.count);
	size_t n = few.count;

	while (e == ERR_OK && n > 1) {
		unsigned fork = state_few_fork(&leaf[0].key, &leaf[n - 1].key);
		size_t cut = state_few_cut(leaf, n, fork);
		struct hash left = state_few_root(leaf, cut), right = state_few_root(leaf + cut, n - cut);
		bool high = choose(w, fork, &left, &right);
		leaf += high ? cut : 0;
		n = high ? n - cut : cut;
	}
	return e || n == 0 ? e : end_walk(w, &leaf->key);
}

static enum err
walk(struct walk *w)
{
	unsigned node, depth = w->lane->depth;
	enum err e = state_tree_spot(&w->spot, &w->row, &node, w->view, w->lane->chain, &w->path, depth);

	if (e == ERR_OK && w->spot.count == ROW_MANY)
		cross_row(w, node, &depth);
	while (e == ERR_OK && w->spot.count == ROW_MANY && depth < STATE_BITS) {
		e = state_row_read(&w->row, w->view, w->lane->chain, &w->path, depth);
		if (e == ERR_OK)
			cross_row(w, 1, &depth);
	}
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	return cross_few(w, depth < STATE_BITS ? depth : STATE_BITS);
}

enum err
state_proof_make(struct state_proof *out, struct ledger_view *view, const struct lane *lane,
    const uint8_t account[static 32])
{
	struct walk w = { .proof = out, .view = view, .lane = lane, .account = state_key(account),
		.path = state_key_lowest(lane) };

	*out = (struct state_proof){ .kind = STATE_PROOF_EMPTY };
	return state_in_lane(lane, &w.account) ? walk(&w) : ERR_LANE;
}

void
state_proof_put(struct buf *out, const struct state_proof *proof)
{
	wire_put_u8(out, (uint8_t)proof->kind);
	if (proof->kind == STATE_PROOF_OTHER) {
		buf_add(out, proof->key.b, sizeof proof->key.b);
		buf_add(out, proof->value_hash.b, sizeof proof->value_hash.b);
	}
	wire_put_u16(out, proof->nodes);
	for (unsigned i = 0; i < proof->nodes; i++) {
		wire_put_u8(out, proof->node[i].depth);
		buf_add(out, proof->node[i].side.b, sizeof proof->node[i].side.b);
	}
}

enum err
state_proof_unpack(struct state_proof *out, struct bytes in)
{
	struct reader r = wire_reader(in);

	*out = (struct state_proof){ .kind = wire_get_u8(&r) };
	if (out->kind > STATE_PROOF_OTHER)
		wire_fail(&r, ERR_TYPE);
	if (out->kind == STATE_PROOF_OTHER) {
		wire_get(&r, out->key.b, sizeof out->key.b);
		wire_get(&r, out->value_hash.b, sizeof out->value_hash.b);
	}
	out->nodes = wire_get_u16(&r);
	if (out->nodes > STATE_BITS || (out->kind == STATE_PROOF_EMPTY && out->nodes))
		wire_fail(&r, ERR_TOO_LONG);
	for (unsigned i = 0; !r.err && i < out->nodes; i++) {
		out->node[i].depth = wire_get_u8(&r);
		wire_get(&r, out->node[i].side.b, sizeof out->node[i].side.b);
		if (i && out->node[i].depth <= out->node[i - 1].depth)
			wire_fail(&r, ERR_ORDER);
	}
	return wire_end(&r);
}

/* The leaf at the end, zero for none; false when the proof shows something else. */
static bool
leaf_of(struct hash *leaf, const struct state_proof *proof, const struct hash *account, struct bytes value)
{
	struct hash hash;

	switch (proof->kind) {
	case STATE_PROOF_EMPTY:
		*leaf = (struct hash){ 0 };
		return value.len == 0;
	case STATE_PROOF_THERE:
		hash = state_value_hash(value);
		*leaf = state_leaf(account, &hash);
		return value.len > 0 && value.len <= STATE_VALUE_MAX;
	case STATE_PROOF_OTHER:
		*leaf = state_leaf(&proof->key, &proof->value_hash);
		return value.len == 0 && !hash_equal(&proof->key, account);
	}
	return false;
}

enum err
state_proof_root(struct hash *root, const struct state_proof *proof, const struct lane *lane,
    const uint8_t account[static 32], struct bytes value)
{
	struct hash key = state_key(account);

	if (!state_in_lane(lane, &key))
		return ERR_LANE;
	if (!leaf_of(root, proof, &key, value))
		return ERR_MERKLE;
	for (unsigned i = proof->nodes; i-- > 0;) {
		const struct state_proof_node *node = &proof->node[i];
		unsigned bit = state_key_bit(&key, node->depth);
		/* The other leaf must lie where the account's bits lead. */
		if (proof->kind == STATE_PROOF_OTHER && state_key_bit(&proof->key, node->depth) != bit)
			return ERR_MERKLE;
		if (hash_is_zero(&node->side) || node->depth < lane->depth)
			return ERR_MERKLE;
		*root = bit ? state_join(node->depth, &node->side, root) : state_join(node->depth, root, &node->side);
	}
	return ERR_OK;
}

enum err
state_proof_check(const struct state_proof *proof, const struct hash *root, const struct lane *lane,
    const uint8_t account[static 32], struct bytes value)
{
	struct hash have;
	enum err e = state_proof_root(&have, proof, lane, account, value);

	return e ? e : hash_equal(&have, root) ? ERR_OK : ERR_MERKLE;
}
