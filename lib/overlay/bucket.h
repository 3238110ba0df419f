/*
 * bucket: how many messages and bytes a peer may send.
 *
 * A bucket fills with time up to its burst. A message passes while something is left of both; it may be larger than what
 * is left, and then the next one waits until the debt is paid: so a burst bounds no single message's size.
 */
#ifndef OVERLAY_BUCKET_H
#define OVERLAY_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bucket_rate {
	uint32_t messages, messages_burst; /* per second; at once */
	uint32_t bytes, bytes_burst;
};

/* In thousandths, so that a millisecond adds a whole number. */
struct bucket {
	int64_t messages, bytes;
	uint64_t at_ms;
};

struct bucket bucket_full(const struct bucket_rate *rate, uint64_t now_ms);

/* Charges a message; false: it is one too many, nothing is charged. */
bool bucket_take(struct bucket *b, const struct bucket_rate *rate, size_t bytes, uint64_t now_ms);

#endif
