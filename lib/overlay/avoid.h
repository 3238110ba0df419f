/*
 * avoid: keys and hosts that broke rules, for a while. A bounded table: when it is full, who is free again first makes
 * room.
 */
#ifndef OVERLAY_AVOID_H
#define OVERLAY_AVOID_H

#include "crypto/sign.h"
#include "overlay/address.h"

enum { AVOID_MOST = 256, AVOID_MS = 600000 };

/* Zero-initialise. */
struct avoid {
	struct avoided {
		uint8_t who[32];
		uint64_t until_ms;
	} item[AVOID_MOST];
	unsigned count;
};

void avoid_key(struct avoid *a, const struct pubkey *key, uint64_t now_ms);

/* Many nodes of one operator share the loopback host: it is never avoided. */
void avoid_host(struct avoid *a, const struct address *address, uint64_t now_ms);

bool avoid_has_key(const struct avoid *a, const struct pubkey *key, uint64_t now_ms);
bool avoid_has_host(const struct avoid *a, const struct address *address, uint64_t now_ms);

#endif
