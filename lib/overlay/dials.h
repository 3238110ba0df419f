/*
 * dials: the URLs under which other nodes may be reached, and which to dial when.
 *
 *     bootstrap      while fewer than DIALS_FEW peers are there
 *     saved, found   while fewer peers are there than wanted
 *     wanted         at once: something is to be sent there, or the operator or the LAN named it
 *
 * A dial that fails doubles the pause of its URL up to DIALS_PAUSE_MS, with a quarter of chance in it; URLs that others
 * named leave after DIALS_FAILURES in a row. A URL whose node is connected, or is this node, is not dialled.
 */
#ifndef OVERLAY_DIALS_H
#define OVERLAY_DIALS_H

#include "overlay/message.h"

enum {
	DIALS_MOST = 1024,      /* URLs */
	DIALS_AT_ONCE = 8,
	DIALS_FEW = 4,
	DIALS_FAILURES = 6,
	DIALS_FIRST_MS = 500,   /* the first pause */
	DIALS_PAUSE_MS = 120000,
	DIALS_TIME_MS = 15000,  /* without an answer a dial has failed */
	DIALS_WANTED_MS = 10000 /* how long a URL stays wanted */
};

enum dial_source { DIAL_BOOTSTRAP, DIAL_SAVED, DIAL_FOUND };

struct dial {
	char url[OVERLAY_URL];
	enum dial_source source;
	struct pubkey key; /* of the node that answered there last, or is said to; zero: unknown */
	bool own, keyed;
	unsigned failures;
	uint64_t tag;      /* of the dial under way; 0: none */
	uint64_t began_ms, next_ms, wanted_ms; /* not before next; wanted until */
};

/* Zero-initialise, but random. */
struct dials {
	struct dial *item;
	unsigned count, cap;
	uint64_t random, tags;
};

/* Who is there already. */
struct dials_peers {
	unsigned peers, wanted;
	bool (*connected)(const void *arg, const struct pubkey *key);
	const void *arg;
};

void dials_free(struct dials *d);

/*
 * A URL; key NULL: unknown whose. A known one keeps its pause. When all places are taken, a found one that failed makes
 * room; else the new one is not taken. *out is NULL then. ERR_NOMEM.
 */
enum err dials_add(struct dials *d, struct dial **out, const char *url, const struct pubkey *key,
    enum dial_source source);

struct dial *dials_by_url(struct dials *d, const char *url);
struct dial *dials_by_tag(struct dials *d, uint64_t tag);
struct dial *dials_by_key(struct dials *d, const struct pubkey *key);

/* The next to dial now; NULL: none, and then *due_ms is when there may be one. */
struct dial *dials_next(struct dials *d, uint64_t *due_ms, const struct dials_peers *peers, uint64_t now_ms);

/* The dial leaves: its tag. */
uint64_t dials_begin(struct dials *d, struct dial *dial, uint64_t now_ms);

/* What became of it. failed may remove the entry. */
void dials_failed(struct dials *d, struct dial *dial, uint64_t now_ms);
void dials_met(struct dials *d, struct dial *dial, const struct pubkey *key, uint64_t now_ms);

/* Dials that nobody answered have failed. */
void dials_expire(struct dials *d, uint64_t now_ms);

#endif
