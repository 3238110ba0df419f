#include "overlay/pace.h"

#include <string.h>

#include "chain/hyper.h"
#include "chain/seal.h"

/* para-protocol(7) OVERLAY: a node sends a peer at most three quarters of what it takes of objects, half of it in payloads */
static const struct bucket_rate object_rate = {3000, 15000, 12 << 20, 24 << 20};
static const struct bucket_rate payload_rate = {2000, 10000, 8 << 20, 16 << 20};

/* The head of a seal or block tells it from any other; with its length it tells a body from a head. */
static uint64_t
mark_of(struct bytes raw)
{
	struct hasher h;
	uint64_t mark;
	const uint64_t len = raw.len;

	hash_init(&h, HASH_NODE_ID);
	hash_add(&h, &len, sizeof len);
	hash_add(&h, raw.data, raw.len < HYPER_HEAD ? raw.len : HYPER_HEAD);
	const struct hash hash = hash_end(&h);
	memcpy(&mark, hash.b, sizeof mark);
	return mark;
}

static bool
is_long(enum object_type type, struct bytes raw)
{
	return type == OBJECT_HYPER || (type == OBJECT_SEAL && raw.len > SEAL_HEAD);
}

static bool
sent_lately(const struct pace *p, uint64_t mark, uint64_t period_ms, uint64_t now_ms)
{
	for (unsigned i = 0; i < PACE_SENT; i++) {
		if (p->sent[i].mark == mark && now_ms - p->sent[i].at_ms < period_ms / 4)
			return true;
	}
	return false;
}

static bool
take(struct bucket *b, const struct bucket_rate *rate, size_t bytes, uint64_t now_ms)
{
	if (b->at_ms == 0)
		*b = bucket_full(rate, now_ms);
	return bucket_take(b, rate, bytes, now_ms);
}

bool
pace_may_send(struct pace *p, struct bytes raw, uint64_t period_ms, uint64_t now_ms)
{
	enum object_type type = object_peek(raw);
	uint64_t mark = is_long(type, raw) ? mark_of(raw) : 0;

	if (mark != 0 && sent_lately(p, mark, period_ms, now_ms))
		return false;
	if (type == OBJECT_PAYLOAD && !take(&p->payloads, &payload_rate, raw.len, now_ms))
		return false;
	if (!take(&p->objects, &object_rate, raw.len, now_ms))
		return false;
	if (mark != 0) {
		p->sent[p->next].mark = mark;
		p->sent[p->next].at_ms = now_ms;
		p->next = (p->next + 1) % PACE_SENT;
	}
	return true;
}
