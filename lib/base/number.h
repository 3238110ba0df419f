/*
 * number: amounts with checked arithmetic, 128-bit sums of work, and strict decimal text.
 *
 * Decimal text is what `0|[1-9][0-9]*` matches, nothing else: no sign, space, exponent, point or leading zero.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Base units of a coin. A struct, so that no amount meets a plain + by accident. */
struct amount {
	uint64_t units;
};

/* ERR_OVERFLOW leaves *out as it was. */
enum err amount_add(struct amount *out, struct amount a, struct amount b);
enum err amount_sub(struct amount *out, struct amount a, struct amount b);

/* A sum of work. */
struct u128 {
	uint64_t lo, hi;
};

/* Saturates at 2^128 - 1, which no chain reaches. */
struct u128 u128_add(struct u128 a, uint64_t b);
struct u128 u128_sum(struct u128 a, struct u128 b);
int u128_compare(struct u128 a, struct u128 b);

enum { U128_TEXT = 40 };
void u128_print(char out[static U128_TEXT], struct u128 v);

/* ERR_NUMBER for other text, ERR_OVERFLOW above max. */
enum err number_parse(uint64_t *out, const char *text, size_t len, uint64_t max);

/* Returns the length. */
enum { NUMBER_TEXT = 21 };
size_t number_print(char out[static NUMBER_TEXT], uint64_t v);

#endif
