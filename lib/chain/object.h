/*
 * object: the head that every encoded object begins with: a type byte, a version byte and the network id.
 * The network id is the first 8 bytes of the genesis hash; it is zero in the genesis itself and in chain specs.
 * Source of the rule: para-protocol(7), OBJECTS.
 */
#ifndef CHAIN_OBJECT_H
#define CHAIN_OBJECT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/wire.h"

enum object_type {
	OBJECT_PAYLOAD = 1,
	OBJECT_SEAL = 2,
	OBJECT_TEMPLATE = 3,
	OBJECT_BLOCK = 4,
	OBJECT_LIST = 5,
	OBJECT_CERT = 6,
	OBJECT_ENDORSEMENT = 7,
	OBJECT_HYPER = 8,
	OBJECT_GENESIS = 9,
	OBJECT_SPEC = 10,
	OBJECT_PROOF = 11,
	OBJECT_EVIDENCE = 12,
	OBJECT_HAVE = 13,
	OBJECT_WANT = 14,
	OBJECT_ACCOUNT_PROOF = 15
};

enum { OBJECT_VERSION = 1, OBJECT_HEAD = 10 };

struct network {
	uint8_t b[8];
};

void object_put(struct buf *out, enum object_type type, const struct network *network);

/* Fails the reader with ERR_TYPE or ERR_VERSION when the head is another's. */
void object_get(struct reader *r, enum object_type type, struct network *network);

/* The type of an encoded object, without decoding it; 0 when it is none. */
enum object_type object_peek(struct bytes in);

/* "payload", "seal", ... ; NULL for a number that is no type. */
const char *object_name(enum object_type type);

#endif
