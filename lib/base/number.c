#include "base/number.h"

#include <string.h>

enum err
amount_add(struct amount *out, struct amount a, struct amount b)
{
	if (b.units > UINT64_MAX - a.units)
		return ERR_OVERFLOW;
	out->units = a.units + b.units;
	return ERR_OK;
}

enum err
amount_sub(struct amount *out, struct amount a, struct amount b)
{
	if (b.units > a.units)
		return ERR_OVERFLOW;
	out->units = a.units - b.units;
	return ERR_OK;
}

struct u128
u128_add(struct u128 a, uint64_t b)
{
	return u128_sum(a, (struct u128){.lo = b});
}

struct u128
u128_sum(struct u128 a, struct u128 b)
{
	struct u128 s = {.lo = a.lo + b.lo, .hi = a.hi + b.hi};
	bool over = s.hi < a.hi;

	if (s.lo < a.lo)
		over |= ++s.hi == 0;
	return over ? (struct u128){UINT64_MAX, UINT64_MAX} : s;
}

int
u128_compare(struct u128 a, struct u128 b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

/* Divides by ten in place and returns the remainder. */
static unsigned
divide_ten(uint32_t limb[static 4])
{
	uint64_t rest = 0;

	for (int i = 3; i >= 0; i--) {
		rest = rest << 32 | limb[i];
		limb[i] = (uint32_t)(rest / 10);
		rest %= 10;
	}
	return (unsigned)rest;
}

void
u128_print(char out[static U128_TEXT], struct u128 v)
{
	uint32_t limb[4] = {(uint32_t)v.lo, (uint32_t)(v.lo >> 32), (uint32_t)v.hi, (uint32_t)(v.hi >> 32)};
	char text[U128_TEXT];
	size_t at = sizeof text - 1;

	text[at] = '\0';
	do
		text[--at] = (char)('0' + divide_ten(limb));
	while (limb[0] | limb[1] | limb[2] | limb[3]);
	memcpy(out, text + at, sizeof text - at);
}

enum err
number_parse(uint64_t *out, const char *text, size_t len, uint64_t max)
{
	uint64_t v = 0;
	bool over = false;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return ERR_NUMBER;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_NUMBER;
		unsigned digit = (unsigned)(text[i] - '0');
		over |= v > (UINT64_MAX - digit) / 10;
		v = v * 10 + digit;
	}
	if (over || v > max)
		return ERR_OVERFLOW;
	*out = v;
	return ERR_OK;
}

size_t
number_print(char out[static NUMBER_TEXT], uint64_t v)
{
	char text[NUMBER_TEXT];
	size_t at = sizeof text - 1;

	text[at] = '\0';
	do
		text[--at] = (char)('0' + v % 10);
	while (v /= 10);
	memcpy(out, text + at, sizeof text - at);
	return sizeof text - 1 - at;
}
