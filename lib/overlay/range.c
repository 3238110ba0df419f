#include "overlay/range.h"

#include <stddef.h>
#include <string.h>

#include "crypto/hash.h"
#include "overlay/address.h"

enum { HOST_MOST = 120 };

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

static void
range_numeric(struct range *out, const struct address *a)
{
	memset(out, 0, sizeof *out);
	out->kind = a->kind != ADDRESS_PUBLIC ? RANGE_NEAR : address_is_v4(a) ? RANGE_V4 : RANGE_V6;
	if (out->kind == RANGE_V4)
		memcpy(out->b, a->host + 12, 3);
	else if (out->kind == RANGE_V6)
		memcpy(out->b, a->host, 6);
}

/* HOST:PORT; names only where the caller takes them. */
static bool
range_of(struct range *out, const char *at, bool names)
{
	const char *end = strrchr(at, ':');

	if (!end || end == at || strspn(end + 1, "0123456789") == 0 || end[1 + strspn(end + 1, "0123456789")] != '\0')
		return false;
	if (*at == '[' ? end[-1] != ']' : strchr(at, ':') != end)
		return false;
	const struct address a = address_parse(at);
	if (a.kind == ADDRESS_NONE)
		return names && range_name(out, at, end);
	range_numeric(out, &a);
	return true;
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
