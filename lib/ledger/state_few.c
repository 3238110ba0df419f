#include "ledger/state_few.h"

unsigned
state_few_fork(const struct hash *a, const struct hash *b)
{
	unsigned i = 0;

	while (i < sizeof a->b && a->b[i] == b->b[i])
		i++;
	if (i == sizeof a->b)
		return STATE_BITS;
	return 8 * i + (unsigned)__builtin_clz((unsigned)(a->b[i] ^ b->b[i])) - 24;
}

size_t
state_few_cut(const struct leaf *leaf, size_t n, unsigned bit)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		if (state_key_bit(&leaf[middle].key, bit))
			n = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct hash
state_few_root(const struct leaf *leaf, size_t n)
{
	struct hash left, right;
	unsigned depth;
	size_t cut;

	if (n < 2)
		return n ? leaf->hash : (struct hash){ 0 };
	depth = state_few_fork(&leaf[0].key, &leaf[n - 1].key);
	cut = state_few_cut(leaf, n, depth);
	left = state_few_root(leaf, cut);
	right = state_few_root(leaf + cut, n - cut);
	return state_join(depth, &left, &right);
}

/* The lowest key of the region. */
static struct hash
lowest(const struct hash *key, unsigned bits)
{
	struct hash low = { 0 };

	for (unsigned i = 0; i < bits / 8; i++)
		low.b[i] = key->b[i];
	if (bits % 8)
		low.b[bits / 8] = key->b[bits / 8] & (uint8_t)(0xff00 >> bits % 8);
	return low;
}

enum err
state_few_read(struct few *out, struct ledger_view *view, uint32_t chain, const struct hash *key, unsigned bits,
    unsigned count)
{
	struct hash at = lowest(key, bits), leaf;
	struct bytes value;
	bool more = true;
	enum err e = ERR_OK;

	out->count = 0;
	while (more && out->count < count && (e = state_key_next(view, &at, &leaf, &value, chain, bits)) == ERR_OK) {
		if (out->count == ROW_FEW)
			return ERR_CORRUPT;
		out->leaf[out->count++] = (struct leaf){ at, leaf };
		more = state_key_step(&at) && state_key_same(&at, key, bits);
	}
	if (e && e != ERR_NOT_FOUND)
		return e;
	return count < ROW_MANY && out->count < count ? ERR_CORRUPT : ERR_OK;
}
