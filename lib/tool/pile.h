/* pile: payload lines collected and checked, all of them before a seal is made. */
#ifndef TOOL_PILE_H
#define TOOL_PILE_H

#include "base/arena.h"
#include "base/map.h"
#include "chain/seal.h"
#include "tool/input.h"

struct pile {
	struct arena arena;
	struct map ids;
	struct seal_payload *payload;
	uint64_t *line; /* where each came from */
	size_t count, cap;
};

void pile_start(struct pile *p);
void pile_free(struct pile *p);

/* Reads all lines of in; one that is no good payload, or one met before, is refused by number, the rest goes on. */
void pile_read(struct pile *p, struct tool *t, struct input *in);

#endif
