#include <stdio.h>

#include "world.h"

static void
print_who(const struct world *w, uint32_t who)
{
	if (who >= w->hosts)
		printf("      -  ");
	else
		printf("%c %5u  ", w->host[who].hostile ? '!' : ' ', who);
}

void
story(struct world *w, uint32_t who, const char *what, uint64_t number, const struct hash *hash)
{
	uint64_t mix[3] = { w->now_ms, who, number };
	uint64_t ms = w->now_ms - GENESIS_MS;

	w->digest = letter_mix(w->digest, mix, sizeof mix);
	if (hash)
		w->digest = letter_mix(w->digest, hash->b, sizeof hash->b);
	if (!w->o.story)
		return;
	printf("%6lu.%03lu  ", (unsigned long)(ms / PERIOD), (unsigned long)(ms % PERIOD));
	print_who(w, who);
	printf("%s %lu", what, (unsigned long)number);
	if (hash)
		printf("  %02x%02x%02x%02x", hash->b[0], hash->b[1], hash->b[2], hash->b[3]);
	putchar('\n');
}
