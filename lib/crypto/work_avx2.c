#include "crypto/work_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { WIDTH = 5 };

#define AVX2 __attribute__((target("avx2")))
#define INLINE AVX2 WORK_INLINE

struct lanes {
	__m256i wide;
	uint64_t one;
};

INLINE struct lanes
add(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_add_epi64(a.wide, b.wide), a.one + b.one};
}

INLINE struct lanes
xor(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_xor_si256(a.wide, b.wide), a.one ^ b.one};
}

/* The right turns by 32, 24, 16 and 63 bits, each in the fewest instructions there are. */
INLINE struct lanes
turn32(struct lanes v)
{
	return (struct lanes){_mm256_shuffle_epi32(v.wide, 0xb1), work_turn(v.one, 32)};
}

INLINE struct lanes
turn24(struct lanes v)
{
	const __m256i from = _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2,
	    11, 12, 13, 14, 15, 8, 9, 10);

	return (struct lanes){_mm256_shuffle_epi8(v.wide, from), work_turn(v.one, 24)};
}

INLINE struct lanes
turn16(struct lanes v)
{
	const __m256i from = _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1,
	    10, 11, 12, 13, 14, 15, 8, 9);

	return (struct lanes){_mm256_shuffle_epi8(v.wide, from), work_turn(v.one, 16)};
}

INLINE struct lanes
turn63(struct lanes v)
{
	return (struct lanes){_mm256_or_si256(_mm256_srli_epi64(v.wide, 63), _mm256_add_epi64(v.wide, v.wide)),
	    work_turn(v.one, 63)};
}

INLINE void
mix(struct lanes *a, struct lanes *b, struct lanes *c, struct lanes *d, struct lanes x, struct lanes y)
{
	*a = add(add(*a, x), *b);
	*d = turn32(xor(*d, *a));
	*c = add(*c, *d);
	*b = turn24(xor(*b, *c));
	*a = add(add(*a, y), *b);
	*d = turn16(xor(*d, *a));
	*c = add(*c, *d);
	*b = turn63(xor(*b, *c));
}

INLINE struct lanes
all(uint64_t v)
{
	return (struct lanes){_mm256_set1_epi64x((long long)v), v};
}

/* One bit for each nonce whose first word has none of the mask's bits. */
INLINE unsigned
try(const struct lanes m[static 16], uint64_t mask)
{
	struct lanes v[16] = WORK_START(all);

	WORK_ROUNDS(mix, v, m);
	struct lanes word = xor(xor(v[0], v[8]), all(WORK_H0));
	__m256i zero = _mm256_cmpeq_epi64(_mm256_and_si256(word.wide, all(mask).wide), _mm256_setzero_si256());
	return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(zero)) | (unsigned)!(word.one & mask) << 4;
}

AVX2 bool
work_avx2_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const struct lanes begin = {_mm256_add_epi64(all(first).wide, _mm256_setr_epi64x(0, 1, 2, 3)), first + 4};
	const uint64_t mask = work_mask(target);
	struct lanes m[16] = WORK_MESSAGE(all, digest, begin);

	for (; count > 0; first += WIDTH, count = count > WIDTH ? count - WIDTH : 0, m[4] = add(m[4], all(WIDTH))) {
		unsigned hits = try(m, mask);
		if (hits && work_pick(nonce, digest, target, first, count, hits))
			return true;
	}
	return false;
}

#endif
