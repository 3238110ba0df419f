/*
 * lan: a beacon by UDP broadcast, so that nodes of one network segment, or of one machine, find each other without
 * anybody's address. What is heard is anybody's claim: who listens checks it.
 *
 * The beacon goes to every interface's broadcast address and to loopback's 127.255.255.255, at once and then every
 * interval; to 255.255.255.255 where interfaces cannot be listed. Several nodes of one machine share the port and hear
 * each other; one hears itself, too.
 */
#ifndef NET_LAN_H
#define NET_LAN_H

#include "base/bytes.h"
#include "base/err.h"

/* The usual port; most bytes of a beacon; most datagrams handed up in a second (the others are thrown away). */
enum { LAN_PORT = 17477, LAN_BEACON_MAX = 512, LAN_HEARD_MAX = 20 };

struct lan;

struct lan_config {
	unsigned port;       /* LAN_PORT, unless tests want another */
	struct bytes beacon; /* copied; 1 to LAN_BEACON_MAX bytes */
	unsigned interval_ms; /* at least 1 */
	/* On a thread of lan's own; must not block. Both are borrowed; the address is "1.2.3.4", its port says nothing. */
	void (*heard)(void *arg, struct bytes beacon, const char *address);
	void *arg;
};

/* ERR_RANGE: the port, the interval, or an empty beacon; ERR_TOO_LONG, ERR_NOMEM; ERR_PERMISSION, ERR_IO (errno tells). */
enum err lan_start(struct lan **out, const struct lan_config *config);

/* No callback afterwards. Not from the callback. */
void lan_stop(struct lan *lan);

#endif
