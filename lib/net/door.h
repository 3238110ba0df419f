/*
 * door: where connections come in, and the places that links take. Of link.c and keeper.c alone, with links.mutex held
 * where nothing else is said.
 */
#ifndef NET_DOOR_H
#define NET_DOOR_H

#include "net/flow.h"

struct door {
	struct links *owner;
	nng_stream_listener *listener;
	nng_aio *aio;
	unsigned port;
	bool busy; /* an accept is under way, or its callback at work */
	uint64_t retry;
};

/* Listens, takes nobody yet. Zero-initialise the door before; door_free it whatever came out. Without the mutex. */
enum err door_open(struct door *d, struct links *l, const char *url);

/* Accepts, or accepts again after trouble. False when stopped and over. */
bool door_tend(struct door *d);

/* Without the mutex, and when door_tend said that it is over or was never called. */
void door_free(struct door *d);

/* A free place made ready, with an id; NULL when there is none. */
struct link *door_occupy(struct links *l);
void door_vacate(struct link *k);

#endif
