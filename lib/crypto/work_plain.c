#include "crypto/work_kernel.h"

static inline uint64_t
rotate(uint64_t v, int by)
{
	return v >> by | v << (64 - by);
}

static inline __attribute__((always_inline)) void
mix(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d, uint64_t x, uint64_t y)
{
	*a += *b + x;
	*d = rotate(*d ^ *a, 32);
	*c += *d;
	*b = rotate(*b ^ *c, 24);
	*a += *b + y;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 63);
}

static inline __attribute__((always_inline)) uint64_t
try(const uint64_t digest[static 4], uint64_t nonce)
{
	const uint64_t m[16] = {digest[0], digest[1], digest[2], digest[3], nonce};
	uint64_t v[16] = {WORK_H0, WORK_IV1, WORK_IV2, WORK_IV3, WORK_IV4, WORK_IV5, WORK_H6, WORK_H7, WORK_IV0,
	    WORK_IV1, WORK_IV2, WORK_IV3, WORK_V12, WORK_IV5, WORK_V14, WORK_IV7};

	WORK_ROUNDS(mix, v, m);
	return __builtin_bswap64(WORK_H0 ^ v[0] ^ v[8]);
}

bool
work_plain_search(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
    uint64_t count)
{
	const uint64_t words[4] = {work_word(digest, 0), work_word(digest, 1), work_word(digest, 2),
	    work_word(digest, 3)};
	uint64_t bound = work_bound(target);

	for (; count > 0; count--, first++) {
		if (try(words, first) <= bound && work_confirm(digest, target, first)) {
			*nonce = first;
			return true;
		}
	}
	return false;
}
