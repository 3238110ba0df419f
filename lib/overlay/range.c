#include "overlay/range.h"

#include <stddef.h>
#include <string.h>

#include "crypto/hash.h"

enum { HOST_MOST = 120 };

/* Decimal of 0 to 255 without leading zeros, up to `end`. */
static bool
octet(uint8_t *out, const char **at, const char *end)
{
	const char *p = *at;
	unsigned v = 0;

	while (p < end && p - *at < 4 && *p >= '0' && *p <= '9')
		v = v * 10 + (unsigned)(*p++ - '0');
	if (p == *at || v > 255 || (**at == '0' && p - *at > 1))
		return false;
	*out = (uint8_t)v;
	*at = p;
	return true;
}

static bool
parse_v4(uint8_t out[static 4], const char *at, const char *end)
{
	for (int i = 0; i < 4; i++)
		if ((i > 0 && (at == end || *at++ != '.')) || !octet(&out[i], &at, end))
			return false;
	return at == end;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One group of up to four digits. */
static bool
group(uint8_t out[static 2], const char **at, const char *end)
{
	const char *p = *at;
	unsigned v = 0;

	for (; p < end && p - *at < 4 && hex_digit(*p) >= 0; p++)
		v = v << 4 | (unsigned)hex_digit(*p);
	if (p == *at)
		return false;
	out[0] = (uint8_t)(v >> 8);
	out[1] = (uint8_t)v;
	*at = p;
	return true;
}

/* Groups before and after "::" are collected apart; an IPv4 address may end it. */
static bool
parse_v6(uint8_t out[static 16], const char *at, const char *end)
{
	uint8_t part[2][16];
	size_t len[2] = {0, 0};
	int side = 0;

	if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
		side = 1;
		at += 2;
	}
	while (at < end) {
		if (len[0] + len[1] <= 12 && parse_v4(part[side] + len[side], at, end)) {
			len[side] += 4;
			break;
		}
		if (len[0] + len[1] > 14 || !group(part[side] + len[side], &at, end))
			return false;
		len[side] += 2;
		if (at == end)
			break;
		if (*at++ != ':' || at == end)
			return false;
		if (*at != ':')
			continue;
		if (side++ == 1)
			return false;
		at++;
	}
	if (side == 0 ? len[0] != 16 : len[0] + len[1] > 14)
		return false;
	memset(out, 0, 16);
	memcpy(out, part[0], len[0]);
	memcpy(out + 16 - len[1], part[1], len[1]);
	return true;
}

static bool
near_v4(const uint8_t a[static 4])
{
	return a[0] == 127 || a[0] == 10 || a[0] == 0 || (a[0] == 172 && a[1] >> 4 == 1) || (a[0] == 192 && a[1] == 168) ||
	    (a[0] == 169 && a[1] == 254) || (a[0] == 100 && a[1] >> 6 == 1);
}

static void
range_v4(struct range *out, const uint8_t a[static 4])
{
	memset(out, 0, sizeof *out);
	out->kind = near_v4(a) ? RANGE_NEAR : RANGE_V4;
	if (out->kind == RANGE_V4)
		memcpy(out->b, a, 3);
}

static void
range_v6(struct range *out, const uint8_t a[static 16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, loopback[16] = {[15] = 1};

	if (memcmp(a, mapped, sizeof mapped) == 0) {
		range_v4(out, a + 12);
		return;
	}
	memset(out, 0, sizeof *out);
	bool local = memcmp(a, loopback, sizeof loopback) == 0 || (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && a[1] >> 6 == 2);
	out->kind = local ? RANGE_NEAR : RANGE_V6;
	if (out->kind == RANGE_V6)
		memcpy(out->b, a, 6);
}

/* The last two labels, hashed: one owner has them all. */
static bool
range_name(struct range *out, const char *at, const char *end)
{
	char host[HOST_MOST];
	size_t len = 0;
	int dots = 0;

	if (end - at == 9 && memcmp(at, "localhost", 9) == 0) {
		memset(out, 0, sizeof *out);
		out->kind = RANGE_NEAR;
		return true;
	}
	for (const char *p = end; p > at && len < sizeof host; p--) {
		char c = p[-1];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
		if (c == '.' && ++dots == 2)
			break;
		host[len++] = (char)(letter ? c | 0x20 : c);
	}
	if (len == 0)
		return false;
	struct hash h = hash_of(HASH_NODE_ID, host, len);
	out->kind = RANGE_NAME;
	memcpy(out->b, h.b, sizeof out->b);
	return true;
}

/* HOST:PORT; names only where the caller takes them. */
static bool
range_of(struct range *out, const char *at, bool names)
{
	const char *end = strrchr(at, ':');
	uint8_t a[16];

	if (!end || end == at || strspn(end + 1, "0123456789") == 0 || end[1 + strspn(end + 1, "0123456789")] != '\0')
		return false;
	if (*at == '[') {
		if (end[-1] != ']' || !parse_v6(a, at + 1, end - 1))
			return false;
		range_v6(out, a);
		return true;
	}
	if (parse_v4(a, at, end)) {
		range_v4(out, a);
		return true;
	}
	return names && range_name(out, at, end);
}

bool
range_of_url(struct range *out, const char *url)
{
	return strncmp(url, "tcp://", 6) == 0 && range_of(out, url + 6, true);
}

bool
range_of_address(struct range *out, const char *address)
{
	return range_of(out, address, false);
}

bool
range_equal(const struct range *a, const struct range *b)
{
	return a->kind != RANGE_NEAR && a->kind == b->kind && memcmp(a->b, b->b, sizeof a->b) == 0;
}
