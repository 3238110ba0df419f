/*
 * Hyper blocks as cores keep them: of each that is held by any number of them there is one, put in place of the
 * library's copies by the linker (--wrap). It stays until the world ends.
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
	size_t bytes; /* of arena, what a node that shares it would have of its own */
	enum err verdict;
} *kept[PLACES];

enum err __wrap_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in);
enum err __real_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in);

/* The header and what signs it tell blocks apart, all but what was forged. */
static uint64_t
mix_of(struct bytes raw)
{
	return letter_mix(raw.len, raw.data, raw.len < HYPER_HEAD ? raw.len : HYPER_HEAD);
}

enum err
__wrap_hyper_keep(struct hyper *out, struct bytes *raw, struct arena *arena, struct bytes in)
{
	uint64_t mix = mix_of(in);
	struct kept **first = &kept[mix >> 52], *k = *first;

	(void)arena;
	while (k && (k->mix != mix || !bytes_equal(k->raw, in)))
		k = k->next;
	if (!k) {
		enum heap_owner before = heap_for(HEAP_WORLD);
		uint64_t taken = heap_taken(HEAP_WORLD);
		k = room_new(1, sizeof *k);
		k->mix = mix;
		k->verdict = __real_hyper_keep(&k->hyper, &k->raw, &k->arena, in);
		k->bytes = (size_t)(heap_taken(HEAP_WORLD) - taken);
		k->next = *first;
		*first = k;
		heap_for(before);
	}
	*out = k->hyper;
	*raw = k->raw;
	return k->verdict;
}

size_t
kept_bytes(struct bytes raw)
{
	const struct kept *k = kept[mix_of(raw) >> 52];

	while (k && k->raw.data != raw.data)
		k = k->next;
	return k ? k->bytes : 0;
}

void
kept_forget(void)
{
	for (size_t i = 0; i < PLACES; i++) {
		for (struct kept *k; (k = kept[i]);) {
			kept[i] = k->next;
			arena_free(&k->arena);
			free(k);
		}
	}
}
