/* queue: what a sender has under way, in the order of the input: object, what the node said of it, how long to wait. */
#ifndef TOOL_QUEUE_H
#define TOOL_QUEUE_H

#include "base/bytes.h"
#include "chain/lane.h"
#include "crypto/hash.h"
#include "json/json.h"
#include "tool/input.h"

enum item_state {
	ITEM_NEW,      /* not sent yet */
	ITEM_SENT,     /* no answer yet */
	ITEM_WAITING,  /* accepted, not yet as far as wanted */
	ITEM_DONE      /* its result is ready to be printed */
};

struct item {
	enum item_state state;
	bool is_seal;
	struct hash id;
	uint32_t chain;   /* of a payload */
	struct lane lane; /* of a seal */
	struct buf raw;   /* until it is answered */
	uint64_t line, deadline_ms;
	char status[16];
	char *error, *reason, *at;
	struct buf result; /* JSON; empty: none */
};

struct queue {
	struct item *item;
	size_t head, count, cap; /* items head .. head + count */
};

/* A payload or seal in raw bytes, which are copied; decoded for its id. The decoder's error, ERR_TYPE, ERR_NOMEM. */
enum err queue_add(struct queue *q, struct bytes raw, uint64_t line);
struct item *queue_at(struct queue *q, size_t i);

/* What the node says: status, at, error, reason, result. False when it is no answer about an item. */
bool queue_update(struct item *item, const struct json *answer);

/* Removes the first. */
void queue_pop(struct queue *q);
void queue_free(struct queue *q);

#endif
