/*
 * draft: what an execution writes, in memory, over a ledger view that it reads from. Written through later, in the order
 * of the keys.
 *
 *     get, next     what was put, else what the view below has
 *     put           stays here
 */
#ifndef NODE_DRAFT_H
#define NODE_DRAFT_H

#include "ledger/ledger.h"

struct draft_entry;

struct draft {
	struct ledger_view base, view; /* view: what to execute on */
	struct arena *arena;
	struct draft_entry *root;
	uint64_t chance;
	size_t count; /* of keys that were put */
};

/* Does not move while its view is in use. All that is put lives in the arena. base need not outlive the execution. */
void draft_init(struct draft *d, const struct ledger_view *base, struct arena *arena);

/* Puts all of it, ascending. */
enum err draft_write(const struct draft *d, struct ledger_view *to);

#endif
