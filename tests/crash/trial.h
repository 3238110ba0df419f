/*
 * trial: one image, opened as a node would after the power failed.
 *
 * In a child, since LMDB wants one environment a process and may end the process over a bad image.
 */
#ifndef CRASH_TRIAL_H
#define CRASH_TRIAL_H

#include "image.h"
#include "story.h"

enum verdict {
	GOOD,    /* opens, has what was acknowledged, every value is right, takes new transactions */
	REFUSED, /* does not open */
	LOST,    /* an acknowledged transaction is not there */
	WRONG,   /* a value is not what it must be */
	STUCK,   /* a new transaction fails, or spoils what was there */
	DIED,    /* by a signal, or by the clock */
	VERDICTS
};

enum { WHY_BYTES = 256 };

struct trial {
	const struct story *story;
	const char *dir; /* empty before and after */
	char *why;       /* WHY_BYTES, in memory shared with children: what was not so */
};

/* The acknowledgements of the image are: the store was made, then transaction 1, 2, ... */
enum verdict trial_run(const struct trial *t, const struct image *image);

/* Makes an empty directory of its files again. */
void trial_clear(const char *dir);

#endif
