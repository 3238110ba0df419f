/*
 * wire: the fixed little-endian encoding that every object of the chain uses.
 *
 * Writing appends to a struct buf. Reading goes through a reader that fails sticky: after the first error every get
 * returns zero, and the error is looked at once, in wire_end. A get never reads past the end.
 * Source of the rule: para-protocol(7), ENCODING.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct reader {
	const uint8_t *at;
	size_t left;
	enum err err;
};

struct reader wire_reader(struct bytes in);
uint8_t wire_get_u8(struct reader *r);
uint16_t wire_get_u16(struct reader *r);
uint32_t wire_get_u32(struct reader *r);
uint64_t wire_get_u64(struct reader *r);

/* Copies len bytes to out; zeroes out after an error. */
void wire_get(struct reader *r, void *out, size_t len);

/* len bytes in place, borrowed from the input; NULL after an error. */
const uint8_t *wire_take(struct reader *r, size_t len);

/*
 * A u32 count of items of at least item_len bytes each: more than max is ERR_TOO_LONG, more than the input can hold is
 * ERR_TRUNCATED, so that a lying count never allocates. Returns 0 after an error.
 */
uint32_t wire_get_count(struct reader *r, uint32_t max, size_t item_len);

/*
 * A number of 7 bits a byte, lowest first, the highest bit set where more follow: what a node keeps for itself has these.
 * More than most is ERR_RANGE, one that does not end ERR_TRUNCATED. Returns 0 after an error.
 */
uint64_t wire_get_number(struct reader *r, uint64_t most);
void wire_put_number(struct buf *b, uint64_t v);

/* Records the first error only. */
void wire_fail(struct reader *r, enum err e);

/* The sticky error, or ERR_TRAILING when input is left. */
enum err wire_end(const struct reader *r);

void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u16(struct buf *b, uint16_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);

#endif
