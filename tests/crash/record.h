/*
 * record: what this process writes to LMDB's file, and when it syncs it, in order.
 *
 * record.c takes the place of the C library's open, pwrite, writev, fdatasync, fsync and rename for the whole program,
 * LMDB included. A sync, and O_DSYNC, is noted and not done: only the power failing would tell the difference. Whether
 * LMDB writes in any other way is found out by comparing the file with what the record adds up to.
 */
#ifndef CRASH_RECORD_H
#define CRASH_RECORD_H

#include <stdbool.h>

#include "base/bytes.h"

enum record_kind {
	RECORD_WRITE,
	RECORD_SYNC,
	RECORD_RENAME,   /* the file, from made_as to data.mdb */
	RECORD_DIR_SYNC, /* of whatever directory */
	RECORD_ACK /* what was written until here has been reported as durable */
};

struct record_event {
	enum record_kind kind;
	bool through; /* a write through a descriptor with O_DSYNC: durable when it returns */
	uint64_t offset;
	size_t at, len; /* in bytes */
};

/* Zero-initialise; `failed` once at the end: memory ran out. */
struct record {
	struct record_event *event;
	size_t count, cap;
	struct buf bytes;
	char made_as[32]; /* the name that the file began with, under the directory */
	bool failed;
};

/* Notes everything that happens to the one environment's file in dir until record_stop; both live as long. */
void record_start(struct record *r, const char *dir);
void record_ack(void);
void record_stop(void);
void record_free(struct record *r);

/* Bytes of the longest file that the record can make. */
size_t record_extent(const struct record *r);

#endif
