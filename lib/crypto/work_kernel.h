/*
 * work_kernel: what the search kernels share, for work*.c only.
 *
 * A try is one BLAKE2b compression of which nearly everything is known: chaining value, lengths and eleven of the
 * sixteen message words are constants, four are the digest, one is the nonce. Of the result only the first word is
 * looked at; a nonce that passes by it is confirmed with work_hash.
 *
 * Beside a vector of nonces the narrower kernels try one more with the scalar units, which would idle.
 */
#ifndef CRYPTO_WORK_KERNEL_H
#define CRYPTO_WORK_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/hash.h"

#define WORK_INLINE static inline __attribute__((always_inline))

/* BLAKE2b's IV (RFC 7693, 2.6). */
#define WORK_IV0 0x6a09e667f3bcc908u
#define WORK_IV1 0xbb67ae8584caa73bu
#define WORK_IV2 0x3c6ef372fe94f82bu
#define WORK_IV3 0xa54ff53a5f1d36f1u
#define WORK_IV4 0x510e527fade682d1u
#define WORK_IV5 0x9b05688c2b3e6c1fu
#define WORK_IV6 0x1f83d9abfb41bd6bu
#define WORK_IV7 0x5be0cd19137e2179u

/* The chaining value where it is not the IV: 32 bytes of output, no key, personalisation "para.work". */
#define WORK_H0 (WORK_IV0 ^ 0x01010020u)
#define WORK_H6 (WORK_IV6 ^ 0x726f772e61726170u)
#define WORK_H7 (WORK_IV7 ^ 0x6bu)

/* The other half of the working state: 40 bytes hashed, last block. */
#define WORK_V12 (WORK_IV4 ^ 40u)
#define WORK_V14 (~WORK_IV6)

WORK_INLINE uint64_t
work_turn(uint64_t v, int by)
{
	return v >> by | v << (64 - by);
}

/* The working state before the first round, SET making a kernel's word of a number. */
#define WORK_START(SET) \
	{SET(WORK_H0), SET(WORK_IV1), SET(WORK_IV2), SET(WORK_IV3), SET(WORK_IV4), SET(WORK_IV5), SET(WORK_H6), \
	    SET(WORK_H7), SET(WORK_IV0), SET(WORK_IV1), SET(WORK_IV2), SET(WORK_IV3), SET(WORK_V12), SET(WORK_IV5), \
	    SET(WORK_V14), SET(WORK_IV7)}

/* The message words: the digest, the nonces, nothing. */
#define WORK_MESSAGE(SET, digest, nonces) \
	{SET(work_word(digest, 0)), SET(work_word(digest, 1)), SET(work_word(digest, 2)), SET(work_word(digest, 3)), \
	    nonces, SET(0), SET(0), SET(0), SET(0), SET(0), SET(0), SET(0), SET(0), SET(0), SET(0), SET(0)}

/* MIX(a, b, c, d, x, y) is BLAKE2b's G on four words of the state v, by address, and two message words of m. */
#define WORK_ROUND(MIX, v, m, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15) \
	do { \
		MIX(&v[0], &v[4], &v[8], &v[12], m[s0], m[s1]); \
		MIX(&v[1], &v[5], &v[9], &v[13], m[s2], m[s3]); \
		MIX(&v[2], &v[6], &v[10], &v[14], m[s4], m[s5]); \
		MIX(&v[3], &v[7], &v[11], &v[15], m[s6], m[s7]); \
		MIX(&v[0], &v[5], &v[10], &v[15], m[s8], m[s9]); \
		MIX(&v[1], &v[6], &v[11], &v[12], m[s10], m[s11]); \
		MIX(&v[2], &v[7], &v[8], &v[13], m[s12], m[s13]); \
		MIX(&v[3], &v[4], &v[9], &v[14], m[s14], m[s15]); \
	} while (0)

/* Written out, not looped over a table, so that the compiler drops every addition of a word that is zero. */
#define WORK_ROUNDS(MIX, v, m) \
	do { \
		WORK_ROUND(MIX, v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); \
		WORK_ROUND(MIX, v, m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3); \
		WORK_ROUND(MIX, v, m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4); \
		WORK_ROUND(MIX, v, m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8); \
		WORK_ROUND(MIX, v, m, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13); \
		WORK_ROUND(MIX, v, m, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9); \
		WORK_ROUND(MIX, v, m, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11); \
		WORK_ROUND(MIX, v, m, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10); \
		WORK_ROUND(MIX, v, m, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5); \
		WORK_ROUND(MIX, v, m, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0); \
		WORK_ROUND(MIX, v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); \
		WORK_ROUND(MIX, v, m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3); \
	} while (0)

/* Word i of the digest as BLAKE2b reads it. */
uint64_t work_word(const struct hash *digest, int i);

/* The bits of the result's first word that are zero in every hash that meets the target: the sieve of a kernel. */
uint64_t work_mask(const struct hash *target);

/*
 * Of a row of nonces, bit i of hits saying that first + i passed the sieve, the first one of the row's first `count`
 * that meets the whole target.
 */
bool work_pick(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first, uint64_t count,
    unsigned hits);

/* The kernels, as struct work_kernel has them. */
bool work_plain_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count);
#if defined(__x86_64__)
bool work_sse2_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count);
bool work_avx2_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count);
bool work_avx512_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count);
#endif

#endif
