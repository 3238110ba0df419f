/*
 * peers: links, who is at their other end, and what they may do.
 *
 *     OPENED -> HELLO both ways -> AUTH both ways -> a peer -> PING, PONG, TIP, everything else -> gone
 *                  |                  |
 *                  another genesis    a signature that is none, a key that is avoided, no room
 *                  the own key
 *
 * One link for a pair of nodes: of two that opened within PEERS_HANDSHAKE_MS of each other the one that the lower key
 * dialled stays (of two that the same node dialled, the one with the lower auth hash); of others the later one, since who
 * dials again has lost the first. Both sides see it alike.
 *
 * A link that is to be closed is `doomed` first: nothing it says counts, and peers_settle closes it. Source of the rules:
 * para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_PEERS_H
#define OVERLAY_PEERS_H

#include "overlay/address.h"
#include "overlay/bucket.h"
#include "overlay/dials.h"
#include "overlay/pace.h"

enum {
	PEERS_HANDSHAKES = 64,     /* links that are not yet peers, at once; the oldest incoming one makes room */
	PEERS_HANDSHAKE_MS = 5000,
	PEERS_HANDSHAKE_BYTES = 1024, /* most of a message before a link is a peer's */
	PEERS_SILENT_MS = 45000,
	PEERS_PING_MS = 15000,     /* or the period, when it is shorter, but not below a second */
	PEERS_RANGE = 8,           /* most incoming links of one public address range */
	PEERS_RANGE_LOCAL = 64,    /* ... of a private one, or of this machine */
	PEERS_YOUNG_MS = 30000,    /* so long nobody is sent away to make room */
	PEERS_SCORE = 100,
	PEERS_SCORE_MS = 1000,     /* so long it takes to win a point back */
	PEERS_COST_RATE = 1,       /* points: a message beyond the rate */
	PEERS_COST_SLOW = 10,      /* sync waited in vain */
	PEERS_COST_FORM = 20,      /* a message that does not decode, or belongs elsewhere */
	PEERS_COST_WRONG = 25      /* an object that is wrong */
};

/* Pings with this bit belong to the table: their PONG is handed on as a message. */
#define PEERS_PING_OF_TABLE (UINT64_C(1) << 63)

/* What a message is charged to. */
enum peer_class { CLASS_OBJECT, CLASS_LINK, CLASS_KAD, CLASS_ASK, CLASS_ANSWER, CLASS_OF };

enum peer_state { PEER_NONE, PEER_HELLO, PEER_AUTH, PEER_READY, PEER_LOST };

/* A link. For others to read. */
struct peer {
	uint64_t link;
	enum peer_state state;
	bool incoming, doomed, hung_up, told; /* hung_up: the link is gone already; told: of in peers_news */
	bool fresh;                       /* its tip or key has news */
	enum err why;
	char url[OVERLAY_URL], dialled[OVERLAY_URL], host[OVERLAY_URL]; /* as it says; as dialled; as the link says */
	struct address address;
	struct message_hello own, other;  /* other's tip and clock are the latest */
	struct hash session;
	uint64_t since_ms, heard_ms, used_ms, in_bytes, out_bytes; /* used: when something was sent to it on purpose */
	uint64_t ping_ms, ping_nonce;     /* the next one; the one that waits for its PONG, 0: none */
	uint64_t pinged_ms, scored_ms;
	int64_t clock_ms;                 /* ahead of ours */
	bool timed;                       /* by a PONG */
	uint32_t rtt_ms;
	unsigned score;
	struct bucket bucket[CLASS_OF];
	struct pace pace;                 /* of what it is sent */
	uint32_t follow[MESSAGE_CHAINS];  /* the only chains that it follows, as it says; none: as its role says */
	unsigned follows;
};

struct peers;

/* What a message is, after peers_heard. */
enum peer_word { WORD_NONE, WORD_MESSAGE, WORD_OBJECT };

struct peer_news {
	enum peer_news_type { NEWS_JOINED, NEWS_TIP, NEWS_GONE } type;
	struct pubkey key;
	const struct peer *peer; /* until the next call */
};

/* ERR_NOMEM. The config's arrays are copied, its key is borrowed. */
enum err peers_new(struct peers **out, const struct overlay_config *config);
void peers_free(struct peers *p);

/* Events. ERR_NOMEM: the state is sound; of OPENED nothing happened. */
enum err peers_opened(struct peers *p, struct overlay_effects *out, const struct overlay_event *event);
void peers_failed(struct peers *p, uint64_t tag, uint64_t now_ms);
void peers_closed(struct peers *p, uint64_t link, uint64_t now_ms);
void peers_role(struct peers *p, enum role role);
enum err peers_tip(struct peers *p, struct overlay_effects *out, const struct tip *tip, uint64_t now_ms);
enum err peers_time(struct peers *p, struct overlay_effects *out, uint64_t now_ms);

/*
 * A message of a link: charged, and answered when it is about the link itself. WORD_MESSAGE: *m is for table or sync;
 * WORD_OBJECT: raw is an object of the chain. *from is the peer then.
 */
enum err peers_heard(struct peers *p, struct overlay_effects *out, enum peer_word *word, struct peer **from,
    struct message *m, const struct overlay_event *event);

/* Costs score; at zero the peer is doomed, key and host are avoided. */
void peers_blame(struct peers *p, struct peer *peer, unsigned cost, enum err why, uint64_t now_ms);

/* Whether it follows a chain, as far as it has said. */
bool peers_follow(const struct peer *peer, uint32_t chain);

/* The bytes live as long as the effects. ERR_NOMEM: not sent. */
enum err peers_send(struct peers *p, struct overlay_effects *out, struct peer *peer, struct bytes raw, uint64_t now_ms);
enum err peers_say(struct peers *p, struct overlay_effects *out, struct peer *peer, const struct message *m,
    uint64_t now_ms);

/* A node that may be dialled: found is worth it while peers are few, wanted at once. key of wanted: may be NULL. */
enum err peers_found(struct peers *p, const char *url, const struct pubkey *key);
enum err peers_wanted(struct peers *p, const char *url, const struct pubkey *key, uint64_t now_ms);

/* The same of a URL that is known for the key; false: none is, or it failed. */
bool peers_wanted_key(struct peers *p, const struct pubkey *key, uint64_t now_ms);

/* Ends every step: closes doomed links, tells what is to be dialled. */
enum err peers_settle(struct peers *p, struct overlay_effects *out, uint64_t now_ms);

/* Who came, moved, went since; false: no more. */
bool peers_news(struct peers *p, struct peer_news *out);

struct peer *peers_by_link(struct peers *p, uint64_t link);
struct peer *peers_by_key(struct peers *p, const struct pubkey *key);

/* All peers that are ready: start with *at = 0; NULL at the end. */
struct peer *peers_next(struct peers *p, unsigned *at);

unsigned peers_count(const struct peers *p);
bool peers_same_key(const struct pubkey *a, const struct pubkey *b);
const struct tip *peers_own_tip(const struct peers *p);
bool peers_enough(const struct peers *p); /* no more are looked for */
uint64_t peers_draw(struct peers *p);
uint64_t peers_deadline_ms(const struct peers *p);

/* The clock that others are told is so far ahead of now_ms. When it steps, what is known of theirs steps with it. */
void peers_wall(struct peers *p, int64_t ahead_ms);
uint64_t peers_clock_now(const struct peers *p, uint64_t now_ms);

/* How far the own clock is ahead of the peers' median; *off: surely by more than an eighth of a period. */
int64_t peers_clock(const struct peers *p, bool *off);

#endif
