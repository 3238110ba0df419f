/*
 * values: what other nodes stored here for a while, and what this node stores elsewhere.
 *
 * A value stands under (key, storer): nobody overwrites another's. When all places are taken, the value farthest from
 * the own id goes, if the new one is nearer. Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_VALUES_H
#define OVERLAY_VALUES_H

#include "crypto/sign.h"

enum {
	VALUES_MOST = 4096,
	VALUES_STORER = 64,      /* most of one storer */
	VALUES_KEY = 16,         /* most under one key */
	VALUES_BYTES = 512,      /* most bytes of a value */
	VALUES_TTL_S = 86400,    /* most seconds a value is kept */
	VALUES_OWN = 4096,       /* most that this node publishes */
	VALUES_AGAIN_MS = 3600000 /* between two announcements of an own value */
};

struct values;

/* A value borrowed from the store, until the next call that changes it. */
struct value {
	struct pubkey storer;
	struct bytes bytes;
	uint64_t until_ms;
};

/* An own value to be stored at the nodes nearest to its key. */
struct value_due {
	struct hash key;
	struct bytes bytes;
	uint32_t ttl_s;
};

enum err values_new(struct values **out, const struct hash *own_id, uint64_t seed);
void values_free(struct values *v);

/*
 * Stores or renews. ERR_TOO_LONG, ERR_RANGE (a ttl of 0 or above VALUES_TTL_S), ERR_BUSY (the storer has its share, or
 * all places are taken by nearer ones), ERR_NOMEM.
 */
enum err values_put(struct values *v, const struct hash *key, const struct pubkey *storer, struct bytes value,
    uint32_t ttl_s, uint64_t now_ms);

/* Writes at most `most`, latest to expire first; returns how many. */
unsigned values_find(const struct values *v, const struct hash *key, struct value *out, unsigned most, uint64_t now_ms);

/* Drops what has expired. */
void values_expire(struct values *v, uint64_t now_ms);
unsigned values_count(const struct values *v);

/* An own value is announced at once, and again until it is withdrawn. ERR_TOO_LONG, ERR_BUSY, ERR_NOMEM. */
enum err values_publish(struct values *v, const struct hash *key, struct bytes value, uint64_t now_ms);
void values_withdraw(struct values *v, const struct hash *key);

/* The next own value whose announcement is due, now counted as announced; false: none. */
bool values_due(struct values *v, struct value_due *out, uint64_t now_ms);

/* The own value under a key; false: there is none. */
bool values_own(const struct values *v, struct value_due *out, const struct hash *key);

/* It is due again then; all are now. */
void values_again(struct values *v, const struct hash *key, uint64_t at_ms);
void values_renew(struct values *v, uint64_t now_ms);

/* When values_expire, values_due has something to do. */
uint64_t values_deadline_ms(const struct values *v);
uint64_t values_due_ms(const struct values *v);

#endif
