/*
 * core: the state of the consensus core, as its modules share it.
 *
 *     step -> round     time: slots, phases, what is due at each deadline
 *          -> admit     EVENT_PAYLOAD, EVENT_POOLED     -> pool (rivals: one seq, several payloads)
 *          -> accept    EVENT_SEAL                      -> pool, offers, bodies of blocks
 *          -> offer     EVENT_WORK, templates
 *          -> execute   EVENT_EXECUTED                  -> pool, lanes
 *          -> know      EVENT_HYPER                     -> tree (judge: is it valid?)
 *          -> hear      EVENT_LIST, EVENT_ENDORSEMENT   -> watch (evidence)
 *          -> buddy     EVENT_HAVE, EVENT_WANT
 *          -> role      EVENT_FOLLOW                    -> tree, pool
 *     round -> own      list, candidate, endorsement; by agree, assemble
 *     tree  -> follow   which branch; final -> connect  one block on, one block back
 */
#ifndef CONSENSUS_CORE_H
#define CONSENSUS_CORE_H

#include "consensus/assemble.h"
#include "consensus/later.h"
#include "consensus/pool.h"
#include "consensus/tables.h"

enum { PARKED_MOST = 64, LOOSE_MOST = 1024, ORPHANS_MOST = 256, LOST_MOST = 16, SLOT_BLOCKS_MOST = 64,
	UNCALLED_MOST = 16 /* candidates of a slot that are kept for their rank alone */ };

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
	uint16_t index; /* the ticket of rule pos */
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

/* What a voter said of a block that is not known yet. */
struct loose {
	struct endorsement *item; /* at most LOOSE_MOST */
	size_t count, cap;
};

/* Blocks whose parent is not known. */
struct orphan {
	struct bytes raw; /* malloced */
	struct hash hash, parent;
	struct pubkey from;
};

enum { BUDDIES_DRAWN = 3, PASSES = 4, LEVELS_MOST = 65, TWINS_MOST = 64 };

/* One going over the levels; see buddy.c. */
struct pass {
	bool open;
	uint32_t number;              /* passes and last rounds of this slot that have begun */
	uint8_t level[LEVELS_MOST];   /* those still to come, the last one first */
	uint32_t levels;
	uint64_t give_up_ms;
	struct pubkey asked[BUDDIES_DRAWN];
	bool answered[BUDDIES_DRAWN];
	uint32_t askeds;
};

struct round {
	struct pass pass;
	uint64_t slot, difficulty;
	uint64_t end_ms[PHASE_REST + 1]; /* of each phase */
	uint64_t eligible_ms;            /* a list or a candidate that is later counts for nothing */
	uint64_t owed_ms;                /* half-way between the list's and the candidate's deadline */
	enum phase phase;
	bool signing, listed, noted, proposed, endorsed;
	struct taken **seal;
	uint32_t seals, cap;
	struct holding twin[TWINS_MOST]; /* other seals of tickets that have one: not asked for again; a ring */
	uint32_t twins;
	struct arena arena;  /* what follows lives here, until the slot ends */
	struct list **list;  /* ascending by voter; malloced */
	uint32_t lists, lists_cap;
	uint64_t cheap;      /* length of those that nothing but an authority's key stands behind; see hear.c */
	struct taken **owed; /* accepted on the tip of that time, as of owed_ms */
	uint32_t oweds;
	struct hash owed_parent;
};

/* What was read of stakes lately; see verdict.c. */
enum { STAKES_KEPT = 64 };

struct stake_kept {
	uint32_t chain;
	struct hash state;
	struct pubkey key;
	struct amount stake, total;
	/* The last search for a ticket: in the slot, with beacon and draw, from an index on. */
	uint64_t slot;
	struct hash beacon, draw;
	uint32_t from, found; /* found: UINT32_MAX when there is none; below from: nothing was sought yet */
	enum err none;        /* why there is none */
};

struct consensus {
	const struct genesis *genesis;
	const struct sign_key *key;
	struct hash genesis_hash, rules;
	struct network network;
	struct pubkey self;
	struct votes *founders;
	struct pool pool;
	struct lanes lanes;
	struct offers offers;
	struct round round;
	struct tree tree;
	struct hyper_brief tip; /* of tree.tip */
	struct loose loose;
	struct orphan orphan[ORPHANS_MOST];
	uint32_t orphans;
	struct evidence *evidence; /* not carried yet, ascending by voter; room for LIMIT_EVIDENCE */
	uint32_t evidences;
	struct later *later; /* NULL: nothing was early yet */
	struct sign_record record;
	uint64_t final_hid, executed_hid, difficulty, next_row, now_ms, start_slot;
	uint32_t lanes_in_use, template_payloads, without;
	struct stake_view stake;
	struct stake_kept kept[STAKES_KEPT]; /* a ring */
	uint32_t keeps;
	bool partial, light; /* see struct consensus_config */
	uint64_t draw_seed;
	size_t hyper_bytes;
	bool started, silenced; /* silenced: the key is used elsewhere */
	bool clock_off;
	bool restless;          /* memory lacked while the branch changed: it is looked at again */
};

/* --- round.c --- */

/* Time has moved to c->now_ms: does what is due. What memory lacks for is given up, as if its deadline was missed. */
void round_advance(struct consensus *c, struct effects *out);
void round_free(struct consensus *c);

/* Releases what the seals and offers of this slot hold. */
void round_release(struct consensus *c);

/* What assembly of this slot works on; votes is NULL when memory ran out. */
struct assembly round_assembly(struct consensus *c);

/* The tip has changed. */
void round_difficulty(struct consensus *c);

/* Who votes on the tip's child; NULL when memory ran out. */
struct votes *round_votes(struct consensus *c);

/* --- hear.c: a voter's word, the own one too; ignored without a vote, or after another one of the same slot --- */

/* Does the voter hold a vote or have a seal of the slot, so that its list is heard whatever lanes it is of? */
bool hear_everywhere(struct consensus *c, const struct pubkey *voter);

/* Copies the list. ERR_NOMEM. */
enum err hear_list(struct consensus *c, const struct list *list);

/* May certify its block, and so change the branch. ERR_NOMEM. */
enum err hear_endorsement(struct consensus *c, struct effects *out, const struct endorsement *e);

/* The endorsements that came before their block. ERR_NOMEM: some stay. */
enum err hear_loose(struct consensus *c, struct node *node);

/*
 * Those that a block brings for its source, before it is judged: it may be that it can be judged only on the branch that
 * they certify. ERR_NOMEM: some are missed.
 */
enum err hear_carried(struct consensus *c, const struct node *node);

/* Do these n endorsements certify the block? The genesis of a network of many needs none and has none. ERR_NOMEM. */
enum err hear_certifies(bool *yes, struct consensus *c, struct node *node, const struct endorsement *e, uint32_t n);

/*
 * Is the block certified by what is collected? It need not be judged: more than 2/3 of the votes of its own past did.
 */
void hear_count(struct consensus *c, struct node *node);

/* --- know.c: blocks --- */

/* A block, own or another's, enters the tree. ERR_NOMEM. */
enum err know_hyper(struct consensus *c, struct effects *out, const struct event_hyper *event,
    const struct pubkey *from);

/* A body has come: blocks that lack it have it. */
void know_seal(struct consensus *c, struct taken *taken);

/* What the block lacks of the chains that are followed. */
void know_count(const struct consensus *c, struct node *node);

/* Is the body of the block's seal i needed here? */
bool know_needs(const struct consensus *c, const struct node *node, uint32_t i);

/* Does a known block lack this seal's body? */
bool know_lacks(const struct consensus *c, const struct hash *id);
void know_free(struct consensus *c);

/* --- judge.c --- */

/*
 * Is the block valid after its parent? ERR_BUSY: that cannot be told yet. ERR_NOMEM. Any other: it never will be.
 * Fills what the block changes.
 */
enum err judge_node(struct consensus *c, struct node *node);

/* --- verdict.c: what the rule of a lane says of a seal --- */

/* What every node checks; see rule_seal. */
enum err verdict_head(const struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct seal_core *core, const struct hash *id);

/* What is asked besides before the own list names it; see rule_stake. ERR_BUSY: it cannot be told (yet). */
enum err verdict_named(struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct seal_core *core);

/* Completes the core of a seal on the tip; see rule_fill. ERR_BUSY. */
enum err verdict_fill(struct consensus *c, const struct lane_entry *lane, struct seal_core *core);

/* --- branch.c: a lane at any block beyond the base --- */

const struct lane_state *branch_lane(const struct node *node, const struct node *base, const struct lane_entry *lane);

/* Is the registry that the children of the node rely on known? */
bool branch_known(const struct consensus *c, const struct node *node);

/* The lane's authorities for the children of the node. */
const struct authorities *branch_authorities(const struct consensus *c, const struct node *node,
    const struct lane_entry *lane);

/* Is the chain in force for the children of the node? */
bool branch_in_force(const struct consensus *c, const struct node *node, const struct lane_entry *lane);

/* --- follow.c --- */

/* Judges what can be judged, follows the best branch. Where memory lacks, not all the way, and c->restless. */
void follow_best(struct consensus *c, struct effects *out);

/* Final as far as the connected blocks show. ERR_NOMEM changes nothing. */
enum err follow_final(struct consensus *c, struct effects *out);

/* --- ask.c: what one lacks and another has --- */

struct holding ask_seal_tag(const struct hash *id);
struct holding ask_tag(enum holding_kind kind, const uint8_t *chance);

/* Tells some peers. Sorts the items, drops double ones and what is too many. ERR_NOMEM. */
enum err ask_tell(struct consensus *c, struct effects *out, enum object_type type, struct holdings *h,
    const struct pubkey *to, uint32_t tos);

/* Asks for what a block lacks. from: whom; zero: nobody in particular. ERR_NOMEM. */
enum err ask_bodies(struct consensus *c, struct effects *out, const struct node *node, const struct pubkey *from);
enum err ask_block(struct consensus *c, struct effects *out, const struct hash *hash, uint64_t slot,
    const struct pubkey *from);

/* Asks one peer for what the oldest incomplete blocks lack. */
void ask_lost(struct consensus *c, struct effects *out, const struct pubkey *to);

/* Is this block or endorsement known, or this seal one that is not taken? */
bool ask_known(const struct consensus *c, const struct holding *item);

/* A seal whose ticket another one has: a slot has room for the first alone. */
void ask_spurn(struct consensus *c, const struct hash *id);

/* EVENT_WANT: gives what is here. ERR_NOMEM. */
enum err ask_give(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from);

/* --- buddy.c: whom, and when --- */

/* EVENT_HAVE: asks for what is lacking, and answers. ERR_NOMEM. */
enum err buddy_have(struct consensus *c, struct effects *out, const struct holdings *h, const struct pubkey *from);

/* What is due at c->now_ms. What memory lacks for is given up. */
void buddy_advance(struct consensus *c, struct effects *out);
uint64_t buddy_due_ms(const struct consensus *c);

/* Those drawn at every level, each once. Freed by the caller. ERR_NOMEM. */
enum err buddy_draw(struct consensus *c, struct pubkey **out, uint32_t *n);

/* Hands an object of the own key, or one that it endorses, to the buddies of every level. ERR_NOMEM. */
enum err buddy_push(struct consensus *c, struct effects *out, struct bytes raw);

/* --- role.c --- */

/* The heads held of a chain's seals are forgotten. */
void role_drop_heads(struct consensus *c, const struct lane_entry *lane);

/* EVENT_FOLLOW. ERR_NOMEM changes nothing. */
enum err role_follow(struct consensus *c, struct effects *out, const struct event_follow *event);

/* --- watch.c --- */

/* Two words of one key: kept until a block carries it. */
void watch_add(struct consensus *c, const struct evidence *e);

/* What the next block can carry, in the arena: whose keys hold votes. ERR_NOMEM. */
enum err watch_take(struct evidence **out, uint32_t *n, struct arena *arena, struct consensus *c);

/* --- own.c: what this key signs, record first. ERR_NOMEM: it is not sent; ERR_COUNT: see assemble_hyper --- */

enum err own_list(struct consensus *c, struct effects *out);
enum err own_candidate(struct consensus *c, struct effects *out);
enum err own_endorsement(struct consensus *c, struct effects *out);

/* Notes what a candidate must not leave out. ERR_NOMEM: nothing. */
enum err own_owed(struct consensus *c);

/* --- connect.c --- */

/* The tip's child becomes the tip. ERR_NOMEM changes nothing; ERR_BUSY: a body was lost. */
enum err connect_node(struct consensus *c, struct effects *out, struct node *node);

/* The tip's parent becomes the tip. ERR_NOMEM changes nothing. */
enum err connect_undo(struct consensus *c, struct effects *out);

/* Drops what is replaced, what is final, then what expired. ERR_NOMEM changes nothing. */
enum err connect_flush(struct consensus *c, struct effects *out);

/* --- admit.c, accept.c, offer.c, execute.c: one event each; ERR_NOMEM changes nothing --- */

enum err admit_payload(struct consensus *c, struct effects *out, const struct event_payload *event,
    const struct pubkey *from);

/* Another node was handed this payload. */
void admit_foreign(struct consensus *c, struct entry *e);
enum err admit_pooled(struct consensus *c, const struct event_pooled *event);

/* Can a payload of this size and expiry be in a block of this HID at all? ERR_BODY_SIZE, ERR_EXPIRED. */
enum err admit_check(const struct consensus *c, const struct lane_entry *lane, uint32_t size, uint64_t expiry,
    uint64_t hid);

enum err accept_seal(struct consensus *c, struct effects *out, const struct event_seal *event,
    const struct pubkey *from);
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
