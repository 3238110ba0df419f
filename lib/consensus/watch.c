#include <stdlib.h>
#include <string.h>

#include "consensus/core.h"

static uint32_t
place(const struct consensus *c, const struct pubkey *voter)
{
	uint32_t at = 0;

	while (at < c->evidences && memcmp(&c->evidence[at].voter, voter, sizeof *voter) < 0)
		at++;
	return at;
}

/* For a key that holds votes one that holds none gives way: it may offend without end, and loses nothing by it. */
static bool
make_room(struct consensus *c, const struct pubkey *voter)
{
	const struct votes *votes;
	uint32_t at = 0;

	if (c->evidences < LIMIT_EVIDENCE)
		return true;
	votes = round_votes(c);
	if (!votes || !votes_find(votes, voter))
		return false;
	while (at < c->evidences && votes_find(votes, &c->evidence[at].voter))
		at++;
	if (at == c->evidences)
		return false;
	c->evidences--;
	memmove(c->evidence + at, c->evidence + at + 1, (c->evidences - at) * sizeof *c->evidence);
	return true;
}

void
watch_add(struct consensus *c, const struct evidence *e)
{
	uint32_t at = place(c, &e->voter);

	if (c->genesis->solo || (at < c->evidences && memcmp(&c->evidence[at].voter, &e->voter, sizeof e->voter) == 0))
		return;
	if (!c->evidence)
		c->evidence = calloc(LIMIT_EVIDENCE, sizeof *c->evidence);
	if (!c->evidence || !make_room(c, &e->voter))
		return;
	at = place(c, &e->voter);
	memmove(c->evidence + at + 1, c->evidence + at, (c->evidences - at) * sizeof *c->evidence);
	c->evidence[at] = *e;
	c->evidences++;
}

/* What can no longer be carried: W blocks after it was found its reward is spent. */
static void
forget(struct consensus *c)
{
	uint64_t kept_slots = 4 * (uint64_t)c->genesis->epoch;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->evidences; i++) {
		if (c->evidence[i].slot + kept_slots >= c->round.slot)
			c->evidence[kept++] = c->evidence[i];
	}
	c->evidences = kept;
}

enum err
watch_take(struct evidence **out, uint32_t *n, struct arena *arena, struct consensus *c)
{
	struct votes *votes = round_votes(c);

	*n = 0;
	forget(c);
	*out = arena_alloc(arena, c->evidences + (size_t)1, sizeof **out);
	if (!*out || !votes)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < c->evidences; i++) {
		if (c->evidence[i].slot <= c->round.slot && votes_find(votes, &c->evidence[i].voter))
			(*out)[(*n)++] = c->evidence[i];
	}
	return ERR_OK;
}
