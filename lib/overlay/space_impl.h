/* space_impl: the state behind space.h, for space.c (peers, choice), space_answer.c (what peers and the node answer),
 * space_asked.c (serving) and fetch.c (the branch under way). */
#ifndef OVERLAY_SPACE_IMPL_H
#define OVERLAY_SPACE_IMPL_H

#include "overlay/windows.h"

enum phase { PHASE_IDLE, PHASE_HEADS, PHASE_BODIES };

struct spacer {
	struct pubkey key;
	enum space_gives gives;
	struct tip tip;
	uint64_t better_ms;  /* since when its tip is better than ours; 0: it is not */
	uint64_t avoid_ms;   /* not to be asked before */
	uint64_t moved_ms;   /* last progress of what it was asked */
	unsigned flying;     /* windows under way */
	bool proven;         /* it has given a block of a branch */
	unsigned faults;     /* since it gave one, a few at most */
	uint64_t holds_hid;  /* highest HID of the branch that its tips showed it to have */
	bool off_branch;     /* its tip is not on the branch */
	bool taken;          /* a request of it was withdrawn: late answers are no fault */
	unsigned served;     /* its requests that are being answered */
	uint64_t served_ms, tokens_ms, tokens; /* tokens: thousandths of a request */
};

struct locator {
	unsigned count;
	struct hash hash[LOCATOR_MOST];
	uint64_t hid[LOCATOR_MOST];
	struct u128 work[LOCATOR_MOST];
};

struct space {
	struct space_config config;
	struct tip tip;
	struct locator own, asked; /* asked: what the headers under way are to link to */
	struct spacer *peer;
	size_t peers, cap;
	uint64_t dice;
	enum phase phase;
	struct pubkey source;      /* whose headers the branch is */
	uint32_t heads_request;
	struct heads heads;
	uint32_t chain[OVERLAY_CHAINS]; /* whose seals are wanted; none: all */
	unsigned chains;
	struct windows windows;
	uint64_t moved_ms;         /* last progress of the branch */
	uint64_t bad_hid;          /* block that was wrong already, from another peer */
};

struct spacer *space_find(const struct space *s, const struct pubkey *key);
uint32_t space_request(struct space *s);

/* Not asked for a while. */
void space_avoid(struct space *s, struct spacer *p, uint64_t now_ms);
bool space_is_source(const struct space *s, const struct spacer *p);

/* What a fault costs: its windows, its score, a while without requests. */
enum err space_fault(struct space *s, struct space_actions *out, struct spacer *p, enum err why, uint64_t now_ms);

/* Every call ends here: what can be handed over, asked for, begun. */
enum err space_proceed(struct space *s, struct space_actions *out, uint64_t now_ms);
enum err space_blame(struct space_actions *out, const struct pubkey *key, enum err why);

/* A peer loses what it was asked for. */
void fetch_withdraw(struct space *s, struct spacer *p);

/* The peer's tip, against the branch. */
void fetch_compare(struct space *s, struct spacer *p);

/* Asks for the next headers: from the own locator, or from the end of what is held. */
enum err fetch_heads(struct space *s, struct space_actions *out, struct spacer *p, uint64_t now_ms);

/* Headers are complete: did their branch part from ours before the last final block, as far as the locator shows? */
bool fetch_parted(const struct space *s);

/* Headers are complete: bodies, when they are worth it. */
enum err fetch_bodies(struct space *s, struct space_actions *out, uint64_t now_ms);

/* All that is not synced is asked for anew. */
void fetch_again(struct space *s, uint64_t hid, uint64_t now_ms);

/* Asks whoever has room for the windows that are wanted. */
enum err fetch_assign(struct space *s, struct space_actions *out, uint64_t now_ms);
enum err fetch_done(struct space *s, struct space_actions *out);

#endif
