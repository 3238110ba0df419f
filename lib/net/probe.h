/*
 * probe: is somebody listening there? A whole handshake by hand, because nng 1.5.2 loses a listener for ever when a
 * connection is closed before it.
 */
#ifndef NET_PROBE_H
#define NET_PROBE_H

#include <stdbool.h>

/* True when the listener on this path shakes hands within ms. */
bool probe_answers(const char *path, int ms);

#endif
