/* sendlist: what a sender has under way, in the order of the input: what the node said, how long to wait. */
#ifndef TOOL_SENDLIST_H
#define TOOL_SENDLIST_H

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
	char *error, *reason, *at, *by, *waits; /* by: the id of whom it was replaced by; waits: the seq that is missing */
	struct buf result; /* JSON; empty: none */
};

struct sendlist {
	struct item *item;
	size_t head, count, cap; /* items head .. head + count */
};

/* A payload or seal in raw bytes, which are copied; decoded for its id. The decoder's error, ERR_TYPE, ERR_NOMEM. */
enum err sendlist_add(struct sendlist *q, struct bytes raw, uint64_t line);
struct item *sendlist_at(struct sendlist *q, size_t i);

/* What the node says: status, at, error, reason, result. False when it is no answer about an item. */
bool sendlist_update(struct item *item, const struct json *answer);

/* Removes the first. */
void sendlist_pop(struct sendlist *q);
void sendlist_free(struct sendlist *q);

#endif
