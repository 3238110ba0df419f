/*
 * rules: chains with a rule of layer 2 beside the open ones: RULES_POS, whose stake is held by the hosts, RULES_BFT, whose
 * authorities are some of them and change now and then, and RULES_POW. The users are the first hosts, so that they can
 * speak as authorities. Of the rules themselves the simulator has none but the library's; who is lawless does not ask
 * them (--wrap).
 */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include "consensus/snapshot.h"

struct disk;

enum { RULES_POS = 3, RULES_BFT = 4, RULES_POW = 5, RULES_CHAINS = 6, RULES_TICKETS = 8, RULES_AUTHORITIES = 4,
	RULES_EFFORT = 1024 };

/* What is wrong with the rules, to show that a law finds it. */
enum rules_flaw {
	RULES_SOUND,
	RULES_ANY_TICKET, RULES_ANY_SIGNER, RULES_ANY_LISTS, RULES_ANY_WORK, /* what no core asks for */
	RULES_OLD_SET, /* no core is told of new authorities */
	RULES_ABSENT /* two of the authorities are keys that nobody has */
};

struct rules {
	struct authorities authorities, other; /* in force at the beginning; and those whom they ask for now and then */
	struct pubkey staker[LIMIT_AUTHORITIES]; /* ascending */
	uint32_t stakers;
};

/* Of so many hosts, LIMIT_AUTHORITIES at most; spare: who takes a seat of the last authority; NULL: nobody does. */
void rules_make(struct rules *r, const struct pubkey *host, uint32_t hosts, const struct pubkey *spare,
    enum rules_flaw flaw);

/* What a key holds of the coins of RULES_POS where these roots are; false: they are not of this chain of blocks. */
bool rules_stake(const struct disk *d, struct amount *stake, struct amount *total, const struct roots *roots,
    const struct pubkey *key);

/* The same for a core; NULL: d has no rules. */
struct stake_view rules_view(struct disk *d);

/* What a core is told at its start; chain: the snapshot's. */
void rules_tell(const struct disk *d, struct consensus_snapshot *s, struct chain_info *chain, struct arena *arena);

/* The authorities that the execution of block hid, or the latest before it that brought any, put in force. */
const struct authorities *rules_authorities(const struct disk *d, uint64_t hid);

/* What the core that takes the next step does not ask of a seal. */
void rules_obey(enum rules_flaw flaw, bool lawless);

#endif
