/* random: numbers that a seed decides (splitmix64), so that everything here can be done again. */
#ifndef CRASH_RANDOM_H
#define CRASH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint64_t
random_below(uint64_t *state, uint64_t n)
{
	return random_next(state) % n;
}

static inline void
random_fill(uint8_t *out, size_t len, uint64_t seed)
{
	uint64_t random = 0;

	for (size_t i = 0; i < len; i++, random >>= 8) {
		if (i % 8 == 0)
			random = random_next(&seed);
		out[i] = (uint8_t)random;
	}
}

#endif
