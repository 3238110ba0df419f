/*
 * Ideal signatures: the linker puts these in place of crypto/sign.h's (--wrap). A signature is a hash over key and
 * message; whoever holds no struct sign_key cannot ask for one here, and guessing is not among the attacks. What real
 * signatures accept and reject is the matter of tests/unit/crypto.
 */
#include <string.h>

#include "crypto/sign.h"

struct signature __wrap_sign_make(const struct sign_key *k, const struct hash *message);
bool __wrap_sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig);

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
