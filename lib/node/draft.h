/*
 * draft: what an execution writes, in memory, over a ledger view that it reads from. Written through later, in the order
 * of the keys.
 *
 *     get, next     what was put, else what the view below has
 *     put           stays here
 */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include "base/sorted.h"
#include "ledger/ledger.h"

struct draft {
	struct ledger_view base, view; /* view: what to execute on */
	struct arena *arena; /* of the values */
	struct sorted entries;
};

/* Does not move while its view is in use. base need not outlive the execution. */
void draft_init(struct draft *d, const struct ledger_view *base, struct arena *arena);

/* A draft of zeros may be freed. */
void draft_free(struct draft *d);

/* Puts all of it, ascending. */
enum err draft_write(const struct draft *d, struct ledger_view *to);

#endif
