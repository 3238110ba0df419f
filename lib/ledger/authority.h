/*
 * authority: who the authorities of a chain with the rule bft are, in the state of chain 0, and how they change.
 *
 *     registration ----> generation 0 --- more than 2/3 of generation 0 propose one set ----> generation 1 ----> ...
 *
 * An authority stands behind one set at a time: the last one that it proposed, or none when that is the one in force.
 * The value of kind 4 (ledger/account.h): generation u32 | HID that brought it u64 | count u8 | keys |
 * proposals u8 | proposals of key 32, hash of the set 32, ascending by key. The current generation is at
 * account_of_authorities, the earlier ones, without proposals, at account_of_generation.
 * Source of the rule: para-protocol(7), CHAIN 0.
 */
#ifndef LEDGER_AUTHORITY_H
#define LEDGER_AUTHORITY_H

#include "chain/rule.h"
#include "ledger/account.h"

struct proposal {
	struct pubkey authority;
	struct hash set;
};

struct authority_state {
	uint32_t generation;
	uint64_t hid;
	struct authorities in_force;
	uint8_t proposals;
	struct proposal proposal[LIMIT_AUTHORITIES];
};

/* What stands behind a proposal. */
struct hash authority_hash(const struct authorities *a);

/* ERR_ACCOUNT: a value of another kind. ERR_CORRUPT. */
enum err authority_unpack(struct authority_state *out, struct bytes value);

/* The chain is new. */
enum err authority_begin(struct state_set *set, uint32_t chain, uint64_t hid, const struct authorities *a);

/* *changed: they are in force with this. ERR_AUTHORITY: the signer is none, or the chain has none. */
enum err authority_propose(struct state_set *set, bool *changed, uint32_t chain, uint64_t hid,
    const struct pubkey *signer, const struct authorities *a);

/* Straight from the view. ERR_NOT_FOUND: the chain has none, or not so many generations. */
enum err authority_read(struct authority_state *out, struct ledger_view *view, uint32_t chain);
enum err authority_read_generation(struct authority_state *out, struct ledger_view *view, uint32_t chain,
    uint32_t generation);

#endif
