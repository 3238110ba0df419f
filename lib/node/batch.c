#include "node/batch.h"

void
batch_empty(struct batch *b)
{
	while (b->first != NULL) {
		struct item *item = b->first;
		b->first = item->next;
		item->release(item);
	}
	b->last = &b->first;
	b->bytes = 0;
	b->replayed = false;
	effects_free(&b->effects);
}
