#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

_Static_assert(sizeof(struct hasher) >= sizeof(crypto_generichash_blake2b_state), "a hasher holds libsodium's state");

static const uint8_t personal[HASH_KINDS][16] = {
	[HASH_PAYLOAD] = "para.payload",
	[HASH_SEAL_CORE] = "para.sealcore",
	[HASH_SEAL_DIGEST] = "para.sealdigest",
	[HASH_WORK] = "para.work",
	[HASH_BLOCK] = "para.block",
	[HASH_LIST] = "para.list",
	[HASH_CERT] = "para.cert",
	[HASH_HYPER] = "para.hyper",
	[HASH_ENDORSE] = "para.endorse",
	[HASH_GENESIS] = "para.genesis",
	[HASH_SPEC] = "para.spec",
	[HASH_RULES] = "para.rules",
	[HASH_LEAF] = "para.leaf",
	[HASH_NODE] = "para.node",
	[HASH_ROOT] = "para.root",
	[HASH_ACCOUNT] = "para.account",
	[HASH_BEACON] = "para.beacon",
	[HASH_WITNESS] = "para.witness",
	[HASH_LINK] = "para.link",
	[HASH_NODE_ID] = "para.nodeid",
	[HASH_HOLDER] = "para.holder",
	[HASH_FOLLOWERS] = "para.followers",
	[HASH_STATE] = "para.state",
	[HASH_STATE_VALUE] = "para.statevalue",
	[HASH_STATE_LEAF] = "para.stateleaf",
	[HASH_STATE_NODE] = "para.statenode",
	[HASH_TICKET] = "para.ticket",
	[HASH_SNAPSHOT] = "para.snapshot",
	[HASH_AUTHORITIES] = "para.authorities",
};

static crypto_generichash_blake2b_state *
state_of(struct hasher *h)
{
	return (void *)h->state;
}

bool
hash_start(void)
{
	return sodium_init() >= 0;
}

struct hash
hash_of(enum hash_kind kind, const void *data, size_t len)
{
	struct hash out;

	crypto_generichash_blake2b_salt_personal(out.b, sizeof out.b, data, len, NULL, 0, NULL, personal[kind]);
	return out;
}

void
hash_init(struct hasher *h, enum hash_kind kind)
{
	crypto_generichash_blake2b_init_salt_personal(state_of(h), NULL, 0, sizeof(struct hash), NULL, personal[kind]);
}

void
hash_add(struct hasher *h, const void *data, size_t len)
{
	crypto_generichash_blake2b_update(state_of(h), data, len);
}

struct hash
hash_end(struct hasher *h)
{
	struct hash out;

	crypto_generichash_blake2b_final(state_of(h), out.b, sizeof out.b);
	return out;
}

bool
hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool
hash_is_zero(const struct hash *a)
{
	static const struct hash zero;

	return hash_equal(a, &zero);
}

int
hash_compare(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, sizeof a->b);
}

const uint8_t *
hash_personal(enum hash_kind kind)
{
	return personal[kind];
}
