/*
 * overlay_impl: what the files of the facade share.
 */
#ifndef OVERLAY_OVERLAY_IMPL_H
#define OVERLAY_OVERLAY_IMPL_H

#include "overlay/emit.h"
#include "overlay/kad.h"
#include "overlay/peers.h"
#include "overlay/replica.h"
#include "overlay/space.h"
#include "overlay/values.h"
#include "overlay/waiting.h"

/* What a lookup was for; the chain of FOLLOWERS stands above the lowest byte. */
enum { FOR_SEARCH = 1, FOR_KEY, FOR_STORE, FOR_FOLLOWERS };

/* What this node follows. */
struct following {
	bool known;          /* it has been told */
	enum role role;
	uint32_t chain[MESSAGE_CHAINS];
	unsigned chains;     /* 0: all */
	unsigned told_nodes; /* in the table when its contact was last stored */
	uint64_t look_ms;    /* when it is looked whether peers follow these, too */
	bool to_full;        /* the next look is for full nodes */
};

enum { HISTORY_PAST = 8 };

/* A request for history and who was to answer it. */
struct history_asked {
	uint32_t request;
	struct pubkey key;
};

/* What the node asked for, and of whom. */
struct history {
	uint32_t request; /* 0: none under way */
	uint32_t chain, count, asks;
	uint64_t hid, asked_ms, moved_ms; /* moved_ms: when it was asked, or gave something last */
	uint64_t got;           /* bytes of the answer */
	struct hash hash;
	unsigned turn, tried; /* tried: peers that gave nothing of this */
	struct pubkey from;   /* who was asked last */
	bool failed, given;   /* it gave nothing, or what is wrong; of the answer under way a part has come */
	struct history_asked past[HISTORY_PAST]; /* a ring: late answers are no fault */
};

struct overlay {
	struct network network;
	struct pubkey self;
	uint64_t now_ms, period_ms;
	uint64_t search_ms; /* when more peers are looked for */
	unsigned searches;  /* since the first peer came */
	struct peers *peers;
	struct kad *kad;
	struct values *values;
	struct space *space;
	struct replica *replica;
	struct waiting waiting;
	struct following following;
	char url[OVERLAY_URL]; /* where others reach this node;  when they cannot */
	struct history history;
};

/* An object for a key without a link: kept a while, and the key is looked for. */
enum err overlay_wait(struct overlay *o, const struct pubkey *to, struct bytes raw);

/* An object for a peer, as much of it as it wants; the same for one or all; a payload for some. */
enum err overlay_send(struct overlay *o, struct overlay_effects *out, struct peer *peer, struct bytes raw);
enum err overlay_publish(struct overlay *o, struct overlay_effects *out, const struct pubkey *to, struct bytes raw);
enum err overlay_relay(struct overlay *o, struct overlay_effects *out, const struct pubkey *from, struct bytes raw);

/* A message for a node over the link that there is, or one that is opened for it. ERR_BUSY: too many wait. */
enum err overlay_say(struct overlay *o, struct overlay_effects *out, const struct contact *to, const struct message *m);

/* Who follows what: the event, a peer that came, what lookups found, what is due. */
enum err overlay_follow(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);
enum err overlay_follow_peer(struct overlay *o, struct overlay_effects *out, struct peer *peer);
void overlay_follow_soon(struct overlay *o); /* somebody went */
enum err overlay_follow_found(struct overlay *o, struct overlay_effects *out, const struct kad_result *r);
enum err overlay_follow_time(struct overlay *o, struct overlay_effects *out);
uint64_t overlay_follow_ms(const struct overlay *o);

/* What sync may ask a peer for. */
enum space_gives overlay_follow_gives(const struct overlay *o, const struct peer *peer);

/* Looks for nodes that follow a chain, and dials them. */
enum err overlay_follow_seek(struct overlay *o, uint32_t chain);

/* A message for table, values or sync. */
enum err overlay_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m);

/* Ends every step: what is due, what follows from who came and went. */
enum err overlay_settle(struct overlay *o, struct overlay_effects *out);

/* When more peers are looked for; UINT64_MAX while there are enough. */
uint64_t overlay_search_ms(const struct overlay *o);

/* A chain's history: asked for; what a peer gave is wrong; it went; what is due; and the answers, true: it is one. */
enum err overlay_history_ask(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);
enum err overlay_history_wrong(struct overlay *o, const struct pubkey *key);
enum err overlay_history_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key);
enum err overlay_history_time(struct overlay *o, struct overlay_effects *out);
uint64_t overlay_history_ms(const struct overlay *o);
bool overlay_history_answers(const struct overlay *o, const struct peer *from, const struct message *m);
enum err overlay_history_take(struct overlay *o, struct overlay_effects *out, const struct message *m);

/* Chain space: events, messages and time that it is told of, and the doing of what it asks for. */
enum err overlay_sync_tip(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);
enum err overlay_sync_synced(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);
enum err overlay_sync_follow(struct overlay *o, struct overlay_effects *out);
enum err overlay_sync_peer(struct overlay *o, struct overlay_effects *out, const struct peer *peer);
enum err overlay_sync_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key);
enum err overlay_sync_time(struct overlay *o, struct overlay_effects *out);
enum err overlay_sync_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m);

/* Bodies kept for others: the same. */
enum err overlay_body_event(struct overlay *o, struct overlay_effects *out, const struct overlay_event *event);
enum err overlay_body_peer(struct overlay *o, struct overlay_effects *out, const struct peer *peer);
enum err overlay_body_gone(struct overlay *o, struct overlay_effects *out, const struct pubkey *key);
enum err overlay_body_time(struct overlay *o, struct overlay_effects *out);
enum err overlay_body_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m);

#endif
