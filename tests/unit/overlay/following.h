/* following: nodes of a net that follow chains, and what is said of a chain. */
#ifndef TESTS_OVERLAY_FOLLOWING_H
#define TESTS_OVERLAY_FOLLOWING_H

#include "net.h"

#include "chain/payload.h"
#include "chain/seal.h"
#include "overlay/overlay_impl.h"
#include "overlay/replica_impl.h"

#define A "tcp://10.1.0.1:1"
#define B "tcp://10.2.0.1:1"
#define C "tcp://10.3.0.1:1"

static inline void
following_follow_as(struct net *n, unsigned who, enum role role, const uint32_t *chain, unsigned chains)
{
	struct overlay_event event = {.type = OVERLAY_FOLLOWS, .role = role, .follow = chain, .follows = chains};

	assert_int_equal(net_step(n, who, &event), ERR_OK);
}

static inline void
following_follow(struct net *n, unsigned who, const uint32_t *chain, unsigned chains)
{
	following_follow_as(n, who, chains > 0 ? ROLE_PARTIAL : ROLE_FULL, chain, chains);
}

/* In form: what the overlay looks at is the chain. */
static inline void
following_put_seal(struct buf *out, struct net *n, uint32_t chain)
{
	struct seal_head head = {.core = {.network = n->network[0], .lane.chain = chain, .payloads = 1, .bytes = 1000}};
	uint8_t body[1000] = {1};

	seal_head_put(out, &head);
	buf_add(out, body, sizeof body);
}

static inline struct hash
following_place_of(const struct net *n, uint8_t chain)
{
	struct hasher h;

	hash_init(&h, HASH_FOLLOWERS);
	hash_add(&h, n->network[0].b, sizeof n->network[0].b);
	hash_add(&h, (const uint8_t[]){chain, 0, 0, 0}, 4);
	return hash_end(&h);
}

/* --- history --- */

static inline int
following_start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

#endif
