/*
 * The anchor V: Ed25519 verifications of 200 bytes per CPU second of one core, by libsodium alone: what four
 * rounds in five do not reach, so that what else runs here shows less.
 */
#include <sodium.h>

#include "bench.h"

enum { ROUNDS = 50, TRIES = 250, MESSAGE = 200 };

int
main(void)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES], seed[32] = {1};
	unsigned char message[MESSAGE] = {2}, signature[crypto_sign_BYTES];
	double rate[ROUNDS];
	if (sodium_init() < 0)
		bench_fail("no libsodium");
	crypto_sign_seed_keypair(public, secret, seed);
	crypto_sign_detached(signature, NULL, message, MESSAGE, secret);
	for (int i = 0; i < ROUNDS; i++) {
		double begin = bench_cpu();
		for (int k = 0; k < TRIES; k++) {
			if (crypto_sign_verify_detached(signature, message, MESSAGE, public))
				bench_fail("a good signature was refused");
		}
		rate[i] = TRIES / (bench_cpu() - begin);
	}
	printf("%.0f\n", bench_part(rate, ROUNDS, 0.8));
	return 0;
}
