/*
 * letter: an encoded object on its way. It is decoded and checked once, as a node's workers do it, however many hosts
 * receive it: the same bytes are the same letter while anybody holds them, and a while longer.
 */
#ifndef SIM_LETTER_H
#define SIM_LETTER_H

#include "base/arena.h"
#include "chain/exchange.h"
#include "chain/hyper.h"
#include "chain/list.h"
#include "chain/seal.h"

struct letter {
	struct bytes raw;
	uint64_t mix; /* of the bytes */
	uint32_t refs;
	enum object_type type;
	enum err verdict; /* ERR_OK: decoded and checked */
	struct arena arena;
	struct hash id;   /* of a seal, a hyper block */
	bool bare;        /* the head of a seal alone */
	union {
		struct list list;
		struct endorsement endorsement;
		struct hyper hyper;
		struct seal seal;
		struct holdings holdings;
	};
};

enum { DESK_PLACES = 1 << 12 };

/* The letters written lately. */
struct desk {
	struct letter *place[DESK_PLACES];
};

/* A letter of these bytes, to be dropped by the caller. */
struct letter *letter_write(struct desk *desk, struct bytes raw);
struct letter *letter_share(struct letter *l);

/* NULL is fine. */
void letter_drop(struct letter *l);
void desk_clear(struct desk *desk);

/* Hyper blocks that nobody else holds leave: they are long. */
void desk_tidy(struct desk *desk);

/* What a hyper block takes in memory beside its bytes, as far as it is decoded. */
size_t kept_decoded(const struct hyper *h);

/* A quick mix of bytes, for tables and traces. */
uint64_t letter_mix(uint64_t from, const void *data, size_t len);

#endif
