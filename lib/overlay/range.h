/*
 * range: the address range of a node, as far as it bounds how many places one owner gets: /24 of IPv4, /48 of IPv6, the
 * last two labels of a name. Loopback, link-local and private addresses are near: they share no bound.
 */
#ifndef OVERLAY_RANGE_H
#define OVERLAY_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum range_kind { RANGE_NEAR = 1, RANGE_V4, RANGE_V6, RANGE_NAME };

struct range {
	uint8_t kind;
	uint8_t b[8];
};

/* url: "tcp://HOST:PORT"; false for any other scheme, and for a host that is none. */
bool range_of_url(struct range *out, const char *url);

/* address: "1.2.3.4:567" or "[::1]:567"; false for anything else. */
bool range_of_address(struct range *out, const char *address);

/* Whether the two count towards one bound. */
bool range_equal(const struct range *a, const struct range *b);

#endif
