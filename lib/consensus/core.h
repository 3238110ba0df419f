/*
 * core: the state of the consensus core, as its modules share it.
 *
 *     step -> round     time: slots, phases, what is due at each deadline
 *          -> admit     EVENT_PAYLOAD, EVENT_POOLED     -> pool
 *          -> accept    EVENT_SEAL                      -> pool, offers
 *          -> offer     EVENT_WORK, templates
 *          -> execute   EVENT_EXECUTED                  -> pool, lanes
 *     round -> own (list, candidate, endorsement; by agree, assemble)
 *           -> hear (any voter's) -> connect (certified: new tip, final, difficulty)
 */
#ifndef CONSENSUS_CORE_H
#define CONSENSUS_CORE_H

#include "consensus/assemble.h"
#include "consensus/pool.h"

enum { PARKED_MOST = 64 };

/* Who asked for work. */
struct request {
	uint64_t tag, until_ms;
	struct pubkey signer;
	uint32_t chains;
	uint32_t chain[]; /* none: every chain */
};

/* Work handed out in this slot whose seal is not back. */
struct offer {
	struct request *by;
	struct lane_entry *lane;
	struct hash root;
	uint32_t count;
	struct entry *entry[]; /* reserved for it; referred to */
};

struct offers {
	struct request *parked[PARKED_MOST]; /* first come first */
	uint32_t parkeds;
	struct offer **item;
	uint32_t count, cap;
	uint64_t made; /* ever */
};

struct round {
	uint64_t slot, difficulty;
	uint64_t end_ms[PHASE_REST + 1]; /* of each phase */
	uint64_t eligible_ms;            /* a list or a candidate that is later counts for nothing */
	enum phase phase;
	bool signing, listed, proposed, endorsed;
	struct map by_id;
	struct taken **seal;
	uint32_t seals, cap;
	struct arena arena;              /* what follows lives here, until the slot ends */
	struct list **list;              /* ascending by voter */
	uint32_t lists;
	struct candidate *candidate;     /* NULL: none */
	struct endorsement *endorsement; /* of the candidate, ascending by voter */
	uint32_t endorsements;
};

struct consensus {
	const struct genesis *genesis;
	const struct sign_key *key;
	struct hash genesis_hash, rules;
	struct network network;
	struct pubkey self;
	struct votes votes;
	struct pool pool;
	struct lanes lanes;
	struct offers offers;
	struct round round;
	struct hyper_brief tip;
	struct endorsement *tip_endorsement;
	uint32_t tip_endorsements;
	struct hyper_brief *recent; /* a ring: the block of HID h, when it has one, is at h mod (Q + 1) */
	struct sign_record record;
	uint64_t final_hid, executed_hid, difficulty, next_row, now_ms, start_slot;
	uint32_t lanes_in_use, template_payloads;
	bool started;
};

/* --- round.c --- */

/* Time has moved to c->now_ms: does what is due. What memory lacks for is given up, as if its deadline was missed. */
void round_advance(struct consensus *c, struct effects *out);
void round_free(struct consensus *c);

/* Releases what the seals and offers of this slot hold. */
void round_release(struct consensus *c);

/* What assembly of this slot works on. */
struct assembly round_assembly(const struct consensus *c);

/* --- hear.c: a voter's word, the own one too; ignored without a vote, or after another one of the same slot --- */

/* Copies the list. ERR_NOMEM. */
enum err hear_list(struct consensus *c, const struct list *list);

/* Connects the candidate when this certifies it. ERR_NOMEM. */
enum err hear_endorsement(struct consensus *c, struct effects *out, const struct endorsement *e);

/* --- own.c: what this key signs, record first. ERR_NOMEM: it is not sent; ERR_COUNT: see assemble_hyper --- */

enum err own_list(struct consensus *c, struct effects *out);
enum err own_candidate(struct consensus *c, struct effects *out);
enum err own_endorsement(struct consensus *c, struct effects *out);

/* --- connect.c --- */

/* The round's candidate is certified by the round's endorsements. ERR_NOMEM changes nothing. */
enum err connect_candidate(struct consensus *c, struct effects *out);

/* Drops what is final, then what expired. ERR_NOMEM changes nothing. */
enum err connect_flush(struct consensus *c, struct effects *out);

/* --- admit.c, accept.c, offer.c, execute.c: one event each; ERR_NOMEM changes nothing --- */

enum err admit_payload(struct consensus *c, struct effects *out, const struct event_payload *event);
enum err admit_pooled(struct consensus *c, const struct event_pooled *event);

/* Can a payload of this size and expiry be in the next block at all? ERR_BODY_SIZE, ERR_EXPIRED. */
enum err admit_check(const struct consensus *c, const struct lane_entry *lane, uint32_t size, uint64_t expiry);

enum err accept_seal(struct consensus *c, struct effects *out, const struct event_seal *event);
enum err execute_done(struct consensus *c, struct effects *out, const struct event_executed *event);

enum err offer_request(struct consensus *c, struct effects *out, const struct event_work *event);

/* Something may wait now: answers parked requests. lane: only that one may be new; NULL: any. */
void offer_serve(struct consensus *c, struct effects *out, struct lane_entry *lane);

/* The seal of an offer is back, or came from elsewhere. */
void offer_sealed(struct consensus *c, const struct taken *seal);

/* Nothing is handed out any more; reserved payloads are free. */
void offer_clear(struct consensus *c);
void offer_free(struct consensus *c);

/* A seal core of this slot without payloads. */
void offer_core(const struct consensus *c, const struct lane_entry *lane, struct seal_core *out);

#endif
