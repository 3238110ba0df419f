/*
 * Ideal signatures, and what is hashed once however many hosts ask for it: the linker puts these in place of the
 * library's (--wrap). A signature is a hash over key and message; whoever holds no struct sign_key cannot ask for one
 * here, and guessing is not among the attacks. What real signatures accept and reject is the matter of tests/unit/crypto.
 */
#include <string.h>

#include "chain/block.h"

struct signature __wrap_sign_make(const struct sign_key *k, const struct hash *message);
bool __wrap_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig);
struct hash __wrap_seal_id(const struct seal_head *head);
struct hash __real_seal_id(const struct seal_head *head);
struct hash __wrap_block_hash(const struct block *block);
struct hash __real_block_hash(const struct block *block);
struct hash __wrap_hash_of(enum hash_kind kind, const void *data, size_t len);
struct hash __real_hash_of(enum hash_kind kind, const void *data, size_t len);

static struct signature
ideal(const struct pubkey *key, const struct hash *message)
{
	uint8_t both[64];
	struct signature sig;
	struct hash h;

	memcpy(both, key->b, 32);
	memcpy(both + 32, message->b, 32);
	h = hash_of(HASH_LEAF, both, sizeof both);
	memcpy(sig.b, h.b, 32);
	memcpy(sig.b + 32, h.b, 32);
	return sig;
}

struct signature
__wrap_sign_make(const struct sign_key *k, const struct hash *message)
{
	return ideal(sign_key_public(k), message);
}

bool
__wrap_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig)
{
	struct signature right = ideal(key, message);

	return memcmp(&right, sig, sizeof right) == 0;
}

/* Hashes that many hosts ask for, of what was seen lately; each is found by a part of the signature in it. */
enum { MEMO = 1 << 12 };

static size_t
place(const struct seal_head *head)
{
	return (head->auth.b[0] | head->auth.b[1] << 8) % MEMO;
}

/* Field by field: what lies between them differs from copy to copy. */
static bool
same_head(const struct seal_head *x, const struct seal_head *y)
{
	const struct seal_core *a = &x->core, *b = &y->core;

	return memcmp(&x->auth, &y->auth, sizeof x->auth) == 0 && x->nonce == y->nonce &&
	    memcmp(&a->network, &b->network, sizeof a->network) == 0 && lane_compare(&a->lane, &b->lane) == 0 &&
	    a->slot == b->slot && hash_equal(&a->prev_hyper, &b->prev_hyper) && a->difficulty == b->difficulty &&
	    a->payloads == b->payloads && a->bytes == b->bytes && hash_equal(&a->root, &b->root) &&
	    hash_equal(&a->script, &b->script) && memcmp(&a->signer, &b->signer, sizeof a->signer) == 0 &&
	    memcmp(&a->voter, &b->voter, sizeof a->voter) == 0 && a->index == b->index;
}

struct hash
__wrap_seal_id(const struct seal_head *head)
{
	static struct {
		struct seal_head head;
		struct hash id;
		bool known;
	} memo[MEMO], *m;

	m = &memo[place(head)];
	if (m->known && same_head(&m->head, head))
		return m->id;
	m->head = *head;
	m->known = true;
	return m->id = __real_seal_id(head);
}

struct hash
__wrap_block_hash(const struct block *block)
{
	static struct {
		struct block block;
		struct hash hash;
		bool known;
	} memo[MEMO], *m;

	m = &memo[place(&block->head)];
	if (m->known && m->block.lid == block->lid && hash_equal(&m->block.prev, &block->prev) &&
	    same_head(&m->block.head, &block->head))
		return m->hash;
	m->block = *block;
	m->known = true;
	return m->hash = __real_block_hash(block);
}

/* What is short enough to be compared faster than hashed. */
enum { SHORT = 256 };

static uint64_t
word_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* Where two things differ, one of these words mostly does. */
static size_t
place_of(enum hash_kind kind, const uint8_t *data, size_t len)
{
	uint64_t mix = word_at(data) ^ word_at(data + len / 2) * 3 ^ word_at(data + len - 8) * 5 ^ len * 7 ^ (uint64_t)kind;

	return (size_t)(mix * 0x9e3779b97f4a7c15 >> 32) % (2 * MEMO);
}

struct hash
__wrap_hash_of(enum hash_kind kind, const void *data, size_t len)
{
	static struct {
		uint8_t data[SHORT];
		struct hash hash;
		size_t len; /* 0: nothing yet */
		enum hash_kind kind;
	} memo[2 * MEMO], *m;

	if (len < 16 || len > SHORT)
		return __real_hash_of(kind, data, len);
	m = &memo[place_of(kind, data, len)];
	if (m->len == len && m->kind == kind && memcmp(m->data, data, len) == 0)
		return m->hash;
	memcpy(m->data, data, len);
	m->len = len;
	m->kind = kind;
	return m->hash = __real_hash_of(kind, data, len);
}
