/*
 * rule: which seals are valid in a lane, on top of what all lanes ask: its chain's rule of layer 2.
 *
 *     open   nothing more
 *     pow    the seal's id meets a difficulty of the chain's own as well
 *     pos    the seal names a ticket that its signer's stake won in this slot; one seal a ticket
 *     bft    an authority signed the seal, and more than 2/3 of the authorities name it in their lists
 *
 * Encoded behind a spec's body bytes:
 *
 *     open   nothing  |  pow  difficulty u64  |  pos  tickets u16  |  bft  count u8, keys 32 each, ascending
 *
 * All calls are pure. What they need to know beside rule and seal are the facts, read where the seal's parent, or its
 * past, last committed them: every node that can judge reaches the same verdict. Source of the rule: para-protocol(7),
 * LAYER 2.
 */
#ifndef CHAIN_RULE_H
#define CHAIN_RULE_H

#include <stdbool.h>

#include "base/number.h"
#include "base/wire.h"
#include "chain/limits.h"
#include "chain/seal.h"

enum spec_rule { RULE_OPEN = 0, RULE_POW = 1, RULE_POS = 2, RULE_BFT = 3 };

enum {
	RULE_TICKETS_MOST = 1024, /* of `tickets` */
	RULE_TRIES = 2,           /* indices that a key may try, for each of `tickets` */
	RULE_BYTES_MOST = 1 + 32 * LIMIT_AUTHORITIES
};

struct rule {
	enum spec_rule kind;
	uint64_t difficulty; /* pow: tries, >= 256; else 0 */
	uint16_t tickets;    /* pos: won a slot on average when all stake tries, 1 .. RULE_TICKETS_MOST; else 0 */
};

/* Node keys, ascending. */
struct authorities {
	uint8_t count; /* bft: 1 .. LIMIT_AUTHORITIES; else 0 */
	struct pubkey key[LIMIT_AUTHORITIES];
};

struct rule_facts {
	const struct authorities *authorities; /* bft: those in force */
	/* pos */
	struct hash beacon;          /* of the epoch */
	struct hash draw;            /* the lowest seal id of the hyper block before */
	struct amount stake, total;  /* the signer's coins, and all coins that are not locked */
};

/* NULL, ERR_ENGINE: this version does not know it. */
const char *rule_name(enum spec_rule r);
enum err rule_parse(enum spec_rule *out, const char *name);

void rule_put(struct buf *out, const struct rule *rule, const struct authorities *a);

/* What rule->kind has; the kind itself stands before. */
void rule_get(struct reader *r, struct rule *rule, struct authorities *out);

/* ERR_ENGINE, ERR_DIFFICULTY, ERR_RANGE, ERR_ORDER. */
enum err rule_check(const struct rule *rule, const struct authorities *a);

/* ERR_COUNT (none, or more than LIMIT_AUTHORITIES), ERR_ORDER. */
enum err rule_authorities_check(const struct authorities *a);
bool rule_is_authority(const struct authorities *a, const struct pubkey *key);

/* --- what makes a seal valid --- */

/*
 * What every node checks of a seal in a block, and needs no state of the chain for: ERR_EFFORT, ERR_AUTHORITY,
 * ERR_RANGE (index).
 */
enum err rule_seal(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core,
    const struct hash *id);

/* Who executes the chain asks this too before a list names the seal: ERR_STAKE, ERR_TICKET. */
enum err rule_stake(const struct rule *rule, const struct rule_facts *facts, const struct seal_core *core);

/* Of two seals of one lane and slot: is only one of them valid, whichever? */
bool rule_excludes(const struct rule *rule, const struct seal_core *a, const struct seal_core *b);

/* Do the lists of so many authorities do? */
bool rule_quorum(const struct rule *rule, const struct rule_facts *facts, uint32_t named);

/* --- what a sealer does for it --- */

/*
 * Completes a core whose lane, slot and signer stand, with the first ticket from its index on: ERR_AUTHORITY, ERR_STAKE,
 * ERR_TICKET (none in this slot). Tries at most RULE_TICKETS_MOST * RULE_TRIES, a hash each: under 1 ms.
 */
enum err rule_fill(struct seal_core *core, const struct rule *rule, const struct rule_facts *facts);

/* The difficulty that the id has to meet; the seal counts as its core's. */
uint64_t rule_effort(const struct rule *rule, uint64_t difficulty);

#endif
