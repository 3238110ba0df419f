/*
 * spec: what a sub-chain is, a canonical binary record; JSON is only how tools read and print it.
 *
 *     head 10 (network zero) | name length u8 | name | engine u8 | rule u8 | witnesses u16 | body bytes u32 |
 *     parameters of the rule (chain/rule.h) | parameters of the engine coin (chain/coin.h)
 *
 * Its hash, Hash(spec, record), is the script hash of the chain's seals. Chain 0's spec is built in (spec_root).
 * Source of the rule: para-protocol(7), CHAIN SPEC.
 */
#ifndef CHAIN_SPEC_H
#define CHAIN_SPEC_H

#include <stdbool.h>

#include "chain/coin.h"
#include "chain/genesis.h"
#include "chain/limits.h"
#include "chain/object.h"
#include "chain/rule.h"
#include "crypto/hash.h"

enum spec_engine { ENGINE_ROOT = 0, ENGINE_DATA = 1, ENGINE_COIN = 2 };

enum { SPEC_WITNESSES = 128, SPEC_HEAD_MAX = OBJECT_HEAD + 1 + LIMIT_NAME + 8 + RULE_BYTES_MOST + COIN_HEAD_MAX };

struct spec {
	char name[LIMIT_NAME + 1]; /* [a-z][a-z0-9-]{1,31} */
	enum spec_engine engine;
	struct rule rule;
	uint16_t witnesses;   /* 0, or 128 */
	uint32_t body_bytes;  /* most bytes of a payload's body; 1 .. LIMIT_BODY */
	struct authorities authorities; /* of rule bft, in force when the chain is */
	struct coin coin;     /* zero unless engine is coin; its lists borrow from what was decoded */
};

bool spec_name_ok(const char *name);

/* A length byte and that many bytes of a good name (ERR_NAME), as specs and the genesis hold it. */
void spec_name_get(struct reader *r, char out[static LIMIT_NAME + 1]);
void spec_put(struct buf *out, const struct spec *spec);

/*
 * ERR_NAME, ERR_ENGINE (an engine or rule that this version does not know), ERR_RANGE, what rule_check and coin_check say;
 * of rule pos ERR_RULE (no coin, or no witnesses) and ERR_STAKES (nobody could ever seal).
 */
enum err spec_unpack(struct spec *out, struct bytes in);
enum err spec_check(const struct spec *spec);

/* Of a record whose lists stand elsewhere: nothing is asked that depends on them. */
enum err spec_unpack_head(struct spec *out, struct bytes in);
struct hash spec_hash(const struct spec *spec);

/* The spec of chain 0, "para". */
struct spec spec_root(const struct genesis *g);

const char *spec_engine_name(enum spec_engine e);
enum err spec_engine_parse(enum spec_engine *out, const char *name);

/*
 * The body of a payload that asks chain 0 for something: an operation byte, then its argument.
 * Source of the rule: para-protocol(7), CHAIN 0.
 */
enum root_operation {
	ROOT_REGISTER = 1, /* argument: a chain spec */
	ROOT_TRANSFER = 2, /* argument: as a coin chain's transfer (chain/order.h) */
	ROOT_AUTHORITIES = 3 /* argument: chain u32, count u8, keys 32 each, ascending: whom the signer wants in force */
};

#endif
