#include "crypto/work_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { WIDTH = 8 };

#define AVX512 __attribute__((target("avx512f")))
#define INLINE_AVX512 static inline __attribute__((always_inline, target("avx512f")))

INLINE_AVX512 void
mix(__m512i *a, __m512i *b, __m512i *c, __m512i *d, __m512i x, __m512i y)
{
	*a = _mm512_add_epi64(_mm512_add_epi64(*a, x), *b);
	*d = _mm512_ror_epi64(_mm512_xor_si512(*d, *a), 32);
	*c = _mm512_add_epi64(*c, *d);
	*b = _mm512_ror_epi64(_mm512_xor_si512(*b, *c), 24);
	*a = _mm512_add_epi64(_mm512_add_epi64(*a, y), *b);
	*d = _mm512_ror_epi64(_mm512_xor_si512(*d, *a), 16);
	*c = _mm512_add_epi64(*c, *d);
	*b = _mm512_ror_epi64(_mm512_xor_si512(*b, *c), 63);
}

INLINE_AVX512 __m512i
all(uint64_t v)
{
	return _mm512_set1_epi64((long long)v);
}

/* Byte shuffles need more than avx512f, rotations do not. */
INLINE_AVX512 __m512i
swap_bytes(__m512i v)
{
	const __m512i odd = all(0x00ff00ff00ff00ffu);
	__m512i halves = _mm512_or_si512(_mm512_and_si512(_mm512_rol_epi32(v, 8), odd),
	    _mm512_andnot_si512(odd, _mm512_ror_epi32(v, 8)));

	return _mm512_ror_epi64(halves, 32);
}

/* One bit for each of the nonces first .. first + 7 whose first word is not above the bound. */
INLINE_AVX512 unsigned
try(const __m512i digest[static 4], uint64_t first, uint64_t bound)
{
	const __m512i zero = _mm512_setzero_si512();
	const __m512i nonces = _mm512_add_epi64(all(first), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
	const __m512i m[16] = {digest[0], digest[1], digest[2], digest[3], nonces, zero, zero, zero, zero, zero, zero,
	    zero, zero, zero, zero, zero};
	__m512i v[16] = {all(WORK_H0), all(WORK_IV1), all(WORK_IV2), all(WORK_IV3), all(WORK_IV4), all(WORK_IV5),
	    all(WORK_H6), all(WORK_H7), all(WORK_IV0), all(WORK_IV1), all(WORK_IV2), all(WORK_IV3), all(WORK_V12),
	    all(WORK_IV5), all(WORK_V14), all(WORK_IV7)};

	WORK_ROUNDS(mix, v, m);
	__m512i word = swap_bytes(_mm512_xor_si512(_mm512_xor_si512(v[0], v[8]), all(WORK_H0)));
	return _mm512_cmple_epu64_mask(word, all(bound));
}

AVX512 bool
work_avx512_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const __m512i words[4] = {all(work_word(digest, 0)), all(work_word(digest, 1)), all(work_word(digest, 2)),
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
