/*
 * client: one connection of a tool to a node's control socket.
 */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct client;

/* Most bytes of a request (the largest seal in hex) and of a reply. */
enum { CLIENT_REQUEST_MAX = 36 << 20, CLIENT_REPLY_MAX = 256 << 20 };

/*
 * Connects, trying until connect_ms have passed (0: once, at once). url_at is asked anew at every try and returns the
 * URL to dial; a node may come up with its socket elsewhere. ERR_UNREACHABLE, ERR_NOMEM.
 */
enum err client_open(struct client **out, const char *(*url_at)(void *arg), void *arg, unsigned connect_ms);

/* One request, one reply, appended to reply. ERR_TIMEOUT, ERR_UNREACHABLE (the node went away), ERR_TOO_LONG. */
enum err client_call(struct client *c, struct buf *reply, struct bytes request, unsigned timeout_ms);

/* Sends the next request before the reply of the one before is there; replies come in order. At most CLIENT_AHEAD. */
enum { CLIENT_AHEAD = 8 };
enum err client_send(struct client *c, struct bytes request, unsigned timeout_ms);
enum err client_receive(struct client *c, struct buf *reply);

void client_close(struct client *c);

#endif
