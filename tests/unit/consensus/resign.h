/* resign: another valid signature of the same message by the same key, which only a signer that wants one makes. */
#ifndef TESTS_CONSENSUS_RESIGN_H
#define TESTS_CONSENSUS_RESIGN_H

#include <string.h>

#include <sodium.h>

#include "crypto/sign.h"

/* Of the key whose seed is 32 bytes of fill. A nonce r of one's own: R = rB, S = r + H(R, key, message) a. */
static inline struct signature
resign(uint8_t fill, const struct pubkey *key, const struct hash *message)
{
	struct signature sig;
	unsigned char seed[32], a[64], r[64], k[64], s[32];
	crypto_hash_sha512_state h;

	memset(seed, fill, sizeof seed);
	crypto_hash_sha512(a, seed, sizeof seed);
	a[0] &= 248;
	a[31] = (a[31] & 127) | 64;
	memset(r, 5, sizeof r);
	crypto_core_ed25519_scalar_reduce(r, r);
	crypto_scalarmult_ed25519_base_noclamp(sig.b, r);
	crypto_hash_sha512_init(&h);
	crypto_hash_sha512_update(&h, sig.b, 32);
	crypto_hash_sha512_update(&h, key->b, sizeof key->b);
	crypto_hash_sha512_update(&h, message->b, sizeof message->b);
	crypto_hash_sha512_final(&h, k);
	crypto_core_ed25519_scalar_reduce(k, k);
	memset(a + 32, 0, 32);
	crypto_core_ed25519_scalar_reduce(a, a);
	crypto_core_ed25519_scalar_mul(s, k, a);
	crypto_core_ed25519_scalar_add(sig.b + 32, s, r);
	return sig;
}

#endif
