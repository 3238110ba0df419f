/*
 * kad: the table of nodes that proved their keys, and lookups in it.
 *
 *     id = Hash(node id, key); distance of two ids: their exclusive or, as a big-endian number
 *     bucket b: ids whose distance from the own one has b leading zero bits; at most KAD_K entries, oldest heard first
 *
 *     a node is heard and its bucket is full:  the oldest is pinged; silent: replaced by the newest of the waiting ones
 *
 * An entry never leaves for a newer one while it answers, and one address range (/24 of IPv4, /48 of IPv6; loopback and
 * private ones excepted) holds few places: who comes late with many keys gains little. A lookup asks KAD_ALPHA nodes at
 * a time for nodes nearer to its target and ends when the KAD_K nearest that it knows have answered; there too a range
 * has few places.
 *
 * The caller sends what kad_next hands out, over a link that is there or by dialling the URL, and tells what came of it;
 * requests that nobody answers in KAD_QUERY_MS fail by themselves. Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_KAD_H
#define OVERLAY_KAD_H

#include "overlay/message.h"

enum {
	KAD_K = 16,
	KAD_ALPHA = 3,
	KAD_BUCKETS = 256,
	KAD_LOOKUPS = 16,         /* most at once */
	KAD_BUCKET_RANGE = 2,     /* most entries of a bucket, and places of a lookup's nearest, in one address range */
	KAD_TABLE_RANGE = 10,     /* ... of the whole table */
	KAD_QUERY_MS = 3000,
	KAD_REFRESH_MS = 3600000, /* a bucket not looked at for so long gets a lookup */
	KAD_FAILURES = 3          /* in a row, and an entry leaves its bucket */
};

struct kad;

enum kad_purpose {
	KAD_REFRESH, /* the table's own: has no result */
	KAD_LOCATE,  /* the nodes nearest to the target */
	KAD_GET      /* the values stored under it */
};

enum kad_request { KAD_PING, KAD_FIND_NODE, KAD_FIND_VALUE };

/* What is to be sent. request numbers are the table's own and may go on the wire as they are. */
struct kad_query {
	enum kad_request type;
	uint32_t request;
	struct contact to;
	struct hash target;
};

/* What became of a lookup. */
struct kad_result {
	enum kad_purpose purpose;
	uint64_t tag;
	struct hash target;
	unsigned rounds, contacts, values; /* rounds: most hops to one of the contacts */
	struct contact contact[KAD_K]; /* nearest first; all of them answered */
	uint16_t value_len[MESSAGE_VALUES];
	uint8_t value[MESSAGE_VALUES][MESSAGE_VALUE_BYTES]; /* distinct; nobody vouches for them */
};

struct hash kad_id(const struct pubkey *key);

/* <0: a is nearer to the target than b. */
int kad_compare(const struct hash *target, const struct hash *a, const struct hash *b);

/* ERR_NOMEM. seed: random. */
enum err kad_new(struct kad **out, const struct pubkey *self, uint64_t seed);
void kad_free(struct kad *k);

/*
 * A node proved its key on a link, or an entry answered anything. address: the numeric "1.2.3.4:567" of the link when
 * its URL names no number. Nodes without a URL get no entry. ERR_NOMEM.
 */
enum err kad_heard(struct kad *k, const struct contact *c, const char *address, uint64_t now_ms);

/* Is not to be in the table any more: it broke rules. */
void kad_forget(struct kad *k, const struct pubkey *key);

/* At most `most` entries nearest to the target that answered lately, nearest first; returns how many. */
unsigned kad_closest(const struct kad *k, const struct hash *target, struct contact *out, unsigned most);

/* ERR_BUSY: KAD_LOOKUPS are running, or wait for kad_result. ERR_NOMEM. */
enum err kad_lookup_start(struct kad *k, enum kad_purpose purpose, const struct hash *target, uint64_t tag,
    uint64_t now_ms);

/*
 * The answer to a request: contacts (of a NODES, or a VALUE without values), or values. One that nobody asked this node,
 * or asked it too long ago, is ignored: false. A PONG is kad_answer without contacts.
 */
bool kad_answer(struct kad *k, uint32_t request, const struct pubkey *from, const struct contact *contact, unsigned n,
    uint64_t now_ms);
bool kad_values(struct kad *k, uint32_t request, const struct pubkey *from, const struct bytes *value, unsigned n,
    uint64_t now_ms);

/* The node cannot be reached, or refused. */
void kad_failed(struct kad *k, uint32_t request, uint64_t now_ms);

/* Call after any of the above, and at the deadline, until it returns false: the next query to send. */
bool kad_next(struct kad *k, struct kad_query *out, uint64_t now_ms);

/* The next lookup that ended; false: none. */
bool kad_result(struct kad *k, struct kad_result *out);

uint64_t kad_deadline_ms(const struct kad *k);
unsigned kad_count(const struct kad *k);

/* Entries worth remembering over a restart, far buckets first; returns how many. */
unsigned kad_saved(const struct kad *k, struct contact *out, unsigned most);

#endif
