#include "crypto/sign.h"

#include <sodium.h>

struct sign_key {
	struct pubkey public;
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
};

struct sign_key *
sign_key_new(const uint8_t seed[static 32])
{
	struct sign_key *k = sodium_malloc(sizeof *k);

	if (k)
		crypto_sign_seed_keypair(k->public.b, k->secret, seed);
	return k;
}

void
sign_key_free(struct sign_key *k)
{
	sodium_free(k);
}

const struct pubkey *
sign_key_public(const struct sign_key *k)
{
	return &k->public;
}

struct signature
sign_make(const struct sign_key *k, const struct hash *message)
{
	struct signature sig;

	crypto_sign_detached(sig.b, NULL, message->b, sizeof message->b, k->secret);
	return sig;
}

bool
sign_verify(const struct pubkey *key, const struct hash *message, const struct signature *sig)
{
	return crypto_sign_verify_detached(sig->b, message->b, sizeof message->b, key->b) == 0;
}
