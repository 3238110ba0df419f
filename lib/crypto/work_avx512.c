#include "crypto/work_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { WIDTH = 16 };

#define AVX512 __attribute__((target("avx512f")))
#define INLINE AVX512 WORK_INLINE

/* Two vectors at once fill the 32 registers and hide each other's latency. */
struct lanes {
	__m512i low, high;
};

INLINE struct lanes
add(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_add_epi64(a.low, b.low), _mm512_add_epi64(a.high, b.high)};
}

INLINE struct lanes
xor(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_xor_si512(a.low, b.low), _mm512_xor_si512(a.high, b.high)};
}

/* The count must be a constant of the instruction: a function would not do where nothing is inlined. */
#define TURN(v, by) ((struct lanes){_mm512_ror_epi64((v).low, by), _mm512_ror_epi64((v).high, by)})

INLINE void
mix(struct lanes *a, struct lanes *b, struct lanes *c, struct lanes *d, struct lanes x, struct lanes y)
{
	*a = add(add(*a, x), *b);
	*d = xor(*d, *a);
	*d = TURN(*d, 32);
	*c = add(*c, *d);
	*b = xor(*b, *c);
	*b = TURN(*b, 24);
	*a = add(add(*a, y), *b);
	*d = xor(*d, *a);
	*d = TURN(*d, 16);
	*c = add(*c, *d);
	*b = xor(*b, *c);
	*b = TURN(*b, 63);
}

INLINE struct lanes
all(uint64_t v)
{
	return (struct lanes){_mm512_set1_epi64((long long)v), _mm512_set1_epi64((long long)v)};
}

/* One bit for each nonce whose first word has none of the mask's bits. */
INLINE unsigned
try(const struct lanes m[static 16], uint64_t mask)
{
	struct lanes v[16] = WORK_START(all);

	WORK_ROUNDS(mix, v, m);
	struct lanes word = xor(xor(v[0], v[8]), all(WORK_H0));
	return (unsigned)_mm512_testn_epi64_mask(word.low, all(mask).low) |
	    (unsigned)_mm512_testn_epi64_mask(word.high, all(mask).high) << 8;
}

AVX512 bool
work_avx512_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const struct lanes order = {_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7),
	    _mm512_setr_epi64(8, 9, 10, 11, 12, 13, 14, 15)};
	const uint64_t mask = work_mask(target);
	struct lanes m[16] = WORK_MESSAGE(all, digest, add(all(first), order));

	for (; count > 0; first += WIDTH, count = count > WIDTH ? count - WIDTH : 0, m[4] = add(m[4], all(WIDTH))) {
		unsigned hits = try(m, mask);
		if (hits && work_pick(nonce, digest, target, first, count, hits))
			return true;
	}
	return false;
}

#endif
