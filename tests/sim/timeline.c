#include "timeline.h"

#include <stdlib.h>

#include "letter.h"
#include "room.h"

static bool
before(const struct happening *a, const struct happening *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void
timeline_add(struct timeline *t, struct happening h)
{
	size_t at = t->count++;

	t->item = room(t->item, &t->cap, t->count, sizeof *t->item);
	h.order = t->planned++;
	while (at > 0 && before(&h, &t->item[(at - 1) / 2])) {
		t->item[at] = t->item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	t->item[at] = h;
}

bool
timeline_take(struct timeline *t, struct happening *out)
{
	struct happening last;
	size_t at = 0;

	if (t->count == 0)
		return false;
	*out = t->item[0];
	last = t->item[--t->count];
	for (size_t child; (child = 2 * at + 1) < t->count; at = child) {
		if (child + 1 < t->count && before(&t->item[child + 1], &t->item[child]))
			child++;
		if (!before(&t->item[child], &last))
			break;
		t->item[at] = t->item[child];
	}
	t->item[at] = last;
	return true;
}

void
timeline_free(struct timeline *t)
{
	for (size_t i = 0; i < t->count; i++)
		letter_drop(t->item[i].letter);
	free(t->item);
}
