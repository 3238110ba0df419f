#include <string.h>

#include "json/json_impl.h"

bool
scan_fail_at(struct scan *s, size_t offset, const char *why)
{
	if (!s->why) {
		s->why = why;
		s->offset = offset;
	}
	return false;
}

bool
scan_fail(struct scan *s, const char *why)
{
	return scan_fail_at(s, (size_t)(s->at - s->begin), why);
}

bool
scan_nomem(struct scan *s)
{
	s->nomem = true;
	return scan_fail(s, "out of memory");
}

bool
scan_next(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != (uint8_t)c)
		return false;
	s->at++;
	return true;
}

/* Four hexadecimal digits. */
static bool
scan_unit(struct scan *s, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, s->at++) {
		uint8_t c = s->at < s->end ? *s->at : 0;
		uint8_t low = c | 0x20;

		if (c >= '0' && c <= '9')
			*unit = *unit << 4 | (uint32_t)(c - '0');
		else if (low >= 'a' && low <= 'f')
			*unit = *unit << 4 | (uint32_t)(low - 'a' + 10);
		else
			return scan_fail(s, "bad \\u escape");
	}
	return true;
}

/* After \u: a code point, of two escapes when the first is the high half of a pair. */
static bool
scan_point(struct scan *s, uint32_t *point)
{
	uint32_t low;

	if (!scan_unit(s, point))
		return false;
	if (*point == 0)
		return scan_fail(s, "\\u0000");
	if (*point < 0xd800 || *point > 0xdfff)
		return true;
	if (*point > 0xdbff || !scan_next(s, '\\') || !scan_next(s, 'u'))
		return scan_fail(s, "lone surrogate");
	if (!scan_unit(s, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return scan_fail(s, "lone surrogate");
	*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* After a backslash. */
static bool
scan_escape(struct scan *s, uint32_t *point)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found = s->at < s->end && *s->at ? strchr(from, *s->at) : NULL;

	if (found) {
		*point = (uint8_t)to[found - from];
		s->at++;
		return true;
	}
	if (!scan_next(s, 'u'))
		return scan_fail(s, "bad escape");
	return scan_point(s, point);
}

/* Has none of eight bytes a meaning of its own in a string: control, quote, backslash, or more than ASCII? */
static bool
all_plain(const uint8_t *at)
{
	const uint64_t one = 0x0101010101010101, high = 0x8080808080808080;
	uint64_t v;

	memcpy(&v, at, 8);
	return !(((v - one * 0x20) | ((v ^ one * '"') - one) | ((v ^ one * '\\') - one) | v) & high);
}

static void
skip_plain(struct scan *s)
{
	while (s->end - s->at >= 8 && all_plain(s->at))
		s->at += 8;
	while (s->at < s->end && *s->at >= 0x20 && *s->at < 0x80 && *s->at != '"' && *s->at != '\\')
		s->at++;
}

bool
scan_string(struct scan *s, struct bytes *raw, bool *escaped)
{
	raw->data = s->at;
	*escaped = false;
	for (;;) {
		uint32_t point;
		size_t n;

		skip_plain(s);
		raw->len = (size_t)(s->at - raw->data);
		if (s->at == s->end)
			return scan_fail(s, "string without an end");
		if (scan_next(s, '"'))
			return true;
		if (*s->at < 0x20)
			return scan_fail(s, "control character in a string");
		if (scan_next(s, '\\')) {
			*escaped = true;
			if (!scan_escape(s, &point))
				return false;
			continue;
		}
		n = json_utf8(&point, s->at, s->end);
		if (n == 0)
			return scan_fail(s, "not UTF-8");
		s->at += n;
	}
}

static size_t
put_utf8(uint8_t *out, uint32_t point)
{
	size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n; i-- > 1; point >>= 6)
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
	out[0] = (uint8_t)(lead[n] | point);
	return n;
}

/* It never grows when its escapes go. */
bool
scan_unescape(struct scan *s, struct bytes *text, struct bytes raw)
{
	uint8_t *out = arena_alloc(&s->arena, raw.len, 1);
	struct scan inner = {.begin = raw.data, .at = raw.data, .end = raw.data + raw.len};
	size_t len = 0;

	if (!out)
		return scan_nomem(s);
	while (inner.at < inner.end) {
		uint32_t point;

		if (!scan_next(&inner, '\\'))
			out[len++] = *inner.at++;
		else if (scan_escape(&inner, &point))
			len += put_utf8(out + len, point);
	}
	*text = (struct bytes){out, len};
	return true;
}
