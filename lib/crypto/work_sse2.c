#include "crypto/work_kernel.h"

#if defined(__x86_64__)

#include <emmintrin.h>

enum { WIDTH = 3 };

struct lanes {
	__m128i wide;
	uint64_t one;
};

WORK_INLINE struct lanes
add(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm_add_epi64(a.wide, b.wide), a.one + b.one};
}

WORK_INLINE struct lanes
xor(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm_xor_si128(a.wide, b.wide), a.one ^ b.one};
}

/* The right turns by 32, 24, 16 and 63 bits, each in the fewest instructions there are. */
WORK_INLINE struct lanes
turn32(struct lanes v)
{
	return (struct lanes){_mm_shuffle_epi32(v.wide, 0xb1), work_turn(v.one, 32)};
}

WORK_INLINE struct lanes
turn24(struct lanes v)
{
	return (struct lanes){_mm_or_si128(_mm_srli_epi64(v.wide, 24), _mm_slli_epi64(v.wide, 40)), work_turn(v.one, 24)};
}

WORK_INLINE struct lanes
turn16(struct lanes v)
{
	return (struct lanes){_mm_shufflehi_epi16(_mm_shufflelo_epi16(v.wide, 0x39), 0x39), work_turn(v.one, 16)};
}

WORK_INLINE struct lanes
turn63(struct lanes v)
{
	return (struct lanes){_mm_or_si128(_mm_srli_epi64(v.wide, 63), _mm_add_epi64(v.wide, v.wide)),
	    work_turn(v.one, 63)};
}

WORK_INLINE void
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

WORK_INLINE struct lanes
all(uint64_t v)
{
	return (struct lanes){_mm_set1_epi64x((long long)v), v};
}

/* One bit for each nonce whose first word has none of the mask's bits. */
WORK_INLINE unsigned
try(const struct lanes m[static 16], uint64_t mask)
{
	struct lanes v[16] = WORK_START(all);

	WORK_ROUNDS(mix, v, m);
	struct lanes word = xor(xor(v[0], v[8]), all(WORK_H0));
	__m128i halves = _mm_cmpeq_epi32(_mm_and_si128(word.wide, all(mask).wide), _mm_setzero_si128());
	__m128i zero = _mm_and_si128(halves, _mm_shuffle_epi32(halves, 0xb1));
	return (unsigned)_mm_movemask_pd(_mm_castsi128_pd(zero)) | (unsigned)!(word.one & mask) << 2;
}

bool
work_sse2_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const struct lanes begin = {_mm_set_epi64x((long long)(first + 1), (long long)first), first + 2};
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
