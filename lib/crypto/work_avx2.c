#include "crypto/work_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { WIDTH = 4 };

#define AVX2 __attribute__((target("avx2")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2")))

INLINE_AVX2 __m256i
rotate24(__m256i v)
{
	return _mm256_shuffle_epi8(v, _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
	    3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10));
}

INLINE_AVX2 __m256i
rotate16(__m256i v)
{
	return _mm256_shuffle_epi8(v, _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
	    2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9));
}

INLINE_AVX2 __m256i
swap_bytes(__m256i v)
{
	return _mm256_shuffle_epi8(v, _mm256_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
	    7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
}

INLINE_AVX2 void
mix(__m256i *a, __m256i *b, __m256i *c, __m256i *d, __m256i x, __m256i y)
{
	*a = _mm256_add_epi64(_mm256_add_epi64(*a, x), *b);
	*d = _mm256_shuffle_epi32(_mm256_xor_si256(*d, *a), _MM_SHUFFLE(2, 3, 0, 1));
	*c = _mm256_add_epi64(*c, *d);
	*b = rotate24(_mm256_xor_si256(*b, *c));
	*a = _mm256_add_epi64(_mm256_add_epi64(*a, y), *b);
	*d = rotate16(_mm256_xor_si256(*d, *a));
	*c = _mm256_add_epi64(*c, *d);
	*b = _mm256_xor_si256(*b, *c);
	*b = _mm256_xor_si256(_mm256_srli_epi64(*b, 63), _mm256_add_epi64(*b, *b));
}

INLINE_AVX2 __m256i
all(uint64_t v)
{
	return _mm256_set1_epi64x((long long)v);
}

/* One bit for each of the nonces first .. first + 3 whose first word is not above the bound. */
INLINE_AVX2 unsigned
try(const __m256i digest[static 4], uint64_t first, uint64_t bound)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i nonces = _mm256_add_epi64(all(first), _mm256_setr_epi64x(0, 1, 2, 3));
	const __m256i m[16] = {digest[0], digest[1], digest[2], digest[3], nonces, zero, zero, zero, zero, zero, zero,
	    zero, zero, zero, zero, zero};
	__m256i v[16] = {all(WORK_H0), all(WORK_IV1), all(WORK_IV2), all(WORK_IV3), all(WORK_IV4), all(WORK_IV5),
	    all(WORK_H6), all(WORK_H7), all(WORK_IV0), all(WORK_IV1), all(WORK_IV2), all(WORK_IV3), all(WORK_V12),
	    all(WORK_IV5), all(WORK_V14), all(WORK_IV7)};

	WORK_ROUNDS(mix, v, m);
	/* The comparison is signed: turning the top bit over makes it the unsigned one. */
	const __m256i sign = all((uint64_t)1 << 63);
	__m256i word = swap_bytes(_mm256_xor_si256(_mm256_xor_si256(v[0], v[8]), all(WORK_H0)));
	__m256i above = _mm256_cmpgt_epi64(_mm256_xor_si256(word, sign), _mm256_xor_si256(all(bound), sign));
	return ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(above)) & 15;
}

AVX2 bool
work_avx2_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const __m256i words[4] = {all(work_word(digest, 0)), all(work_word(digest, 1)), all(work_word(digest, 2)),
	    all(work_word(digest, 3))};
	uint64_t bound = work_bound(target);

	for (; count > 0; first += WIDTH, count = count > WIDTH ? count - WIDTH : 0) {
		for (unsigned hits = try(words, first, bound); hits; hits &= hits - 1) {
			*nonce = first + (unsigned)__builtin_ctz(hits);
			if (work_confirm(digest, target, *nonce))
				return true;
		}
	}
	return false;
}

#endif
