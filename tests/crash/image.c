#include "image.h"

#include <string.h>

#include "random.h"

enum { SECTOR = 512, FIRST_START = 16 };

static void
lengthen(struct image *image, size_t end)
{
	if (end <= image->size)
		return;
	memset(image->data + image->size, 0, end - image->size);
	image->size = end;
}

static void
put(struct image *image, const struct record *r, const struct record_event *event, size_t from, size_t len)
{
	lengthen(image, event->offset + from + len);
	memcpy(image->data + event->offset + from, r->bytes.data + event->at + from, len);
}

/* Sectors are the disk's, so a write that begins inside one begins with a short piece. */
static void
tear(struct image *image, const struct record *r, const struct record_event *event, uint64_t *random)
{
	for (size_t from = 0, len; from < event->len; from += len) {
		len = SECTOR - (event->offset + from) % SECTOR;
		if (len > event->len - from)
			len = event->len - from;
		if (random_below(random, 2))
			put(image, r, event, from, len);
	}
}

static void
put_unsynced(struct image *image, const struct record *r, const struct record_event *event, uint64_t *random)
{
	switch (random_below(random, 6)) {
	case 0:
		lengthen(image, event->offset + event->len);
		break;
	case 1:
		break;
	case 2:
	case 3:
		put(image, r, event, 0, event->len);
		break;
	default:
		tear(image, r, event, random);
	}
}

/* Events before this one are durable. */
static size_t
durable_before(const struct record *r, size_t point, enum image_syncs syncs, uint64_t *random)
{
	if (syncs == IMAGE_NO_SYNC)
		return random_below(random, point + 1);
	while (point > 0 && r->event[point - 1].kind != RECORD_SYNC)
		point--;
	return point;
}

/* Anywhere, and in one image of FIRST_START while the store is being made. */
static size_t
choose_point(const struct record *r, uint64_t *random)
{
	size_t made = 0;

	if (random_below(random, FIRST_START))
		return random_below(random, r->count);
	while (r->event[made].kind != RECORD_ACK)
		made++;
	return random_below(random, made + 1);
}

/* Before its name is durable the file may be found under the one it was made as. */
static const char *
find_name(const struct record *r, size_t point, uint64_t *random)
{
	bool old = random_below(random, 2);
	size_t renamed = 0, synced;

	while (renamed < r->count && r->event[renamed].kind != RECORD_RENAME)
		renamed++;
	if (renamed == r->count || renamed > point)
		return r->made_as;
	for (synced = renamed; synced < point; synced++)
		if (r->event[synced].kind == RECORD_DIR_SYNC)
			return "data.mdb";
	return old ? r->made_as : "data.mdb";
}

void
image_make(struct image *image, const struct record *r, enum image_syncs syncs, uint64_t seed, uint64_t number)
{
	uint64_t random = seed, durable;

	random = random_next(&random) + number;
	image->size = 0;
	image->acked = 0;
	image->point = choose_point(r, &random);
	image->name = find_name(r, image->point, &random);
	durable = durable_before(r, image->point, syncs, &random);
	for (size_t i = 0; i <= image->point; i++) {
		const struct record_event *event = &r->event[i];
		bool through = syncs == IMAGE_ALL_SYNCS && event->through && i < image->point;

		if (event->kind == RECORD_ACK && i < image->point)
			image->acked++;
		if (event->kind != RECORD_WRITE)
			continue;
		if (i < durable || through)
			put(image, r, event, 0, event->len);
		else
			put_unsynced(image, r, event, &random);
	}
}

void
image_make_whole(struct image *image, const struct record *r)
{
	image->size = 0;
	for (size_t i = 0; i < r->count; i++)
		if (r->event[i].kind == RECORD_WRITE)
			put(image, r, &r->event[i], 0, r->event[i].len);
}
