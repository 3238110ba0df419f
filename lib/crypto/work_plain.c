#include "crypto/work_kernel.h"

WORK_INLINE void
mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x, uint64_t y)
{
	*a += *b + x;
	*d = work_turn(*d ^ *a, 32);
	*c += *d;
	*b = work_turn(*b ^ *c, 24);
	*a += *b + y;
	*d = work_turn(*d ^ *a, 16);
	*c += *d;
	*b = work_turn(*b ^ *c, 63);
}

/* The first word of the result. */
WORK_INLINE uint64_t
try(const uint64_t m[static 16])
{
	uint64_t v[16] = WORK_START();

	WORK_ROUNDS(mix, v, m);
	return v[0] ^ v[8] ^ WORK_H0;
}

bool
work_plain_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const uint64_t mask = work_mask(target);
	uint64_t m[16] = WORK_MESSAGE(, digest, first);

	for (; count > 0; count--, m[4]++)
		if (!(try(m) & mask) && work_pick(nonce, digest, target, m[4], count, 1))
			return true;
	return false;
}
