#include "overlay/avoid.h"

#include <string.h>

static struct hash
host_name(const struct address *address)
{
	return hash_of(HASH_LINK, address->host, sizeof address->host);
}

static struct avoided *
place(struct avoid *a, const uint8_t who[static 32])
{
	struct avoided *first = &a->item[0];

	for (unsigned i = 0; i < a->count; i++) {
		if (memcmp(a->item[i].who, who, sizeof a->item[i].who) == 0)
			return &a->item[i];
		if (a->item[i].until_ms < first->until_ms)
			first = &a->item[i];
	}
	return a->count < AVOID_MOST ? &a->item[a->count++] : first;
}

static void
add(struct avoid *a, const uint8_t who[static 32], uint64_t now_ms)
{
	struct avoided *at = place(a, who);

	memcpy(at->who, who, sizeof at->who);
	at->until_ms = now_ms + AVOID_MS;
}

static bool
has(const struct avoid *a, const uint8_t who[static 32], uint64_t now_ms)
{
	for (unsigned i = 0; i < a->count; i++) {
		if (a->item[i].until_ms > now_ms && memcmp(a->item[i].who, who, sizeof a->item[i].who) == 0)
			return true;
	}
	return false;
}

void
avoid_key(struct avoid *a, const struct pubkey *key, uint64_t now_ms)
{
	add(a, key->b, now_ms);
}

void
avoid_host(struct avoid *a, const struct address *address, uint64_t now_ms)
{
	struct hash name = host_name(address);

	if (address->kind == ADDRESS_PUBLIC || address->kind == ADDRESS_PRIVATE)
		add(a, name.b, now_ms);
}

bool
avoid_has_key(const struct avoid *a, const struct pubkey *key, uint64_t now_ms)
{
	return has(a, key->b, now_ms);
}

bool
avoid_has_host(const struct avoid *a, const struct address *address, uint64_t now_ms)
{
	struct hash name = host_name(address);

	return a->count > 0 && address->kind != ADDRESS_NONE && has(a, name.b, now_ms);
}
