/*
 * space: chain space, who holds which rounds; and the fetching side of sync.
 *
 *     a peer's tip stays better than ours        headers from it, from the newest common block on, until its tip
 *     their work exceeds ours beyond that block  bodies in windows of SPACE_WINDOW blocks, from all who hold the branch
 *     windows leave in the order of HIDs         SPACE_OBJECT ..., SPACE_END; answered by space_synced
 *
 *     windows      [done][handed out, not synced yet][complete, waits][being fetched][being fetched] ... tip
 *                                                                       peer A         peer B
 *
 * A branch's headers are held as hashes and a sum of work; nothing of a branch below the own work is fetched, let alone
 * stored. The window that is next is handed out while it arrives; later ones wait, within SPACE_HELD bytes. A peer that
 * stalls or answers wrongly loses its windows and is avoided for a while; one that has given no block yet loses them soon
 * when another can be asked. Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_SPACE_H
#define OVERLAY_SPACE_H

#include "overlay/overlay.h"

enum {
	SPACE_WINDOW = 16,       /* blocks in a request */
	SPACE_WINDOWS = 8,       /* windows under way or waiting */
	SPACE_PER_PEER = 2,      /* requests under way at one peer */
	SPACE_AHEAD = 2,         /* windows handed out and not synced */
	SPACE_HEADERS = 65536,   /* headers of a branch that are held */
	SPACE_HELD = 64 << 20,   /* bytes of blocks that wait for their turn */
	SPACE_GAP = 2,           /* a gap that consensus closes by itself */
	SPACE_STALL_MS = 10000,
	SPACE_TURN_MS = 2000,    /* in place of that for a peer that has given no block yet, while there is another to ask */
	SPACE_PEERS = 1024,      /* that it remembers */
	SPACE_AVOID = 16,        /* periods (5 s at least) that a peer is not asked that disappointed; longer the next time */
	SPACE_ASKED = 2,         /* served at once, per peer */
	SPACE_ASKED_RATE = 256   /* requests a peer may make in a second */
};

struct space;

/* What may be asked of a peer: nothing, as it keeps too little; headers; and the blocks with the seals wanted here. */
enum space_gives { SPACE_NOTHING, SPACE_HEADS_ONLY, SPACE_BODIES };

struct space_config {
	struct network network;
	uint64_t period_ms, seed, least_difficulty; /* least_difficulty: of a seal */
};

enum space_action_type {
	SPACE_ASK_HEADS,  /* key, request, locator (until the next call of space) */
	SPACE_ASK_BLOCKS, /* key, request, hid, hash of block hid, count; of the seals those of chains (until the next call) */
	SPACE_OBJECT,     /* a block, then its seals, by ascending hid; key: who sent it */
	SPACE_END,        /* all up to hid has been told */
	SPACE_BLAME,      /* key, err: stalled (ERR_TIMEOUT), or sent what is wrong */
	SPACE_PARTED,     /* key, hid: its branch has more work, but parted from ours there, before our last final block */
	SPACE_STARTED, SPACE_DONE /* key, hid: fetching a branch up to hid began, ended */
};

struct space_action {
	enum space_action_type type;
	struct pubkey key;
	uint32_t request, count;
	uint64_t hid;
	struct hash hash;
	struct bytes raw; /* borrows from the call's argument, or lives in the arena */
	const struct hash *locator;
	const uint64_t *locator_hid;
	unsigned locators;
	const uint32_t *chain; /* none: all */
	unsigned chains;
	enum err err;
};

/* What the calls below ask for, front to back. The caller lends the arena and resets count. */
struct space_actions {
	struct arena *arena;
	struct space_action *item; /* in the arena */
	size_t count, cap;
};

/* A zeroed action at the end; NULL when memory ran out. */
struct space_action *space_action_add(struct space_actions *out, enum space_action_type type);

/* The own tip with its locator, as in the event OVERLAY_TIP. */
struct space_own {
	struct tip tip;
	const struct hash *locator;
	const uint64_t *locator_hid;
	const struct u128 *locator_work;
	unsigned locators;
};

enum err space_new(struct space **out, const struct space_config *config);
void space_free(struct space *s);

/*
 * Every call below may add actions. ERR_NOMEM is the only error, the state stays sound: what was asked for is asked again
 * when its time is over.
 */
enum err space_own(struct space *s, struct space_actions *out, const struct space_own *own, uint64_t now_ms);

/* The chains whose seals are wanted, ascending; none: all. When there are more, what is under way begins anew. */
enum err space_follow(struct space *s, struct space_actions *out, const uint32_t *chain, unsigned chains,
    uint64_t now_ms);

/* A peer is there, or its tip or what it gives is a new one. */
enum err space_peer(struct space *s, struct space_actions *out, const struct pubkey *key, enum space_gives gives,
    const struct tip *tip, uint64_t now_ms);
enum err space_gone(struct space *s, struct space_actions *out, const struct pubkey *key, uint64_t now_ms);

/* Answers of a peer: HEADS (headers of HYPER_HEAD bytes each), an object of a BLOCK_PART, END. */
enum err space_heads(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms);
enum err space_part(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms);
enum err space_end(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request,
    uint64_t now_ms);

/* The event OVERLAY_SYNCED: all up to hid is taken; err: what follows it is wrong. */
enum err space_synced(struct space *s, struct space_actions *out, uint64_t hid, enum err err, uint64_t now_ms);

enum err space_time(struct space *s, struct space_actions *out, uint64_t now_ms);
uint64_t space_deadline_ms(const struct space *s, uint64_t now_ms);

/* The highest HID of the branch that is being fetched; 0: none is. */
uint64_t space_syncing(const struct space *s);

/* Has the peer disappointed lately? Then it is as if it was not there. */
bool space_avoids(const struct space *s, const struct pubkey *key, uint64_t now_ms);

/* Is there a branch to fetch, and nobody to give it? */
bool space_starves(const struct space *s);

/* Bytes of blocks that wait for their turn. */
size_t space_held(const struct space *s);

/* --- the serving side's bounds --- */

/* A peer asks for headers (count 0) or count blocks: ERR_OK, ERR_RANGE, or ERR_BUSY (too many at once, too often). */
enum err space_asked(struct space *s, const struct pubkey *key, unsigned count, uint64_t now_ms);

/* One of its requests has been answered. Frees itself after SPACE_STALL_MS. */
void space_answered(struct space *s, const struct pubkey *key);

#endif
