/*
 * sign: Ed25519. sign_verify is the only verify function of the whole tree: what it accepts and rejects is consensus,
 * and its vectors are frozen in tests/unit/crypto. No batch verification anywhere.
 * Messages are always 32-byte hashes of one kind (crypto/hash.h), which separates the domains.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hash.h"

struct pubkey {
	uint8_t b[32];
};

struct signature {
	uint8_t b[64];
};

/* A secret key. Lives in locked memory (sodium_malloc) and is wiped by sign_key_free. */
struct sign_key;

/* From a 32-byte seed; the caller wipes the seed. NULL when memory ran out. */
struct sign_key *sign_key_new(const uint8_t seed[static 32]);
void sign_key_free(struct sign_key *k);
const struct pubkey *sign_key_public(const struct sign_key *k);

/* Deterministic (RFC 8032). */
struct signature sign_make(const struct sign_key *k, const struct hash *message);

/*
 * libsodium's crypto_sign_verify_detached on the 32 bytes: rejects S >= L, small-order and non-canonical keys, and
 * small-order R. A key with a torsion part verifies only where the cofactorless equation holds.
 */
bool sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig);

#endif
