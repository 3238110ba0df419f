#include "overlay/heads.h"

#include <stdlib.h>
#include <string.h>

void
heads_begin(struct heads *h, uint64_t hid, const struct hash *hash, struct u128 work)
{
	h->base_hid = hid;
	h->base = *hash;
	h->work = work;
	h->slot = 0;
	h->count = 0;
}

void
heads_free(struct heads *h)
{
	free(h->hash);
}

uint64_t
heads_last(const struct heads *h)
{
	return h->base_hid + h->count;
}

const struct hash *
heads_tip(const struct heads *h)
{
	return h->count > 0 ? &h->hash[h->count - 1] : &h->base;
}

const struct hash *
heads_at(const struct heads *h, uint64_t hid)
{
	return hid == h->base_hid ? &h->base : &h->hash[hid - h->base_hid - 1];
}

/* A seal costs the least difficulty or more, and a block has one at least. */
static enum err
check(const struct heads *h, const struct space_config *config, const struct hyper_header *head)
{
	if (memcmp(head->network.b, config->network.b, sizeof head->network.b) != 0)
		return ERR_NETWORK;
	if (head->hid != heads_last(h) + 1 || !hash_equal(&head->prev, heads_tip(h)))
		return ERR_LINK;
	if (head->slot <= h->slot)
		return ERR_SLOT;
	uint64_t high = (config->least_difficulty >> 32) * head->seals, low = (config->least_difficulty & UINT32_MAX) * head->seals;
	struct u128 least = u128_add((struct u128){.lo = high << 32, .hi = high >> 32}, low);
	return head->seals == 0 || u128_compare(head->difficulty, least) < 0 ? ERR_DIFFICULTY : ERR_OK;
}

static enum err
append(struct heads *h, const struct hash *hash)
{
	if (h->count == SPACE_HEADERS)
		return ERR_TOO_LONG;
	if (h->count == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : OVERLAY_HEADS;
		struct hash *more = realloc(h->hash, cap * sizeof *more);
		if (!more)
			return ERR_NOMEM;
		h->hash = more;
		h->cap = cap;
	}
	h->hash[h->count++] = *hash;
	return ERR_OK;
}

enum err
heads_add(struct heads *h, const struct space_config *config, struct bytes raw)
{
	for (; raw.len > 0; raw.data += HYPER_HEAD, raw.len -= HYPER_HEAD) {
		struct hyper_header head;
		struct signature auth;
		enum err e = raw.len < HYPER_HEAD ? ERR_TRUNCATED :
		    hyper_head_unpack(&head, &auth, (struct bytes){raw.data, HYPER_HEAD});

		if (e == ERR_OK)
			e = check(h, config, &head);
		if (e != ERR_OK)
			return e;
		struct hash hash = hyper_hash(&head);
		if ((e = append(h, &hash)) != ERR_OK)
			return e;
		h->slot = head.slot;
		h->work = u128_sum(h->work, head.difficulty);
	}
	return ERR_OK;
}
