#include "overlay/address.h"

#include <stdio.h>
#include <string.h>

/* The value of a hexadecimal digit, 16 of anything else. */
static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a' + 10);
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;
}

/* One number of at most `most`; NULL when there is none. */
static const char *
number(unsigned *out, const char *at, unsigned base, unsigned most)
{
	const char *begin = at;

	for (*out = 0; digit(*at) < base; at++) {
		*out = *out * base + digit(*at);
		if (*out > most)
			return NULL;
	}
	return at == begin ? NULL : at;
}

/* After the address comes nothing, or `]`, or a colon and a port. */
static const char *
parse_v4(uint8_t out[static 4], const char *at)
{
	unsigned v;

	for (int i = 0; i < 4; i++) {
		if (i > 0 && *at++ != '.')
			return NULL;
		if (!(at = number(&v, at, 10, 255)))
			return NULL;
		out[i] = (uint8_t)v;
	}
	return at;
}

/* Groups from the left into out, at most 16 bytes; *len of them. Stops at "::", at a bracket or at the end. */
static const char *
parse_groups(uint8_t out[static 16], size_t *len, const char *at)
{
	unsigned v;

	for (*len = 0; *len < 16; *len += 2) {
		const char *end = number(&v, at, 16, 0xffff);
		if (end && *end == '.' && *len <= 12) {
			end = parse_v4(out + *len, at);
			*len += end ? 4 : 0;
			return end;
		}
		if (!end)
			return *len == 0 ? at : NULL;
		out[*len] = (uint8_t)(v >> 8);
		out[*len + 1] = (uint8_t)v;
		at = end;
		if (*at != ':' || at[1] == ':') {
			*len += 2;
			return at;
		}
		at++;
	}
	return NULL;
}

static const char *
parse_v6(uint8_t out[static 16], const char *at)
{
	uint8_t left[16] = {0}, right[16] = {0};
	size_t lefts, rights = 0;

	at = parse_groups(left, &lefts, at);
	if (at && at[0] == ':' && at[1] == ':')
		at = parse_groups(right, &rights, at + 2);
	else if (lefts != 16)
		return NULL;
	if (!at || lefts + rights > 16)
		return NULL;
	memset(out, 0, 16);
	memcpy(out, left, lefts);
	memcpy(out + 16 - rights, right, rights);
	return at;
}

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool
address_is_v4(const struct address *a)
{
	return memcmp(a->host, mapped, sizeof mapped) == 0;
}

/* What no router of the internet passes on, and what carriers share among their customers. */
static bool
is_private(const uint8_t b[static 4])
{
	return b[0] == 0 || b[0] == 10 || (b[0] == 172 && b[1] >> 4 == 1) || (b[0] == 192 && b[1] == 168) ||
	    (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] >> 6 == 1);
}

static enum address_kind
kind_of(const struct address *a)
{
	static const uint8_t loopback[16] = {[15] = 1};
	const uint8_t *host = a->host, *b = host + 12;

	if (!address_is_v4(a)) {
		if (memcmp(host, loopback, sizeof loopback) == 0)
			return ADDRESS_LOOPBACK;
		return (host[0] & 0xfe) == 0xfc || (host[0] == 0xfe && (host[1] & 0xc0) == 0x80) ? ADDRESS_PRIVATE
		    : ADDRESS_PUBLIC;
	}
	if (b[0] == 127)
		return ADDRESS_LOOPBACK;
	return is_private(b) ? ADDRESS_PRIVATE : ADDRESS_PUBLIC;
}

struct address
address_parse(const char *text)
{
	struct address a = {0};
	bool bracket = text[0] == '[';
	const char *end = parse_v4(a.host + 12, text);

	if (end)
		memcpy(a.host, mapped, sizeof mapped);
	else
		end = parse_v6(a.host, text + bracket);
	if (!end || (bracket && *end != ']') || (!bracket && *end && *end != ':'))
		return (struct address){0};
	a.kind = kind_of(&a);
	memcpy(a.range, a.host, address_is_v4(&a) ? 15 : 6);
	return a;
}

void
address_reachable(char *out, size_t len, const char *url, const char *from)
{
	const char *host = strstr(url, "://"), *colon = strrchr(url, ':'), *port = strrchr(from, ':');
	bool any = host && colon > host &&
	    (strncmp(host + 3, "0.0.0.0:", 8) == 0 || strncmp(host + 3, "[::]:", 5) == 0);

	if (any && port && address_parse(from).kind != ADDRESS_NONE)
		snprintf(out, len, "%.*s://%.*s%s", (int)(host - url), url, (int)(port - from), from, colon);
	else
		snprintf(out, len, "%s", url);
}
