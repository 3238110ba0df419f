#include "base/hex.h"

static void
put_digits(char *out, const uint8_t *in, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
}

/* What a digit stands for, and 1 more; 0: no digit. */
static const uint8_t value_of[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16
};

void
hex_encode(char *out, const uint8_t *in, size_t len)
{
	put_digits(out, in, len);
	out[2 * len] = '\0';
}

void
hex_add(struct buf *out, const uint8_t *in, size_t len)
{
	if (len > SIZE_MAX / 2) {
		out->failed = true;
		return;
	}
	char *at = (char *)buf_extend(out, 2 * len);
	if (at)
		put_digits(at, in, len);
}

enum err
hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len)
{
	const uint8_t *digit = (const uint8_t *)text;
	bool bad = text_len % 2 != 0 || text_len / 2 != len;

	for (size_t i = 0; !bad && i < len; i++) {
		unsigned high = value_of[digit[2 * i]], low = value_of[digit[2 * i + 1]];
		bad = high == 0 || low == 0;
		out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return bad ? ERR_HEX : ERR_OK;
}

enum err
hex_decode_add(struct buf *out, const char *text, size_t text_len)
{
	size_t before = out->len;

	if (text_len % 2 != 0)
		return ERR_HEX;
	uint8_t *at = buf_extend(out, text_len / 2);
	if (!at)
		return ERR_NOMEM;
	enum err e = hex_decode(at, text_len / 2, text, text_len);
	if (e != ERR_OK)
		out->len = before;
	return e;
}
