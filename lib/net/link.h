/*
 * link: connections between nodes, over nng's byte streams. It knows nothing of what messages mean (net/frame.h has
 * their form on the wire).
 *
 * Everything is bounded: links, links of one host, the length of a message, what waits to go out, what has come in and
 * is not released, and how long a peer may be silent, or slow in reading. Times are kept to about 100 ms.
 *
 * Callbacks come on threads of this module and of nng, several at once, but for one link one after the other: opened
 * first, then messages in the order they were sent, closed last, opened and closed exactly once each. They must not
 * block; they may call everything here but links_stop. Every other function is for any thread.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

struct links;

enum { LINKS_COST = 1024 };

struct links_config {
	const char *const *listen; /* tcp://HOST:PORT, port 0: any (links_port tells); or ipc:///path */
	unsigned listens;
	uint32_t message_bytes; /* most of one message; who claims more is closed before any memory is taken */
	size_t queue_bytes;     /* most bytes waiting to go out on one link, at least message_bytes */
	/*
	 * Most bytes received and not yet released, over all links, at least twice message_bytes: beyond it nothing is
	 * read. A message counts with LINKS_COST more: what it takes whoever holds it, however short it is. Messages that
	 * are still coming in count as they grow, and have at most half: when they fill it for a second, the link whose
	 * message comes slowest is closed (ERR_BUSY).
	 */
	size_t total_bytes;
	unsigned links;    /* most links in all, dials included; incoming ones beyond are closed at once, untold */
	unsigned per_host; /* most incoming links of one remote address; 0: no limit of its own */
	unsigned idle_ms;  /* a link is closed on which nothing arrives, or nothing of what waits gets away, for so long */
	unsigned first_ms; /* the first whole message of a link must have come by then */
	/* The address is numeric, "1.2.3.4:567" or "[::1]:567", and borrowed. The tag is the dial's; 0 when incoming. */
	void (*opened)(void *arg, uint64_t link, const char *address, bool incoming, uint64_t tag);
	void (*failed)(void *arg, uint64_t tag, enum err err); /* a dial that came to nothing */
	/* The body, at least one byte, stays until links_release(held) or links_stop. */
	void (*message)(void *arg, uint64_t link, struct bytes body, void *held);
	/*
	 * Why: ERR_OK links_close, ERR_UNREACHABLE the peer hung up, ERR_TIMEOUT silent or slow, ERR_TOO_LONG and
	 * ERR_RANGE a length over message_bytes or 0, ERR_BUSY see total_bytes, ERR_NOMEM, ERR_STOPPING links_stop.
	 */
	void (*closed)(void *arg, uint64_t link, enum err why);
	void *arg;
};

/* ERR_RANGE: bounds that make no sense, or a URL of no known form. ERR_PERMISSION, ERR_IO (errno tells), ERR_NOMEM. */
enum err links_start(struct links **out, const struct links_config *config);

/* The port that listen[index] is bound to; 0 for ipc. */
unsigned links_port(const struct links *l, unsigned index);

/*
 * ERR_OK: answered once, by opened or failed (ERR_UNREACHABLE, ERR_TIMEOUT, ERR_NOMEM, ERR_STOPPING), later and on
 * another thread. A host name is looked up. Else ERR_BUSY: no link left; ERR_RANGE: the URL; ERR_NOMEM, ERR_STOPPING.
 */
enum err links_dial(struct links *l, const char *url, uint64_t tag, unsigned timeout_ms);

/* Copies the body. ERR_BUSY: the queue is full; ERR_NOT_FOUND: the link is gone; ERR_TOO_LONG, ERR_RANGE (empty). */
enum err links_send(struct links *l, uint64_t link, struct bytes body);

/* What was sent before goes out first, for at most a second. Messages that still come in are thrown away. */
void links_close(struct links *l, uint64_t link);

void links_release(struct links *l, void *held);

/* Closes every link (ERR_STOPPING) without waiting for peers, frees what is still held. No callback afterwards. */
void links_stop(struct links *l);

#endif
