/*
 * overlay: who the other nodes are, and what travels between them; event in, ordered effects out.
 *
 *     enum err overlay_step(o, effects, event)
 *
 * It reads no clock, socket, file or random source. The node owns the links (net/link.h): it hands in what they bring
 * and does what leaves here as effects, front to back.
 *
 *     links -> OPENED, MESSAGE, CLOSED, FAILED -> overlay -> SEND, DIAL, CLOSE             -> links
 *     consensus effects -> PUBLISH             ->         -> OBJECT (a peer's word)        -> workers -> consensus
 *     store  -> TIP, ANSWERED                  ->         -> ASKED (a peer wants blocks)   -> workers read the store
 *     consensus -> SYNCED                      ->         -> SYNC_OBJECT, SYNC_END         -> workers -> consensus
 *
 * A peer is a link whose hello and auth were right: it proved its node key, and has the same genesis. Until then a link
 * may say nothing else. Peers are named by their node key, which is the voter key of those who vote.
 *
 *     overlay.c   events to modules          message.c  the wire formats           peers.c  links, hello, limits, scores
 *     kad.c       ids, buckets, lookups      values.c   what others stored here    space.c  who holds which rounds; sync
 *     holders.c   who keeps which body       replica.c  bodies kept for others     overlay_follow.c  who follows what
 *
 * Every message is charged to its peer's token bucket; what breaks a rule costs score; at zero the peer is closed and
 * its address avoided for a while. One peer's trouble never stops the others. Source of the rules: para-protocol(7),
 * OVERLAY.
 */
#ifndef OVERLAY_OVERLAY_H
#define OVERLAY_OVERLAY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/number.h"
#include "chain/hyper.h"
#include "crypto/sign.h"

struct overlay;
struct voter;

enum role { ROLE_FULL = 1, ROLE_PARTIAL, ROLE_LIGHT };

enum {
	OVERLAY_URL = 128,        /* most bytes of a URL with its ending zero */
	OVERLAY_VERSION = 16,     /* of a software version with its ending zero */
	OVERLAY_PEERS = 128,      /* most peers at once, default */
	OVERLAY_MESSAGE = (64 << 20) + 64, /* most bytes of a message: a hyper block */
	OVERLAY_HEADS = 1024,     /* most headers in an answer */
	OVERLAY_CHAINS = 65,      /* most chains that a node follows that does not follow all */
	OVERLAY_HISTORY_BYTES = 96 << 20 /* most of the seals that answer one ASK_HISTORY */
};

/* A point of a chain that its holder can prove: its tip. */
struct tip {
	uint64_t hid, slot, final_hid;
	struct hash hash;
	struct u128 work; /* sum of difficulty from the genesis to it */
};

/* A body, by the id of its seal. */
struct body_ref {
	struct hash id;
	uint32_t size; /* of the encoded seal, as somebody says */
};

struct overlay_config {
	struct network network;
	struct hash genesis_hash;
	const struct sign_key *key;    /* the node's; outlives the overlay */
	enum role role;
	const char *version;
	const char *const *advertise;  /* URLs under which others reach this node; the first is told in the hello */
	unsigned advertised;
	const char *const *bootstrap;  /* dialled at the start, and again while fewer than four peers are there */
	unsigned bootstraps;
	const char *const *saved;      /* URLs of peers of earlier days */
	unsigned saveds;
	unsigned peers;                /* most at once; 0: OVERLAY_PEERS */
	uint64_t seed;                 /* random: nonces, tables, whom to ask */
	uint64_t period_ms;            /* of the network; a clock that is off by more than an eighth is told */
	uint64_t offer;                /* bytes of bodies that it keeps for others; 0: none */
	uint64_t least_difficulty;     /* of the genesis: no seal costs less */
};

enum overlay_event_type {
	OVERLAY_TIME,    /* now_ms moved */
	OVERLAY_OPENED, OVERLAY_FAILED, OVERLAY_MESSAGE_IN, OVERLAY_CLOSED, /* links */
	OVERLAY_TIP,     /* the own tip or final block changed */
	OVERLAY_PUBLISH, /* an encoded object for a peer or, `to` zero, for all; kept until a link to `to` is there, a while. Who
	                  * does not follow its chain gets the head of a seal */
	OVERLAY_RELAY,   /* a payload that is new here, for those that follow its chain: a few that did not bring it (key), or
	                  * all when key is zero. Who was told of very many lately is left out */
	OVERLAY_FOLLOWS, /* the chains whose bodies are here, or the role that they make, have changed: role, follow */
	OVERLAY_HEARD,   /* a URL from the LAN or the operator: worth a dial */
	OVERLAY_ANSWERED, /* the node has sent all of its answer to one ASKED_*: link */
	OVERLAY_SYNCED,  /* what became of SYNC objects up to a HID; told at each SYNC_END, and at once when one is wrong */
	OVERLAY_VOTES,   /* who votes now: voter, voters, total */
	OVERLAY_BODIES,  /* of a block that has become final: body, bodies */
	OVERLAY_FIND_BODY, /* somebody here needs the body of seal `hash`: answered by BODY or NO_BODY */
	OVERLAY_BODY_KEPT, /* what became of a LOOK_BODY or a BODY: body, err; at the start of each that is kept: ERR_OK */
	OVERLAY_ASK_HISTORY, /* seals of a chain in blocks hid .. hid + count - 1 are needed; takes the place of the last */
	OVERLAY_BODY_ANSWERED, /* the node has sent all of its answer to one ASKED_BODY: link */
	OVERLAY_BLAME    /* what this peer sent was wrong: an object that does not decode, a signature that is none */
};

struct overlay_event {
	enum overlay_event_type type;
	uint64_t now_ms;   /* of every event: steady, never falls */
	uint64_t wall_ms;  /* of every event: the clock that is told to others and compared with theirs; 0: now_ms */
	uint64_t link;     /* OPENED, MESSAGE_IN, CLOSED, ANSWERED */
	uint64_t tag;      /* OPENED of an own dial, FAILED: as in the DIAL effect */
	bool incoming;     /* OPENED */
	const char *address; /* OPENED: numeric "1.2.3.4:567"; HEARD: a URL */
	struct bytes raw;  /* MESSAGE_IN, PUBLISH, RELAY */
	struct pubkey key; /* PUBLISH: to; RELAY: from; BLAME: whom */
	struct tip tip;    /* TIP */
	const struct hash *locator; /* TIP: hashes of own blocks by locator_hid, newest first: the tip, then further and further back,
	                             * the last final one, the genesis; at most LOCATOR_MOST */
	const uint64_t *locator_hid;
	const struct u128 *locator_work; /* sums of difficulty from the genesis to each */
	unsigned locators;
	uint64_t hid;      /* SYNCED: all up to it is in the chain, or held as part of another branch */
	enum err err;      /* SYNCED: ERR_OK, or what was wrong with the block after hid; BODY_KEPT */
	const struct voter *voter; /* VOTES: consensus/votes.h, ascending by key */
	unsigned voters;
	struct u128 total;
	const struct body_ref *body; /* BODIES, BODY_KEPT */
	unsigned bodies;
	bool fresh;        /* BODIES: final just now, and not told of before */
	struct hash hash;  /* FIND_BODY; ASK_HISTORY: of block hid */
	uint32_t chain, count; /* ASK_HISTORY */
	enum role role;    /* FOLLOWS */
	const uint32_t *follow; /* FOLLOWS: ascending, chain 0 first; of a full node none: all. At most OVERLAY_CHAINS */
	unsigned follows;
};

enum { LOCATOR_MOST = 64 };

enum overlay_effect_type {
	OVERLAY_SEND,        /* raw to a link */
	OVERLAY_DIAL,        /* url, tag */
	OVERLAY_CLOSE,       /* link, err: why */
	OVERLAY_OBJECT,      /* an encoded object of chain or consensus, as a peer sent it: key, raw */
	OVERLAY_ASKED_HEADS, /* a peer wants headers after the first of its locator that is on our branch: link, request, locator;
	                      * the node answers by message_heads and OVERLAY_SEND of its own */
	OVERLAY_HISTORY,     /* raw: what peer `key` sent as the next seal */
	OVERLAY_HISTORY_END, /* err: ERR_OK, or why there will be no more */
	OVERLAY_ASKED_BLOCKS, /* ... blocks hid .. hid + count - 1 of our branch: link, request; each block as a
	                      * part, then its seals with their bodies as parts; message_end after the last */
	OVERLAY_SYNC_OBJECT, /* a block or seal of block `hid` that sync fetched: raw; the peer is `key`. By ascending HID, a
	                      * block before its seals; after trouble with a peer some may come twice */
	OVERLAY_SYNC_END,    /* all up to hid has been told; answered by SYNCED when the node has taken it in */
	OVERLAY_LOOK_BODY,   /* hash: has the chain's store this body? answered by BODY_KEPT, ERR_NOT_FOUND when not */
	OVERLAY_BODY,        /* raw: what peer `key` sent as the body of seal `hash`; to be checked, and stored if count is 1;
	                      * answered by BODY_KEPT */
	OVERLAY_NO_BODY,     /* hash: FIND_BODY was in vain */
	OVERLAY_DROP_BODY,   /* hash: need not be stored any longer */
	OVERLAY_ASKED_BODY,  /* a peer wants a body: link, request, hash; answered by a part, if it is here, and an end */
	OVERLAY_SAVE,        /* url: of a peer worth remembering */
	OVERLAY_NOTE         /* for the log: note, key, err */
};

enum overlay_note {
	NOTE_PEER, NOTE_GONE, /* key; of one that came also url: the address of the link */
	NOTE_REFUSED, NOTE_REFUSES, /* url, err: a node by this one, this one by a node */
	NOTE_CLOCK, NOTE_SYNC, NOTE_SYNCED,
	NOTE_PARTED /* key, hid: a branch with more work parted from ours at hid, before our last final block */ };

struct overlay_effect {
	enum overlay_effect_type type;
	uint64_t link, tag, hid;
	uint32_t request, count;
	enum err err;
	enum overlay_note note;
	struct pubkey key;
	struct hash hash;       /* ASKED_BLOCKS: of block hid, as the peer knows it; a body's */
	struct bytes raw;       /* borrows from the event or lives in the arena */
	const char *url;
	const uint32_t *chain;  /* ASKED_BLOCKS: of the seals only those of these chains; none: all */
	unsigned chains;
	bool bare;              /* ASKED_BLOCKS: the seals alone */
	const struct hash *locator; /* ASKED_HEADS */
	const uint64_t *locator_hid;
	unsigned locators;
	int64_t ms;             /* NOTE_CLOCK: how far the own clock is ahead of the peers' median */
};

/* The effects of one or several steps, front to back; what they point to lives in the arena. */
struct overlay_effects {
	struct arena arena;
	struct overlay_effect *item;
	size_t count, cap;
};

void overlay_effects_free(struct overlay_effects *e);

enum err overlay_new(struct overlay **out, const struct overlay_config *config);
void overlay_free(struct overlay *o);

/*
 * ERR_NOMEM is the only error: the event is lost, as a message on the wire may be; the state is sound. A link whose OPENED
 * was lost is the node's to close.
 */
enum err overlay_step(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);

/* When the next OVERLAY_TIME is due; UINT64_MAX never. */
uint64_t overlay_deadline_ms(const struct overlay *o);

/* --- views, for status --- */

struct peer_view {
	struct pubkey key;
	enum role role;
	bool incoming;
	char address[OVERLAY_URL], url[OVERLAY_URL]; /* url: as it advertises, "" when it does not */
	char version[OVERLAY_VERSION];
	struct tip tip;
	int64_t clock_ms; /* ahead of ours */
	uint64_t since_ms, heard_ms, in_bytes, out_bytes;
	uint32_t rtt_ms, score; /* score: 0 to 100 */
	uint32_t follow[OVERLAY_CHAINS]; /* what it says that it follows; none: as its role says */
	unsigned follows;
};

/* Ascending by key; at most `most` are written, all are counted. */
unsigned overlay_peers(const struct overlay *o, struct peer_view *out, unsigned most);

struct overlay_view {
	unsigned peers, known; /* connected; in the table */
	bool syncing;
	uint64_t sync_hid;     /* the tip that is being fetched */
	int64_t clock_ms;      /* own clock ahead of the peers' median; with two peers it counts itself */
	unsigned bodies, offers; /* bodies kept for others; nodes that keep such, this one too */
	uint64_t body_bytes;
	bool clock_off;        /* by more than an eighth of a period: this node is to sign nothing */
};

void overlay_look(const struct overlay *o, struct overlay_view *out);

#endif
