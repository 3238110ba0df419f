/*
 * Hyper blocks as cores keep them: of each that is held by any number of them there is one, put in place of the
 * library's copies by the linker (--wrap). It goes with the last of them.
 */
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "letter.h"
#include "room.h"

enum { PLACES = 1 << 12 };

static struct kept {
	struct kept *next;
	struct bytes raw;
	uint64_t mix;
	struct hyper hyper;
	struct arena arena;
	uint32_t refs;
} *kept[PLACES];

enum err __wrap_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in);
enum err __real_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in);
void __wrap_hyper_drop(struct bytes raw);
void __real_hyper_drop(struct bytes raw);

/* The header and what signs it tell blocks apart, all but what was forged. */
static uint64_t
mix_of(struct bytes raw)
{
	return letter_mix(raw.len, raw.data, raw.len < HYPER_HEAD ? raw.len : HYPER_HEAD);
}

/* Where it stands in its list, or the end of that. */
static struct kept **
find(struct bytes raw)
{
	uint64_t mix = mix_of(raw);
	struct kept **at = &kept[mix >> 52];

	while (*at && ((*at)->mix != mix || ((*at)->raw.data != raw.data && !bytes_equal((*at)->raw, raw))))
		at = &(*at)->next;
	return at;
}

static enum err
make(struct kept **at, struct bytes in)
{
	struct kept *k = room_new(1, sizeof *k);
	enum err e = __real_hyper_keep(&k->hyper, &k->raw, &k->arena, in);

	k->mix = mix_of(in);
	if (e == ERR_OK) {
		*at = k;
		return e;
	}
	arena_free(&k->arena);
	free(k);
	return e;
}

enum err
__wrap_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in)
{
	struct kept **at = find(in);
	enum heap_owner before = heap_for(HEAP_WORLD);
	enum err e = *at ? ERR_OK : make(at, in);

	(void)arena;
	heap_for(before);
	*raw = (struct bytes){ 0 };
	if (e)
		return e;
	(*at)->refs++;
	*out = (*at)->hyper;
	*raw = (*at)->raw;
	return ERR_OK;
}

void
__wrap_hyper_drop(struct bytes raw)
{
	struct kept **at = raw.data ? find(raw) : NULL, *k = at ? *at : NULL;

	if (!k || --k->refs)
		return;
	*at = k->next;
	arena_free(&k->arena);
	__real_hyper_drop(k->raw);
	free(k);
}

size_t
kept_decoded(const struct hyper *h)
{
	size_t n = h->endorsements * sizeof *h->endorsement + h->evidences * sizeof *h->evidence;

	for (uint32_t i = 0; h->cert && i < h->header.lanes; i++) {
		const struct cert *c = &h->cert[i];
		n += sizeof *c + c->core.blocks * sizeof *c->head + c->lists * sizeof *c->list;
	}
	return n;
}
