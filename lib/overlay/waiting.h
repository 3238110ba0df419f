/*
 * waiting: messages for nodes without a link, in the order they came, until a link is there or their time is over.
 */
#ifndef OVERLAY_WAITING_H
#define OVERLAY_WAITING_H

#include "base/bytes.h"
#include "crypto/sign.h"

enum {
	WAITING_MOST = 1000,
	WAITING_BYTES = 64 << 20,
	WAITING_KEY = 64,             /* of one key */
	WAITING_KEY_BYTES = 8 << 20
};

struct waiting_item;

/* Zero-initialise. */
struct waiting {
	struct waiting_item *first, **end;
	unsigned count;
	size_t bytes;
};

void waiting_free(struct waiting *w);

/* Copies. ERR_BUSY: a bound is reached; ERR_NOMEM. */
enum err waiting_add(struct waiting *w, const struct pubkey *to, struct bytes raw, uint64_t until_ms);

/* The oldest message for the key; false: none. It stays until waiting_drop. */
bool waiting_oldest(const struct waiting *w, struct bytes *out, const struct pubkey *to);
void waiting_drop(struct waiting *w, const struct pubkey *to);

/* Drops what waited too long. */
void waiting_expire(struct waiting *w, uint64_t now_ms);
uint64_t waiting_deadline_ms(const struct waiting *w);

#endif
