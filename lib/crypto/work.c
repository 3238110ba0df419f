#include "crypto/work.h"

#include "crypto/work_kernel.h"

struct hash
work_hash(const struct hash *digest, uint64_t nonce)
{
	uint8_t nonce_le[8];
	struct hasher h;

	for (int i = 0; i < 8; i++)
		nonce_le[i] = (uint8_t)(nonce >> 8 * i);
	hash_init(&h, HASH_WORK);
	hash_add(&h, digest->b, sizeof digest->b);
	hash_add(&h, nonce_le, sizeof nonce_le);
	return hash_end(&h);
}

/* Long division of 2^256, bit by bit: the rest stays below the difficulty, so one carry bit is enough. */
struct hash
work_target(uint64_t difficulty)
{
	struct hash t = {{0}};
	uint64_t rest = 1;

	for (int i = 0; i < 256; i++) {
		bool carry = rest >> 63;
		rest <<= 1;
		if (carry || rest >= difficulty) {
			rest -= difficulty;
			t.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
		}
	}
	for (int i = 31; i >= 0 && t.b[i]-- == 0; i--)
		;
	return t;
}

bool
work_meets(const struct hash *work, uint64_t difficulty)
{
	struct hash target = work_target(difficulty);

	return hash_compare(work, &target) <= 0;
}

uint64_t
work_word(const struct hash *digest, int i)
{
	uint64_t v = 0;

	for (int k = 7; k >= 0; k--)
		v = v << 8 | digest->b[8 * i + k];
	return v;
}

uint64_t
work_mask(const struct hash *target)
{
	uint64_t most = __builtin_bswap64(work_word(target, 0));

	return most ? __builtin_bswap64(~(UINT64_MAX >> __builtin_clzll(most))) : UINT64_MAX;
}

bool
work_pick(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first, uint64_t count,
    unsigned hits)
{
	for (; hits; hits &= hits - 1) {
		unsigned lane = (unsigned)__builtin_ctz(hits);
		struct hash work = work_hash(digest, first + lane);
		if (lane < count && hash_compare(&work, target) <= 0) {
			*nonce = first + lane;
			return true;
		}
	}
	return false;
}

/* Ordered so that every processor can run the first so many of them. */
static const struct work_kernel kernels[] = {
	{"plain", work_plain_search},
#if defined(__x86_64__)
	{"sse2", work_sse2_search},
	{"avx2", work_avx2_search},
	{"avx512", work_avx512_search},
#endif
};

const struct work_kernel *
work_kernels(size_t *n)
{
	*n = 1;
#if defined(__x86_64__)
	*n = 2;
	if (__builtin_cpu_supports("avx2"))
		*n = __builtin_cpu_supports("avx512f") ? 4 : 3;
#endif
	return kernels;
}
