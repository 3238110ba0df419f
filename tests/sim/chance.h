/* chance: numbers that follow from a seed alone (splitmix64), the same on every machine and with every compiler. */
#ifndef SIM_CHANCE_H
#define SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

static inline uint64_t
chance_next(struct chance *c)
{
	uint64_t v = c->state += 0x9e3779b97f4a7c15;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

/* 0 .. n-1; n > 0. */
static inline uint64_t
chance_below(struct chance *c, uint64_t n)
{
	return chance_next(c) % n;
}

/* least .. most */
static inline uint64_t
chance_among(struct chance *c, uint64_t least, uint64_t most)
{
	return least + chance_below(c, most - least + 1);
}

/* True in so many of a thousand cases. */
static inline bool
chance_hit(struct chance *c, uint32_t thousandths)
{
	return chance_below(c, 1000) < thousandths;
}

#endif
