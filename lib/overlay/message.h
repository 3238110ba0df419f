/*
 * message: what nodes say to each other beside the objects of the chain; pack and unpack.
 *
 *     head 10 (type >= 32, version, network) | fields, as para-protocol(7) has them under OVERLAY
 *
 * HELLO and AUTH open a link, PING, PONG and TIP keep it, FIND_NODE to VALUE are Kademlia, GET_HEADS to END are sync, BYE
 * says why a link ends, GET_BODY and HOLD keep bodies, FOLLOWS says of which chains a node has them. An object of the chain (type < 32) that answers GET_BLOCKS or GET_BODY
 * travels inside a BLOCK_PART, so that it is never taken for a live one. Source of the rule: para-protocol(7), OVERLAY.
 */
#ifndef OVERLAY_MESSAGE_H
#define OVERLAY_MESSAGE_H

#include "overlay/overlay.h"

enum message_type {
	MESSAGE_HELLO = 32,
	MESSAGE_AUTH,
	MESSAGE_PING,
	MESSAGE_PONG,
	MESSAGE_TIP,
	MESSAGE_FIND_NODE,
	MESSAGE_NODES,
	MESSAGE_STORE,
	MESSAGE_FIND_VALUE,
	MESSAGE_VALUE,
	MESSAGE_GET_HEADS,
	MESSAGE_HEADS,
	MESSAGE_GET_BLOCKS,
	MESSAGE_BLOCK_PART,
	MESSAGE_END,
	MESSAGE_BYE,
	MESSAGE_GET_BODY,
	MESSAGE_HOLD,
	MESSAGE_FOLLOWS,
	MESSAGE_AFTER /* not a type: the first number that is none */
};

enum {
	MESSAGE_CONTACTS = 16,     /* most nodes in a NODES or VALUE */
	MESSAGE_VALUES = 8,        /* most values in a VALUE */
	MESSAGE_VALUE_BYTES = 512, /* most bytes of one value */
	MESSAGE_HOLDS = 32,        /* most bodies in a HOLD */
	MESSAGE_BYE_TEXT = 65,     /* of a BYE with its ending zero */
	MESSAGE_CHAINS = OVERLAY_CHAINS, /* most chains in a GET_BLOCKS or FOLLOWS */
	MESSAGE_PART_HEAD = 14     /* bytes of a BLOCK_PART before its object */
};

/* A node as another tells of it; url may be "" for one that cannot be dialled. */
struct contact {
	struct pubkey key;
	char url[OVERLAY_URL];
};

struct message_hello {
	enum role role;
	struct pubkey key;
	uint8_t nonce[32];
	struct hash genesis;
	uint64_t clock_ms;
	struct tip tip;
	uint64_t offer; /* bytes of bodies it keeps for others */
	char url[OVERLAY_URL], version[OVERLAY_VERSION];
};

struct message_ping {
	uint64_t nonce, clock_ms;
	struct tip tip;
};

/* VALUE: values, or else nodes nearer to the key; either may be none. */
struct message_nodes {
	unsigned values, contacts;
	const struct bytes *value;
	const struct contact *contact;
};

struct message_store {
	struct hash key;
	uint32_t ttl_s;
	struct bytes value;
};

/* hid descends strictly. */
struct message_locator {
	unsigned count, most;
	const struct hash *hash;
	const uint64_t *hid;
};

struct message_blocks {
	uint64_t hid;
	unsigned count;
	struct hash hash; /* of block hid */
	enum { BLOCKS_ALL, BLOCKS_OF, SEALS_OF } what; /* OF: of the seals only those of these chains; SEALS: and no blocks */
	unsigned chains; /* none for ALL, else ascending */
	const uint32_t *chain;
};

/* A body by its seal's id, and the bytes of the encoded seal. */
struct message_hold {
	unsigned count;
	const struct body_ref *body;
};

/* The only chains that a node follows, ascending, chain 0 among them; none: all of a full node, else more than fit. */
struct message_follows {
	enum role role;
	unsigned chains;
	const uint32_t *chain;
};

struct message {
	enum message_type type;
	struct network network;
	uint32_t request; /* FIND_NODE to END, GET_BODY: chosen by who asks, repeated in the answers */
	union {
		struct message_hello hello;
		struct signature auth;
		struct message_ping ping;      /* PING, PONG */
		struct tip tip;                /* TIP */
		struct hash target;            /* FIND_NODE, FIND_VALUE, GET_BODY */
		struct message_nodes nodes;    /* NODES, VALUE */
		struct message_store store;
		struct message_locator locator; /* GET_HEADS */
		struct bytes raw;              /* HEADS: headers of HYPER_HEAD bytes; BLOCK_PART: the object */
		struct message_blocks blocks;  /* GET_BLOCKS */
		uint64_t hid;                  /* END */
		struct message_hold hold;
		struct message_follows follows;
		char bye[MESSAGE_BYE_TEXT];
	};
};

/* The type of an encoded message, without decoding it; 0 when it is none (an object of the chain, for one). */
enum message_type message_peek(struct bytes in);

/* m keeps the bounds above. Whether memory sufficed is in out->failed. */
void message_put(struct buf *out, const struct message *m);

/*
 * Arrays live in the arena, bytes borrow from in. The network is the caller's to compare. ERR_NOT_CANONICAL: text with a
 * byte that does not print; ERR_ORDER: a locator that does not descend, headers whose HIDs do not follow each other.
 */
enum err message_unpack(struct message *out, struct arena *arena, struct bytes in);

/* What the AUTH of the side that sent `own` signs. dialled: this side dialled. */
struct hash message_auth_hash(const struct message_hello *own, const struct message_hello *other, bool dialled);

/* A contact by itself, as a value has it. ERR_TRUNCATED and the like. */
void message_contact_put(struct buf *out, const struct pubkey *key, const char *url);
enum err message_contact_get(struct contact *out, struct bytes in);

/* What a node answers of itself. heads: at most OVERLAY_HEADS times HYPER_HEAD bytes, HIDs following each other. */
void message_heads(struct buf *out, const struct network *network, uint32_t request, struct bytes heads);
void message_part(struct buf *out, const struct network *network, uint32_t request, struct bytes object);
void message_end(struct buf *out, const struct network *network, uint32_t request, uint64_t hid);

#endif
