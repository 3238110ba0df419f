/*
 * hash: BLAKE2b-256 with a personalisation string per kind of object, so that no hash of one kind is ever a hash of
 * another. Source of the rule: para-protocol(7), HASHES.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct hash {
	uint8_t b[32];
};

/* The 16-byte personalisations, zero padded, are in hash.c and in para-protocol(7). */
enum hash_kind {
	HASH_PAYLOAD,     /* para.payload: payload id, what its signature covers */
	HASH_SEAL_CORE,   /* para.sealcore: what the signer's Auth covers */
	HASH_SEAL_DIGEST, /* para.sealdigest: core and Auth; the work starts from it */
	HASH_WORK,        /* para.work: digest and nonce; the seal's id and rank */
	HASH_BLOCK,       /* para.block: local block */
	HASH_LIST,        /* para.list: slot and root of a voter's list, what its signature covers */
	HASH_CERT,        /* para.cert: lane certificate */
	HASH_HYPER,       /* para.hyper: hyper block header without its Auth */
	HASH_ENDORSE,     /* para.endorse: what an endorsement's signature covers */
	HASH_GENESIS,     /* para.genesis */
	HASH_SPEC,        /* para.spec: chain spec; a seal's script hash */
	HASH_RULES,       /* para.rules: the protocol's rules; a hyper block's script hash */
	HASH_LEAF,        /* para.leaf: Merkle leaf */
	HASH_NODE,        /* para.node: Merkle inner node */
	HASH_ROOT,        /* para.root: leaf count and top of a Merkle tree */
	HASH_ACCOUNT,     /* para.account: account without a key */
	HASH_BEACON,      /* para.beacon: the lowest work hashes of an epoch's blocks */
	HASH_WITNESS,     /* para.witness: beacon, lane and vote; who witnesses a lane */
	HASH_LINK,        /* para.link: what opens a link between two nodes; signed by each side */
	HASH_NODE_ID,     /* para.nodeid: a node's place in the overlay */
	HASH_HOLDER,      /* para.holder: body and voter; who keeps a body */
	HASH_FOLLOWERS,   /* para.followers: network and chain; where its followers are found */
	HASH_STATE,       /* para.state: account; its key in the state of a chain */
	HASH_STATE_VALUE, /* para.statevalue: value of an account */
	HASH_STATE_LEAF,  /* para.stateleaf: key and hash of the value */
	HASH_STATE_NODE,  /* para.statenode: depth and both sides of an inner node of the state */
	HASH_TICKET,      /* para.ticket: beacon, draw, lane, slot, signer, index; what a stake wins */
	HASH_SNAPSHOT,    /* para.snapshot: a snapshot up to its end */
	HASH_AUTHORITIES, /* para.authorities: keys of a proposed set */
	HASH_KINDS
};

/* Incremental; lives on the stack, needs no release. */
struct hasher {
	_Alignas(64) unsigned char state[384];
};

/* Must be called once before anything else in this layer; false when libsodium cannot start. */
bool hash_start(void);

struct hash hash_of(enum hash_kind kind, const void *data, size_t len);
void hash_init(struct hasher *h, enum hash_kind kind);
void hash_add(struct hasher *h, const void *data, size_t len);
struct hash hash_end(struct hasher *h);

bool hash_equal(const struct hash *a, const struct hash *b);
bool hash_is_zero(const struct hash *a);

/* As big-endian numbers, which is also the order of their hex text: <0, 0, >0. */
int hash_compare(const struct hash *a, const struct hash *b);

/* The 16 bytes of a kind's personalisation. */
const uint8_t *hash_personal(enum hash_kind kind);

#endif
