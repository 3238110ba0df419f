/*
 * careless: nodes that leave out what a law rests on, to show that the law finds it. What they leave out is the
 * library's own: the linker puts something else in its place (--wrap).
 */
#ifndef SIM_CARELESS_H
#define SIM_CARELESS_H

#include "crypto/work.h"

enum careless {
	CARELESS_NEVER,
	CARELESS_RECORD, /* speaks before the record of what it signed is on disk */
	CARELESS_WORK,   /* asks no seal for work */
	CARELESS_POOL,   /* lets go of a payload whose block is executed, though not final */
	CARELESS_FOLD,   /* keeps what it has judged decoded */
	CARELESS_GAPS    /* asks for the same work however many slots were empty */
};

/* From now on every node is. */
void careless_be(enum careless how);

/* Was the work done, whatever the nodes ask for? */
bool careless_worked(const struct hash *work, uint64_t difficulty);

#endif
