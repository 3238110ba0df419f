#include "base/bech32.h"

#include <stdbool.h>
#include <string.h>

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { CHECKSUM_LEN = 6, PREFIX_MAX = 83 };

/* What the checksum of BIP-350 leaves; BIP-173 had 1. */
static const uint32_t bech32m = 0x2bc830a3;

/* What the five bits that leave the state add to it, by BIP-350's generators. */
#define LEFT(i) \
	((((i) & 1) ? 0x3b6a57b2u : 0) ^ (((i) & 2) ? 0x26508e6du : 0) ^ (((i) & 4) ? 0x1ea119fau : 0) ^ \
	    (((i) & 8) ? 0x3d4233ddu : 0) ^ (((i) & 16) ? 0x2a1462b3u : 0))
#define LEFT_8(i) \
	LEFT(i), LEFT(i + 1), LEFT(i + 2), LEFT(i + 3), LEFT(i + 4), LEFT(i + 5), LEFT(i + 6), LEFT(i + 7)

static uint32_t
polymod(uint32_t c, unsigned value)
{
	static const uint32_t left[32] = {LEFT_8(0), LEFT_8(8), LEFT_8(16), LEFT_8(24)};

	return (c & 0x1ffffff) << 5 ^ value ^ left[c >> 25];
}

/* The checksum's state after the prefix; 0, which no prefix gives, for one that the standard does not allow. */
static uint32_t
prefix_state(const char *prefix, size_t len)
{
	uint32_t c = 1;

	if (len < 1 || len > PREFIX_MAX)
		return 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)prefix[i];
		if (ch < 33 || ch > 126 || (ch >= 'A' && ch <= 'Z'))
			return 0;
		c = polymod(c, ch >> 5);
	}
	c = polymod(c, 0);
	for (size_t i = 0; i < len; i++)
		c = polymod(c, prefix[i] & 31);
	return c;
}

/* Length of the whole text; more than BECH32_MAX when it does not fit. */
static size_t
text_len_of(size_t prefix_len, size_t len)
{
	if (prefix_len > BECH32_MAX || len > BECH32_MAX)
		return BECH32_MAX + 1;
	return prefix_len + 1 + (len * 8 + 4) / 5 + CHECKSUM_LEN;
}

/* The i-th group of 5 bits, the last one filled up with zeros. */
static unsigned
group_of(const uint8_t *in, size_t len, size_t i)
{
	size_t bit = i * 5, byte = bit / 8;
	unsigned pair = (unsigned)in[byte] << 8 | (byte + 1 < len ? in[byte + 1] : 0);

	return pair >> (11 - bit % 8) & 31;
}

enum err
bech32_encode(char *out, const char *prefix, const uint8_t *in, size_t len)
{
	size_t prefix_len = strlen(prefix);
	uint32_t c = prefix_state(prefix, prefix_len);

	if (text_len_of(prefix_len, len) > BECH32_MAX)
		return ERR_TOO_LONG;
	if (c == 0)
		return ERR_BECH32;
	memcpy(out, prefix, prefix_len);
	out += prefix_len;
	*out++ = '1';
	for (size_t i = 0; i < (len * 8 + 4) / 5; i++) {
		unsigned v = group_of(in, len, i);
		c = polymod(c, v);
		*out++ = charset[v];
	}
	for (int i = 0; i < CHECKSUM_LEN; i++)
		c = polymod(c, 0);
	c ^= bech32m;
	for (int i = 0; i < CHECKSUM_LEN; i++)
		*out++ = charset[c >> 5 * (5 - i) & 31];
	*out = '\0';
	return ERR_OK;
}

/* The text in lower case; false for mixed case. low holds len. */
static bool
lower(char *low, const char *text, size_t len)
{
	bool has_lower = false, has_upper = false;

	for (size_t i = 0; i < len; i++) {
		bool is_upper = text[i] >= 'A' && text[i] <= 'Z';
		has_upper |= is_upper;
		has_lower |= text[i] >= 'a' && text[i] <= 'z';
		low[i] = is_upper ? (char)(text[i] - 'A' + 'a') : text[i];
	}
	return !(has_lower && has_upper);
}

/* Replaces each character by its value and goes on with the checksum; false for a foreign character. */
static bool
read_groups(uint8_t *groups, uint32_t *c, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *at = text[i] ? strchr(charset, text[i]) : NULL;
		if (!at)
			return false;
		groups[i] = (uint8_t)(at - charset);
		*c = polymod(*c, groups[i]);
	}
	return true;
}

enum err
bech32_decode(uint8_t *out, size_t len, const char *prefix, const char *text)
{
	char low[BECH32_MAX];
	uint8_t groups[BECH32_MAX];
	size_t prefix_len = strlen(prefix), text_len = text_len_of(prefix_len, len);
	uint32_t c = prefix_state(prefix, prefix_len);

	if (c == 0 || text_len > BECH32_MAX || strlen(text) != text_len)
		return ERR_BECH32;
	if (!lower(low, text, text_len) || memcmp(low, prefix, prefix_len) != 0 || low[prefix_len] != '1')
		return ERR_BECH32;
	if (!read_groups(groups, &c, low + prefix_len + 1, text_len - prefix_len - 1) || c != bech32m)
		return ERR_BECH32;

	uint32_t bits = 0;
	for (size_t i = 0, n = 0; i < (len * 8 + 4) / 5; i++) {
		bits = (bits << 5 | groups[i]) & 0xfff;
		if ((i + 1) * 5 >= (n + 1) * 8 && n < len) {
			out[n] = (uint8_t)(bits >> ((i + 1) * 5 - (n + 1) * 8));
			n++;
		}
	}
	unsigned padding = (unsigned)((len * 8 + 4) / 5 * 5 - len * 8);
	return bits & ((1u << padding) - 1) ? ERR_BECH32 : ERR_OK;
}
