/* timeline: what will happen, in order of time; what is planned for the same time happens in the order of planning. */
#ifndef SIM_TIMELINE_H
#define SIM_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct letter;

enum happening_kind {
	HAPPEN_MAIL,    /* a letter arrives */
	HAPPEN_TIMER,   /* a core's deadline */
	HAPPEN_COMMIT,  /* what a host has in memory reaches its disk, then its effects go out */
	HAPPEN_EXECUTE, /* a host executes its next hyper block */
	HAPPEN_MINED,   /* a miner has done its work */
	HAPPEN_WAKE,    /* a pause is over */
	HAPPEN_START,   /* a host starts, or starts again */
	HAPPEN_SLOT     /* a slot of real time begins: users, faults, sync */
};

struct happening {
	uint64_t at_ms, order;
	enum happening_kind kind;
	uint32_t who, from, life; /* life: of the host it was planned for; a crash makes it void */
	struct letter *letter;    /* MAIL; owned */
};

struct timeline {
	struct happening *item;
	size_t count, cap;
	uint64_t planned;
};

/* Takes over the letter. */
void timeline_add(struct timeline *t, struct happening h);

/* False: nothing is planned. */
bool timeline_take(struct timeline *t, struct happening *out);
void timeline_free(struct timeline *t);

#endif
