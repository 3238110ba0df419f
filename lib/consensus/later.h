/*
 * later: objects of the next slot that came early, because clocks differ a little. Bounded in number and in bytes; what
 * does not fit is dropped, as are objects of slots after the next. Source of the rule: para-protocol(7), ROUNDS.
 */
#ifndef CONSENSUS_LATER_H
#define CONSENSUS_LATER_H

#include "consensus/consensus.h"

enum { LATER_MOST = 512, LATER_BYTES = 64 << 20 };

struct held {
	enum event_type type;
	uint64_t slot;
	struct pubkey from;
	struct hash hash; /* of a hyper block; a seal's id */
	struct bytes raw; /* malloced */
	uint64_t *last_seq;
	bool bare; /* of a seal: its head alone */
};

struct later {
	struct held item[LATER_MOST];
	uint32_t count;
	size_t bytes;
};

/* The slot of the object that a peer's event brings; 0 when it brings none that waits. */
uint64_t later_slot(const struct event *event);

/* Copies the event's object. ERR_NOMEM; ERR_BUSY: no room. */
enum err later_keep(struct later *l, const struct event *event);

/*
 * The oldest object of that slot or an earlier one leaves the queue: false when there is none. *out borrows from the
 * arena, which the caller frees. An object that memory lacked for is lost.
 */
bool later_take(struct event *out, struct later *l, uint64_t slot, struct arena *arena);
void later_free(struct later *l);

#endif
