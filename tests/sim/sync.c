#include "world.h"

/* Blocks that one answer holds at most. */
enum { ANSWER_BLOCKS = 32 };

void
sync_give(struct world *w, uint32_t from, uint32_t to, uint64_t first, uint64_t most)
{
	const struct disk *d = &w->host[from].disk;
	uint64_t at = w->now_ms + 1 + chance_below(&w->fate, 2 * w->weather.delay_ms);

	for (uint64_t hid = first; hid <= d->tip && hid < first + most; hid++) {
		const struct stored *s = &d->block[hid];
		struct happening h = { .at_ms = at, .kind = HAPPEN_MAIL, .who = to, .from = from,
			.letter = letter_share(s->letter) };
		timeline_add(&w->timeline, h);
		for (uint32_t i = 0; i < s->blocks; i++) {
			h.letter = disk_seal(d, &w->desk, &s->block[i].block.head, s->block[i].row);
			if (h.letter)
				timeline_add(&w->timeline, h);
		}
	}
}

/* The highest block that both hold. */
static uint64_t
common(const struct disk *a, const struct disk *b)
{
	uint64_t hid = a->tip < b->tip ? a->tip : b->tip;

	while (hid > 0 && !hash_equal(&a->block[hid].brief.hash, &b->block[hid].brief.hash))
		hid--;
	return hid;
}

void
sync_ask(struct world *w, uint32_t who)
{
	uint32_t other = (uint32_t)chance_below(&w->fate, w->hosts);
	const struct disk *mine = &w->host[who].disk, *theirs = &w->host[other].disk;
	bool lost = chance_hit(&w->fate, 2 * w->weather.loss);
	uint64_t from;

	if (other == who || !w->host[other].core || w->host[other].hostile || lost || wire_cut(w, who, other) ||
	    wire_cut(w, other, who) || theirs->tip < mine->tip + 2)
		return;
	from = common(mine, theirs);
	sync_give(w, other, who, from + 1, ANSWER_BLOCKS);
}
