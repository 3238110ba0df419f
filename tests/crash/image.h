/*
 * image: what a disk may hold when the power fails in the middle of a record.
 *
 *     events   w w w S W A w w | w ...      w write, W write through, S sync, A acknowledged
 *              `------'   `-'  ^
 *              durable   drop, crash: what happens here is under way: dropped, kept or torn too
 *                        keep or tear
 *
 * Writes before the last completed sync are there, and so are completed writes through. Each other write is dropped,
 * kept, or torn: every sector of 512 bytes is there or not. A dropped write beyond the end may have lengthened the file
 * all the same; what was never written is zeros. A new name is there when the directory was synced, else maybe.
 */
#ifndef CRASH_IMAGE_H
#define CRASH_IMAGE_H

#include "record.h"

/* Which syncs count. The others are ignored, as if LMDB had been opened with the flag. */
enum image_syncs {
	IMAGE_ALL_SYNCS,
	IMAGE_NO_META_SYNC, /* MDB_NOMETASYNC: a write through is a plain one */
	IMAGE_NO_SYNC       /* MDB_NOSYNC: and the system wrote back by itself up to a random moment before the crash */
};

struct image {
	size_t point;     /* the event under way */
	uint64_t acked;   /* acknowledgements before it */
	const char *name; /* of the file; lives with the record */
	uint8_t *data;    /* room for record_extent bytes, the caller's */
	size_t size;
};

/* The number-th image of a seed; the same arguments give the same image. */
void image_make(struct image *image, const struct record *r, enum image_syncs syncs, uint64_t seed, uint64_t number);

/* The file after all of the record. */
void image_make_whole(struct image *image, const struct record *r);

#endif
