/*
 * frame: messages cut from a stream of bytes and put into one; no input or output of its own.
 *
 *   | length, u32 little-endian | body, length bytes |  and so on, length at least 1
 *
 * A length is only a claim: memory for a body is taken as its bytes come, at most twice what has come (or FRAME_STEP).
 */
#ifndef NET_FRAME_H
#define NET_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

/* Bytes read ahead per stream, not counted by anybody; and the least memory taken for a body that does not fit there. */
enum { FRAME_AHEAD = 4096, FRAME_STEP = 1 << 16 };

/* One message. The links are its owner's. */
struct parcel {
	struct parcel *next, *prev;
	size_t len;
	uint8_t data[];
};

struct inbox {
	uint8_t *ahead; /* FRAME_AHEAD bytes, of which [pos, len) are not cut up yet */
	size_t pos, len;
	struct parcel *parcel; /* the message under way, NULL between two */
	size_t cap, got;       /* what it has memory for, and what has come */
};

enum inbox_step {
	INBOX_READ,  /* read into inbox_space, tell inbox_came */
	INBOX_WANT,  /* ask for `want` bytes of memory, then inbox_grow */
	INBOX_WHOLE, /* inbox_take */
	INBOX_EMPTY, /* a message of no bytes: the stream is of no use any more */
	INBOX_LONG,  /* a message longer than `most`: likewise */
};

enum err inbox_init(struct inbox *in);
enum inbox_step inbox_next(const struct inbox *in, size_t *want, uint32_t most);
uint8_t *inbox_space(struct inbox *in, size_t *room);
void inbox_came(struct inbox *in, size_t len);
enum err inbox_grow(struct inbox *in, size_t want);

/* The caller frees it. */
struct parcel *inbox_take(struct inbox *in);
void inbox_free(struct inbox *in);

/* Zero-initialise it. */
struct outbox {
	struct parcel *first, *last;
	size_t bytes; /* bodies not wholly gone */
	size_t gone;  /* of the first one's frame */
};

/* A frame of its own memory, NULL when there is none. */
struct parcel *outbox_wrap(struct bytes body);
void outbox_add(struct outbox *out, struct parcel *frame);

/* What goes out next, at most `most` ranges; returns how many. They stay until outbox_went. */
unsigned outbox_peek(const struct outbox *out, struct bytes *part, unsigned most);
void outbox_went(struct outbox *out, size_t len);
void outbox_free(struct outbox *out);

#endif
