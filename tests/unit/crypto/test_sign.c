#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/sign.h"
#include "sign_vectors.h"

static void
read_hex(uint8_t *out, size_t len, const char *text)
{
	assert_int_equal(hex_decode(out, len, text, strlen(text)), ERR_OK);
}

/* RFC 8032, 7.1: tests 1 to 3. Their messages are not hashes, so that they are put to libsodium itself. */
static void
the_library_below_signs_as_the_rfc_does(void **state)
{
	(void)state;
	static const struct {
		const char *seed, *key, *message, *signature;
	} rfc[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
		    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	};
	for (size_t i = 0; i < sizeof rfc / sizeof rfc[0]; i++) {
		uint8_t seed[32], key[32], message[2], want[64], public[32], secret[64], got[64];
		size_t len = strlen(rfc[i].message) / 2;
		read_hex(seed, 32, rfc[i].seed);
		read_hex(key, 32, rfc[i].key);
		read_hex(message, len, rfc[i].message);
		read_hex(want, 64, rfc[i].signature);
		crypto_sign_seed_keypair(public, secret, seed);
		assert_memory_equal(public, key, 32);
		crypto_sign_detached(got, NULL, message, len, secret);
		assert_memory_equal(got, want, 64);
		assert_int_equal(crypto_sign_verify_detached(want, message, len, key), 0);

		struct sign_key *k = sign_key_new(seed);
		assert_non_null(k);
		assert_memory_equal(sign_key_public(k)->b, key, 32);
		sign_key_free(k);
	}
}

static void
a_known_seed_makes_the_known_signature(void **state)
{
	(void)state;
	uint8_t seed[32];
	struct pubkey key;
	struct hash message;
	struct signature want;
	for (int i = 0; i < 32; i++)
		seed[i] = (uint8_t)i;
	read_hex(key.b, 32, sign_vectors[0].key);
	read_hex(message.b, 32, sign_vectors[0].message);
	read_hex(want.b, 64, sign_vectors[0].signature);

	struct sign_key *k = sign_key_new(seed);
	assert_non_null(k);
	assert_memory_equal(sign_key_public(k)->b, key.b, 32);
	for (int twice = 0; twice < 2; twice++) {
		struct signature got = sign_make(k, &message);
		assert_memory_equal(got.b, want.b, 64);
		assert_true(sign_verify(&key, &message, &got));
	}
	sign_key_free(k);
	sign_key_free(NULL);
}

static void
what_is_accepted_and_rejected_is_frozen(void **state)
{
	(void)state;
	const size_t n = sizeof sign_vectors / sizeof sign_vectors[0];
	size_t accepted = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sign_vector *v = &sign_vectors[i];
		struct pubkey key;
		struct hash message;
		struct signature sig;
		read_hex(key.b, 32, v->key);
		read_hex(message.b, 32, v->message);
		read_hex(sig.b, 64, v->signature);
		if (sign_verify(&key, &message, &sig) != v->accept)
			fail_msg("%s: expected to be %s", v->name, v->accept ? "accepted" : "rejected");
		accepted += v->accept;
	}
	assert_int_equal(n, 49);
	assert_int_equal(accepted, 4);
}

static void
any_flipped_bit_is_noticed(void **state)
{
	(void)state;
	static const uint8_t seed[32] = {42};
	struct sign_key *k = sign_key_new(seed);
	assert_non_null(k);
	struct hash message = hash_of(HASH_PAYLOAD, "hello", 5);
	struct signature sig = sign_make(k, &message);
	struct pubkey key = *sign_key_public(k);
	for (int bit = 0; bit < 256; bit++) {
		message.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(&key, &message, &sig));
		message.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		key.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(&key, &message, &sig));
		key.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (int bit = 0; bit < 512; bit++) {
		sig.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(&key, &message, &sig));
		sig.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(sign_verify(&key, &message, &sig));
	sign_key_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_below_signs_as_the_rfc_does),
		cmocka_unit_test(a_known_seed_makes_the_known_signature),
		cmocka_unit_test(what_is_accepted_and_rejected_is_frozen),
		cmocka_unit_test(any_flipped_bit_is_noticed),
	};
	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
