/*
 * flow: one link's bytes, both ways: what link.c, door.c and keeper.c share. Nobody else includes this.
 *
 * Everything here is called with links.mutex held, and gives it back only around a callback.
 */
#ifndef NET_FLOW_H
#define NET_FLOW_H

#include <nng/nng.h>
#include <pthread.h>

#include "net/frame.h"
#include "net/link.h"

enum link_state { FREE, DIALING, FRESH, OPEN, FLUSHING, DEAD };

/*
 * A link at its place in links.link. Its two aios stay with the place. `reading` and `sending` say that an aio is under
 * way or its callback at work; only when both are over does the keeper bury a dead link.
 */
struct link {
	struct links *owner;
	struct link *next; /* in the list of the free */
	enum link_state state;
	enum err why;
	uint64_t id, tag;
	nng_stream_dialer *dialer;
	nng_stream *stream;
	nng_aio *receive, *send; /* receive dials, too */
	bool incoming, told, met, reading, sending, crowded;
	uint64_t due;    /* of a dial, of the first message, of the last words */
	uint64_t heard, wrote, begun;
	uint64_t paused; /* since when it waits for memory; 0: it does not */
	char address[80];
	size_t host; /* length of the address without the port */
	struct inbox in;
	struct outbox out;
};

struct door;

struct links {
	struct links_config config;
	pthread_mutex_t mutex; /* over all below; nng never calls back from within a call, so it is held over those */
	pthread_cond_t work;
	bool working, stopping;
	pthread_t keeper;
	struct door *door;
	struct link *link, *free;
	unsigned top, live; /* places ever used, and in use */
	uint64_t seq;
	struct parcel *held; /* what was handed up and not released */
	size_t held_bytes, partial_bytes;
	unsigned paused;
	uint64_t evicted;
};

/* Milliseconds of a clock that only goes forward. */
uint64_t flow_now(void);

/* The keeper has something to do. */
void flow_wake(struct links *l);

/* The link is dead from now on; the keeper buries it when nothing of it is under way. */
void flow_condemn(struct link *k, enum err why);

/* False when the peer has already gone. Fills in address and host. */
bool flow_peer(struct link *k);

/* Sends what waits, as far as nng takes it in one go. */
void flow_send(struct link *k);

/* Goes on until it reads, waits for memory, or the link is dead. */
void flow_read(struct link *k);

/* The callbacks of a link's two aios. */
void flow_received(void *link);
void flow_sent(void *link);

#endif
