/*
 * coin: the parameters of a coin of one's own, as a spec with the engine coin holds them behind its other fields.
 *
 *     symbol length u8 | symbol | decimals u8 | issuance u8 | flags u8 | cross u8 | cap u64 | reward u64 | halving u64 |
 *     byte fee u64 | minter 32 | allocations u32 | locks u32 | allocations of account 32, amount u64 |
 *     locks of account 32, amount u64, cliff u64, end u64
 *
 * Halving, cliff and end count hyper blocks from the one that registered the chain (its age). Amounts are base units.
 * Source of the rule: para-protocol(7), COIN SPEC.
 */
#ifndef CHAIN_COIN_H
#define CHAIN_COIN_H

#include <stdbool.h>

#include "base/number.h"
#include "base/wire.h"
#include "chain/limits.h"
#include "crypto/sign.h"

enum coin_issuance {
	COIN_FIXED, /* all of the cap at the start; what nobody was allotted goes to who registers the chain */
	COIN_MINED, /* the reward, split by work among the seals of each hyper block */
	COIN_POS,   /* the reward, split evenly among them */
	COIN_TOKEN  /* the minter mints */
};

/* What the chain allows. */
enum coin_flag { COIN_FREEZE = 1, COIN_BURN = 2, COIN_TOKENS_BY_ANYBODY = 4, COIN_FLAGS = 7 };

enum {
	COIN_DECIMALS = 18,
	COIN_ALLOC_BYTES = 40,
	COIN_LOCK_BYTES = 56,
	COIN_ACCOUNT_LOCKS = 16, /* locks of one account */
	COIN_HEAD_MAX = 1 + LIMIT_SYMBOL + 4 + 4 * 8 + 32 + 8 /* encoded size without the lists */
};

struct coin_alloc {
	uint8_t account[32];
	struct amount amount;
};

/* Nothing before cliff, all from end on, a straight line between. */
struct coin_lock {
	uint8_t account[32];
	struct amount amount;
	uint64_t cliff, end;
};

struct coin {
	char symbol[LIMIT_SYMBOL + 1]; /* [A-Z0-9]{1,12} */
	uint8_t decimals;
	enum coin_issuance issuance;
	uint8_t flags;
	bool cross; /* may its coins leave the chain? */
	struct amount cap, reward, byte_fee;
	uint64_t halving;
	struct pubkey minter; /* zero unless issuance is token */
	uint32_t allocs, locks;
	struct bytes alloc, lock; /* encoded entries, borrowed; allocs ascending by account, locks by all fields */
};

bool coin_symbol_ok(const char *symbol);
const char *coin_issuance_name(enum coin_issuance i);
enum err coin_issuance_parse(enum coin_issuance *out, const char *name); /* ERR_RANGE */

/* A length byte and that many bytes of a good symbol (ERR_SYMBOL). */
void coin_symbol_get(struct reader *r, char out[static LIMIT_SYMBOL + 1]);
void coin_symbol_put(struct buf *out, const char *symbol);

/* All but the lists, which follow: alloc, then lock, as they are. */
void coin_put_head(struct buf *out, const struct coin *c);

/* The lists borrow from the reader's input. Bounds only; coin_check has the rules. */
void coin_get(struct reader *r, struct coin *out);

/*
 * ERR_SYMBOL, ERR_RANGE, ERR_ORDER, ERR_HALVING (zero), ERR_CAP (allocations, locks and all rewards together are more
 * than the cap), ERR_OVERFLOW (they cannot be summed).
 */
enum err coin_check(const struct coin *c);

/* Entry i of the lists. */
struct coin_alloc coin_alloc_at(const struct coin *c, uint32_t i);
struct coin_lock coin_lock_at(const struct coin *c, uint32_t i);
void coin_alloc_put(struct buf *out, const struct coin_alloc *a);
void coin_lock_put(struct buf *out, const struct coin_lock *l);

/* What allocations and locks sum up to; of a coin that coin_check passed. */
struct amount coin_allotted(const struct coin *c);

/* Reward of the hyper block of an age; and of all hyper blocks of a lower age, each of them sealed. */
struct amount coin_reward(const struct coin *c, uint64_t age);
struct amount coin_emitted(const struct coin *c, uint64_t age);

/* How much of amount a lock has let go at `at`; cliff and end on the same clock. */
struct amount coin_unlocked(struct amount amount, uint64_t cliff, uint64_t end, uint64_t at);

#endif
