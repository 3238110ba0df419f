/*
 * address: numeric addresses of links, "1.2.3.4:567" or "[2001:db8::1]:567", and the ranges they belong to.
 */
#ifndef OVERLAY_ADDRESS_H
#define OVERLAY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Public ranges are few places each for one who owns them; loopback and private ones are an operator's own. */
enum address_kind { ADDRESS_NONE, ADDRESS_PUBLIC, ADDRESS_PRIVATE, ADDRESS_LOOPBACK };

struct address {
	enum address_kind kind;
	uint8_t host[16];  /* IPv6, or IPv4 mapped into it (::ffff:1.2.3.4) */
	uint8_t range[16]; /* host with zeroes after its first 24 bits (IPv4) or 48 bits (IPv6) */
};

/* What is no numeric address has the kind ADDRESS_NONE and zeroes. The port may be missing. */
struct address address_parse(const char *text);
bool address_is_v4(const struct address *a);

/*
 * Copies the URL that a node advertises, as this node can use it: where its host is 0.0.0.0 or [::], which says "every
 * address of mine", the host of `from`, the numeric address that the node is seen at, takes its place. Cut at len bytes.
 */
void address_reachable(char *out, size_t len, const char *url, const char *from);

#endif
