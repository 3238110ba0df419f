/*
 * jobs: work that miners were given, until the slot is past in which it is worth something. A job is a seal core and the
 * rows of its payloads; what comes back is its signature and nonce.
 */
#ifndef NODE_JOBS_H
#define NODE_JOBS_H

#include "node/inside.h"

struct job {
	struct job *next; /* given out after it */
	uint64_t number;
	struct seal_core core;
	uint64_t *row; /* core.payloads of them */
	uint64_t deadline_ms; /* since 1970 */
};

/* parked.mutex is held. 0: memory is out. */
uint64_t jobs_put(struct node *n, const struct effect_work *work);

/* A copy, its rows in the arena. ERR_NOT_FOUND, ERR_NOMEM. */
enum err jobs_get(struct job *out, struct arena *arena, struct node *n, uint64_t number);

void jobs_free(struct node *n);

#endif
