/* loopback: nodes and strangers of one machine, where ranges of addresses do not matter. */
#ifndef TESTS_OVERLAY_LOOPBACK_H
#define TESTS_OVERLAY_LOOPBACK_H

#include "net.h"
#include "overlay/avoid.h"

/* Loopback: ranges do not matter. */
static const char *const local[NODES] = {"tcp://127.0.0.1:1000", "tcp://127.0.0.1:1001", "tcp://127.0.0.1:1002",
    "tcp://127.0.0.1:1003", "tcp://127.0.0.1:1004", "tcp://127.0.0.1:1005", "tcp://127.0.0.1:1006",
    "tcp://127.0.0.1:1007", "tcp://127.0.0.1:1008", "tcp://127.0.0.1:1009", "tcp://127.0.0.1:1010",
    "tcp://127.0.0.1:1011"};

/* A stranger with a right hello; what it says then is counted by the host. */
static inline uint64_t
loopback_friend(struct net *n, unsigned *stranger, const char *url)
{
	*stranger = net_place(n, url);
	return net_befriend(n, *stranger, 0);
}

#endif
