#include "json/json_impl.h"

/* The code point of an n-byte sequence whose lead gave its first bits; false for a foreign or missing tail byte. */
static bool
tail(uint32_t *point, const uint8_t *at, const uint8_t *end, size_t n)
{
	if ((size_t)(end - at) < n)
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return false;
		*point = *point << 6 | (at[i] & 0x3f);
	}
	return true;
}

size_t
json_utf8(uint32_t *point, const uint8_t *at, const uint8_t *end)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t lead = at[0];
	size_t n = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;

	if (n == 0)
		return 0;
	*point = n == 1 ? lead : lead & (0xffu >> (n + 1));
	if (!tail(point, at, end, n) || *point < least[n] || *point > 0x10ffff)
		return 0;
	if (*point >= 0xd800 && *point < 0xe000)
		return 0;
	return n;
}

static bool
is_control(uint32_t point)
{
	if (point == '\t' || point == '\n' || point == '\r')
		return false;
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

bool
json_is_text(struct bytes b)
{
	const uint8_t *at = b.data, *end = b.len ? b.data + b.len : b.data;

	while (at < end) {
		uint32_t point;
		size_t n = json_utf8(&point, at, end);

		if (n == 0 || is_control(point))
			return false;
		at += n;
	}
	return true;
}
