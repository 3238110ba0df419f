/*
 * sender: the state of one run of para-send, and how items end: settled by an answer, printed in their order, judged.
 */
#ifndef TOOL_SENDER_H
#define TOOL_SENDER_H

#include "tool/sendlist.h"
#include "tool/submit.h"

enum { SENDER_AHEAD = 2 }; /* batches sent before the first is answered */

struct batch {
	size_t first, count; /* first: a number since the start, see gone */
};

struct sender {
	struct tool *t;
	enum submit_until until;
	uint64_t timeout_ms;
	struct sendlist queue;
	size_t gone; /* items popped so far */
	size_t sent; /* items sent so far */
	struct batch ahead[SENDER_AHEAD];
	unsigned flying; /* of ahead */
	bool met;        /* the node has answered once */
	bool again;      /* items that were sent are new again: the pool was full */
};

/* The item with a number since the start. */
struct item *sender_item(struct sender *s, size_t number);

/* Takes what the node says of an item: it is done, or waits on. NULL: nothing, which is a fault of the node. */
void sender_settle(struct sender *s, struct item *item, const struct json *answer);

/* Prints what stands at the head of the queue and is done, and says what went wrong with it. */
void sender_print_done(struct sender *s);

#endif
