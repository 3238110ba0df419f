/*
 * consensus: the protocol core, event in, ordered effects out.
 *
 *     enum err consensus_step(c, effects, event)
 *
 * It reads no clock, file, socket or random source: time arrives as an event, what must be kept or told leaves as an
 * effect. The node executes effects front to back; whatever tells (REPLY, SEND) comes after what must be durable (KEEP)
 * before it, so "durable before announced" is the order of the effects. The same events give the same effects.
 *
 * One slot of a network, in parts of the period (para-protocol(7), ROUNDS):
 *
 *     0                          seal      list   candidate  endorse        1
 *     |--- seals are taken in ----|---------|---------|----------|----------|
 *                             last seal   one list  lowest rank  endorse: certified,
 *                             of the slot signed    assembles    block connected
 *
 * Stateless checks (decoding, signatures, work, Merkle roots) are done before an event enters: the node's workers do
 * them, on as many cores as there are. What depends on state is checked here: slot, parent, lane, difficulty, seq.
 *
 * Networks of one vote (`solo`) run the same path as those of many: the founder's list accepts, its candidate is the
 * only one, its endorsement certifies; a block is final when the next slot's block carries it as its source.
 *
 * In a network of many, blocks beyond the last final one are a tree. The core holds it, follows one branch (FORK
 * CHOICE) and tells what that means as DISCONNECT (newest first) and KEEP_HYPER (oldest first):
 *
 *     final --- a --- b --- c     tip c; b' becomes certified:      DISCONNECT c, DISCONNECT b, KEEP_HYPER b'
 *                \
 *                 b'
 *
 * A node follows all chains or some, chain 0 always. Of a chain that it does not follow it has the certificates and the
 * heads of seals: enough to judge, assemble and endorse blocks with, and to answer for none of its payloads.
 *
 * Peers are named by their voter key. What comes from one carries its key as `from`; what a user or a miner of this
 * node hands in carries a zero key. Chance (which buddies to draw) comes from config.draw_seed alone.
 */
#ifndef CONSENSUS_CONSENSUS_H
#define CONSENSUS_CONSENSUS_H

#include <stdbool.h>

#include "chain/exchange.h"
#include "chain/spec.h"
#include "consensus/snapshot.h"

struct consensus;

/* A payload as the pool sees it. */
struct pool_item {
	struct hash id, leaf;
	uint32_t chain, size; /* size: encoded bytes */
	uint64_t seq, expiry;
	struct amount fee;
	struct pubkey signer;
};

/* --- events --- */

enum event_type {
	EVENT_TIME,     /* now_ms moved; sent at start and at every deadline */
	EVENT_POOLED,   /* before all others: a payload that the store holds, pooled or in a block that is not final */
	EVENT_PAYLOAD,  /* a new payload, signature verified */
	EVENT_SEAL,     /* a seal with its body, statelessly checked */
	EVENT_WORK,     /* a miner asks for work */
	EVENT_EXECUTED, /* execution of a hyper block is done and on disk */
	EVENT_LIST, EVENT_ENDORSEMENT, /* another voter's; statelessly checked. Endorsements of the own key count when this
	                                * node itself brings them back after a start */
	EVENT_HYPER,    /* a candidate of this slot or a block of an earlier one; statelessly checked (hyper_check) */
	EVENT_HAVE,     /* a buddy says what it holds of a slot */
	EVENT_WANT,     /* a buddy asks for what it lacks */
	EVENT_CLOCK,    /* now_ms is not to be trusted, or is again, and may fall: meanwhile nothing is signed */
	EVENT_FOLLOW    /* a chain is followed from now on, or not any more */
};

/* A tag is the node's handle of a request; the core only hands it back. */
struct event_payload {
	uint64_t tag;
	struct pool_item item;
	struct bytes raw;  /* encoded payload; kept alive by the node until the step's effects are done */
	uint64_t last_seq; /* of (chain, signer) in the store, read after the last execution that was told */
};

struct event_pooled {
	struct pool_item item;
	uint64_t row, sealed_hid, last_seq; /* sealed_hid 0: waits */
	bool held; /* a block names the row (its seq did not fit there): its bytes must stay */
};

/*
 * From a peer: a seal of any slot. One of an older slot is taken when a known block that is not connected holds it. A
 * head alone is enough where the chain is not followed, and ignored where it is.
 */
struct event_seal {
	uint64_t tag; /* 0 from a peer: no reply */
	const struct seal *seal;
	struct hash id;
	const uint64_t *last_seq; /* one a payload */
	bool bare; /* the head alone: seal->payload and last_seq are NULL */
};

/*
 * Blocks beyond the last final one are disconnected; EFFECT_KEEP_FOLLOW follows, then they are connected anew, in time
 * with the bodies that are then needed. Nothing happens, so that it has to be said again later, while the tree begins
 * beyond the last final block (after a start) or the tip is not executed, and when the roots stand for another HID than
 * the last final one.
 */
struct event_follow {
	uint32_t chain; /* not 0 */
	bool follow;
	struct roots roots; /* to follow: what execution of its history has reached */
};

/* Reply: REPLY_WORK now, or as soon as something waits and the seal phase lasts, but not after until_ms: then nobody
 * waits for it any more. A later request of the same tag replaces the first; so does one of the same signer and chains,
 * and the first is answered ERR_BUSY. */
struct event_work {
	uint64_t tag, until_ms;
	struct pubkey signer;
	const uint32_t *chain; /* 0 of them: every chain */
	uint32_t chains;
};

struct executed_lane {
	struct lane lane;
	struct roots roots;
	bool paid; /* of an event: no payload was executed, all that may have changed are rewards */
};

/* The core keeps nothing of the event but copies. */
struct event_hyper {
	struct bytes raw; /* encoded */
	const struct hyper *hyper;
	struct hash hash;
};

/* The new last seq of a signer that executed payloads. */
struct executed_seq {
	uint32_t chain;
	struct pubkey signer;
	uint64_t last_seq;
};

/*
 * After a DISCONNECT of hid no result of the block that was disconnected may come any more. The same block may be
 * connected again later, and is then executed again.
 */
struct event_executed {
	uint64_t hid;
	const struct executed_lane *lane;
	uint32_t lanes;
	const struct executed_seq *seq;
	uint32_t seqs;
	const struct chain_info *chain; /* registered by this block, in any order; one may come twice */
	uint32_t chains;
	const struct authority_set *set; /* that this block brought, those of its new chains too */
	uint32_t sets;
	const uint64_t *unfit; /* rows of payloads whose seq did not fit: they go back to the pool */
	uint32_t unfits;
};

struct event {
	enum event_type type;
	uint64_t now_ms; /* of every event; never falls but with CLOCK (an earlier one counts as the latest seen) */
	struct pubkey from; /* the peer it came from; zero: this node itself */
	union {
		struct event_payload payload;
		struct event_pooled pooled;
		struct event_seal seal;
		struct event_work work;
		struct event_executed executed;
		const struct list *list;
		const struct endorsement *endorsement;
		struct event_hyper hyper;
		const struct holdings *holdings; /* HAVE, WANT */
		bool clock_off; /* CLOCK */
		struct event_follow follow;
	};
};

/* --- effects --- */

enum effect_type {
	EFFECT_KEEP_PAYLOAD,  /* store raw under row, mark the row pooled, index its id unless an older row has it */
	EFFECT_DROP_POOLED,   /* the row leaves the pool, and why */
	EFFECT_KEEP_RECORD,   /* the sign record */
	EFFECT_KEEP_HYPER,    /* connect a hyper block: block, local blocks with their payload rows; new tip */
	EFFECT_KEEP_CERTIFIED, /* a connected block that was not certified when it was kept is: its endorsements */
	EFFECT_KEEP_FINAL,    /* hid and all its past are final */
	EFFECT_KEEP_FOLLOW,   /* the chain is followed, or is not: the tip is final at this moment */
	EFFECT_DISCONNECT,    /* take the tip back, with its execution: the HID before it is the tip, rows go to the pool */
	EFFECT_EXECUTE,       /* execute hid (after KEEP_HYPER); answered by EVENT_EXECUTED. The first step after a start
	                       * (and EVENT_POOLED) asks again for each hid above chain 0's `executed` */
	EFFECT_REPLY_PAYLOAD, /* to a tag */
	EFFECT_REPLY_SEAL,
	EFFECT_REPLY_WORK,
	EFFECT_SEND,          /* an encoded object or message for peers */
	EFFECT_SEND_SEAL,     /* a seal with its body, which the node builds from head and rows; without rows its head */
	EFFECT_ALERT          /* the key is used elsewhere: a signature of it that the record lacks; signs no more */
};

enum pool_status { STATUS_POOLED, STATUS_SEALED, STATUS_FINAL };

struct effect_keep_payload {
	uint64_t row;
	struct hash id;
	struct bytes raw; /* the event's */
};

/* Why a payload leaves the pool. */
enum left {
	LEFT_SEALED,    /* final, and its seq used by itself */
	LEFT_EXPIRED,
	LEFT_REPLACED,  /* by another of its signer with the same seq: a higher fee, or a block that executed it */
	LEFT_COPY,      /* the same payload with another signature stays, or a block executed that one */
	LEFT_UNFOLLOWED /* its chain is not followed any more */
};

struct effect_drop {
	uint64_t row;
	bool erase; /* bytes and index go too, else they are in a block */
	enum left why;
	struct hash id, by; /* by: of whom it is replaced; zero: nobody knows */
};

/* One local block of a connected hyper block. Payload i of the seal is row[i]; void copies name the first one's row. */
struct kept_block {
	struct block block;
	struct hash hash;
	const uint64_t *row;
};

struct effect_hyper {
	struct hash hash;
	struct hyper_brief brief;
	struct bytes raw; /* the encoded hyper block */
	const struct kept_block *block; /* of the chains that are followed */
	uint32_t blocks;
	const struct lane_state *lane; /* new state of each lane that has a certificate in it; its `executed` is what the
	                                * core knows: a newer one in the store stays */
	const struct lane_state *before; /* and what it was: what DISCONNECT restores */
	uint32_t lanes;
	const struct endorsement *endorsement; /* that certify it; none: not certified yet */
	uint32_t endorsements;
	uint64_t difficulty;   /* d after it */
	uint32_t lanes_in_use;
};

struct effect_follow {
	uint32_t chain;
	bool follow;
};

struct effect_certified {
	uint64_t hid;
	struct hash hash;
	const struct endorsement *endorsement;
	uint32_t endorsements;
};

struct effect_disconnect {
	uint64_t hid;
	struct hash hash;          /* of the block that goes */
	struct hyper_brief tip;    /* the tip after it */
	uint64_t difficulty;       /* in force after the new tip */
	uint32_t lanes_in_use;
};

/* To one peer, or to all when `to` is zero: the node hands it to every peer it is connected with. */
struct effect_send {
	struct pubkey to;
	struct bytes raw; /* begins with the type byte: list, endorsement, hyper, have, want */
};

struct effect_send_seal {
	struct pubkey to;
	struct hash id;
	struct seal_head head;
	const uint64_t *row; /* of its payloads; NULL: the chain is not followed here, its head is all there is */
};

struct effect_reply {
	uint64_t tag;
	enum err err;
	enum pool_status status; /* when err is ERR_OK; a payload already in the pool or a block answers with its status */
	struct hash id;
	uint64_t row;
};

struct effect_work {
	uint64_t tag;
	enum err err;           /* ERR_OK, else only the tag counts: ERR_BUSY, ERR_CHAIN_UNKNOWN, ERR_CHAIN_NOT_FOLLOWED,
	                         * ERR_LIGHT, ERR_AUTHORITY, ERR_STAKE */
	struct seal_core core;  /* unsigned, with its root over the rows below */
	const uint64_t *row;    /* payloads of the body, core.payloads of them */
	uint64_t effort;        /* the difficulty that its id has to meet: the core's, or more by the chain's rule */
	uint64_t deadline_ms;   /* the end of the seal phase: later it is worth nothing */
};

/* What the own key has signed as somebody shows, and the record lacks. */
struct effect_alert {
	enum alert { ALERT_LIST, ALERT_ENDORSEMENT, ALERT_HYPER } what;
	uint64_t slot; /* that it is a word on */
	uint64_t hid;  /* of the block that was endorsed or assembled; 0: none is known here */
	bool carried;  /* hid is of the block that shows it */
};

struct effect {
	enum effect_type type;
	union {
		struct effect_keep_payload payload;
		struct effect_drop drop;
		struct sign_record record;
		struct effect_hyper hyper;
		struct effect_certified certified;
		struct effect_disconnect disconnect;
		struct effect_follow follow;
		uint64_t hid; /* KEEP_FINAL, EXECUTE */
		struct effect_reply reply;
		struct effect_work work;
		struct effect_send send;
		struct effect_send_seal seal;
		struct effect_alert alert;
	};
};

/* The effects of one or several steps, front to back; what they point to lives in the arena. effects_free empties. */
struct effects {
	struct arena arena;
	struct effect *item;
	size_t count, cap;
};

void effects_free(struct effects *e);

/* --- calls --- */

/*
 * Copies what it needs of the snapshot. *out is NULL unless ERR_OK. ERR_VOTER: a `solo` network whose founder this key is
 * not, or a network of many with fewer than two founders.
 * The tip is where the tree begins: a node that starts does not go back behind it, final or not. So a node of a network
 * of many takes its store back to the last final block first, and hands in the blocks beyond it, with their bodies, as
 * from a peer: one that crashed on a branch that nobody follows would else stay there.
 */
enum err consensus_new(struct consensus **out, const struct consensus_config *config,
    const struct consensus_snapshot *snapshot);
void consensus_free(struct consensus *c);

/*
 * ERR_NOMEM is the only error: the event did not happen and added no effect. Effects of the time that passed until it
 * may have been added even so; they are executed as always. An event that breaks a rule is no error of the step; its
 * reply says so. An EVENT_EXECUTED has no reply: after ERR_NOMEM it is to be given again.
 */
enum err consensus_step(struct consensus *c, struct effects *out, const struct event *event);

/* When the next EVENT_TIME is due, in ms; UINT64_MAX never. */
uint64_t consensus_deadline_ms(const struct consensus *c);

/* --- views, for status; nothing in them changes the state --- */

enum phase { PHASE_SEAL, PHASE_LIST, PHASE_CANDIDATE, PHASE_ENDORSE, PHASE_REST };

struct round_view {
	uint64_t slot, hid, certified_hid, final_hid, executed_hid;
	uint64_t difficulty; /* of a seal in this slot */
	uint64_t tip_slot; /* above slot only when the clock was set back */
	enum phase phase;
	uint64_t seal_deadline_ms, slot_end_ms;
	struct hash tip;
	uint32_t seals; /* taken in this slot so far */
	uint32_t votes_seen, votes_needed;
	bool signing; /* false in the first two slots after a start, and while the clock is off */
	uint32_t pool_payloads;
	uint64_t pool_bytes;
};

void consensus_round(const struct consensus *c, struct round_view *out);

/* One who may vote on the next block, and how. */
struct vote_view {
	struct pubkey key;
	struct u128 weight;
	uint64_t heard_slot; /* of the latest block known here that it endorsed; 0: none since the start */
};

/* The voters of the block after the tip, ascending by key; at most `most` are written, all are counted. */
uint32_t consensus_votes(const struct consensus *c, struct vote_view *out, uint32_t most, struct u128 *total);

struct tree_view {
	struct hash hash, parent, source;
	uint64_t hid, slot;
	struct u128 work;     /* of the branch up to it, beyond the last final block */
	struct u128 endorsed; /* weight of the endorsements collected */
	bool certified, connected, valid, complete; /* valid: judged; complete: every body is held */
};

/* The last final block (first) and all known blocks beyond it, by HID, then hash. */
uint32_t consensus_tree(const struct consensus *c, struct tree_view *out, uint32_t most);

/* Is the block of this hash connected at this HID? Of the last 4 W blocks. */
bool consensus_follows(const struct consensus *c, uint64_t hid, const struct hash *hash);

/* The last seq of a signer that has payloads in the pool, as the core counts it; false: it has none, ask the store. */
bool consensus_last_seq(const struct consensus *c, uint64_t *last, uint32_t chain, const struct pubkey *signer);

/* Is this block of the tree known with every body that it needs here? */
bool consensus_holds(const struct consensus *c, const struct hash *hash);

/* The highest seq of (chain, signer) in the pool, 0 when none is: what a builder continues from. */
uint64_t consensus_pooled_seq(const struct consensus *c, uint32_t chain, const struct pubkey *signer);

/* The lowest seq after those executed that none of them in the pool has; 0 when none is in it. */
uint64_t consensus_missing_seq(const struct consensus *c, uint32_t chain, const struct pubkey *signer);

/* Rows for n payloads that the node itself stores, from the returned one on; the core gives them to no other. */
uint64_t consensus_take_rows(struct consensus *c, uint64_t n);

/*
 * A seal core for this slot as an outsider would fill it: lane, slot, parent, difficulty, script, voter; and with a
 * signer (else NULL) what the chain's rule wants of it: ERR_AUTHORITY, ERR_STAKE, ERR_TICKET, ERR_BUSY.
 */
enum err consensus_template(struct consensus *c, uint32_t chain, const struct pubkey *signer, struct seal_core *out);

#endif
