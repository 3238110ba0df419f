#include <stdio.h>

#include "room.h"
#include "world.h"

enum { TALE_LINES = 200, TALE_COLUMNS = 160 };

/* The line that is to be written: a new one, or where the oldest was. */
static char *
next_line(struct world *w)
{
	w->tale = w->tale ? w->tale : room_new(TALE_LINES, TALE_COLUMNS);
	return w->tale + w->told++ % TALE_LINES * TALE_COLUMNS;
}

void
story_tell(struct world *w)
{
	uint64_t n = w->told < TALE_LINES ? w->told : TALE_LINES;

	for (uint64_t i = w->told - n; i < w->told; i++)
		puts(w->tale + i % TALE_LINES * TALE_COLUMNS);
	w->told = 0;
}

static void
write_line(struct world *w, uint32_t who, const char *what, uint64_t number, const struct hash *hash)
{
	uint64_t ms = w->now_ms - GENESIS_MS;
	char name[16] = "      -", tag[16] = "";

	if (who < w->hosts)
		snprintf(name, sizeof name, "%c %5u", w->host[who].hostile ? '!' : ' ', who);
	if (hash)
		snprintf(tag, sizeof tag, "  %02x%02x%02x%02x", hash->b[0], hash->b[1], hash->b[2], hash->b[3]);
	snprintf(next_line(w), TALE_COLUMNS, "%6lu.%03lu  %s  %s %lu%s", (unsigned long)(ms / PERIOD),
	    (unsigned long)(ms % PERIOD), name, what, (unsigned long)number, tag);
}

void
story(struct world *w, uint32_t who, const char *what, uint64_t number, const struct hash *hash)
{
	uint64_t mix[3] = { w->now_ms, who, number };

	w->digest = letter_mix(w->digest, mix, sizeof mix);
	if (hash)
		w->digest = letter_mix(w->digest, hash->b, sizeof hash->b);
	if (w->o.story)
		write_line(w, who, what, number, hash);
}
