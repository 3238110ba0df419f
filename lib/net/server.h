/*
 * server: the control socket's transport: requests in, replies out, over nng (req/rep). It knows nothing of JSON.
 *
 * Every request gets one reply, in any order, from any thread. How many may be under way, and how many bytes they hold
 * together, is bounded: beyond it the clients wait in nng.
 *
 * An empty request is answered at once with an empty reply: that is how a client knows that somebody is there.
 *
 * nng 1.5.2 loses an ipc listener for ever when somebody connects and closes at once. net/hangup.h keeps it from that;
 * and should a listener go deaf all the same, the server that dials itself every few seconds (server_heal) listens anew.
 * Connections taken before go on.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

struct server;

/* A request under way. The handler, or whoever it hands it to, calls server_reply exactly once. */
struct request;

struct server_config {
	const char *url; /* ipc:///path; a path too long for the system is ERR_TOO_LONG */
	long group;      /* gid that may use the socket (mode 0660), or -1: the owner alone (0600) */
	size_t message_bytes; /* most of one request */
	size_t total_bytes;   /* most of all requests under way */
	unsigned requests;    /* most requests under way */
	/*
	 * Called on nng's threads, two for each processor: at most one for each may be kept at a time, and that briefly. The
	 * body is borrowed until the reply; it is never empty.
	 */
	void (*handle)(void *arg, struct request *request, struct bytes body);
	void *arg;
};

/* ERR_PERMISSION, ERR_IO (errno tells), ERR_TOO_LONG, ERR_NOMEM. */
enum err server_start(struct server **out, const struct server_config *config);

/* Copies body, releases the request. An empty body answers nothing useful but frees the client. */
void server_reply(struct request *request, struct bytes body);

/* True when the socket takes a connection of our own, else listens anew; false when that failed too. Blocks up to 4 s. */
bool server_heal(struct server *s);

/* Replies still under way are sent; then everything closes and the socket's file goes. */
void server_stop(struct server *s);

#endif
