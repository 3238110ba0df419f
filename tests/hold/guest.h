/*
 * guest: a client of the port for peers without nng: frames, and the handshake that makes a peer of it.
 *
 *     frame     length u32 (little-endian), body
 */
#ifndef HOLD_GUEST_H
#define HOLD_GUEST_H

#include "crypto/sign.h"
#include "overlay/message.h"

enum { GUEST_HEAD = 4, GUEST_TRY_MS = 1000, GUEST_TURN_MS = 20 };

struct guest {
	int fd;
	unsigned number;
	bool proven;
	struct sign_key *key;
	struct network network;
	struct hash genesis;
	struct buf heard; /* the last object that it was told */
	uint64_t count;
};

/* A connection to that port of this machine, or -1. number 0: from the address that nodes use; else from one of many. */
int guest_dial(unsigned port, unsigned number);

bool guest_push(int fd, const struct buf *body);
bool guest_pull(struct buf *out, int fd, uint64_t until);
bool guest_say(struct guest *g, const struct message *m);

/* Says who it is, and proves its key. */
bool guest_prove(struct guest *g);

#endif
