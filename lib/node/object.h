/*
 * object: what a peer says of the chain, on its way to the core: decoded and checked by a worker, then an item of the
 * loop. What does not pass is the peer's fault and told to the mesh.
 */
#ifndef NODE_OBJECT_H
#define NODE_OBJECT_H

#include "chain/exchange.h"
#include "node/inside.h"

struct object {
	struct item item;
	struct task task;
	struct arena arena;
	struct buf raw;
	struct pubkey from; /* zero: fetched, see fetch.h */
	enum object_type type;
	enum err err; /* of the checks */
	union {
		struct {
			struct payload payload;
			struct hash id, leaf;
		};
		struct {
			struct seal seal;
			struct hash seal_id;
			bool bare; /* its head alone */
			uint64_t *last_seq;
		};
		struct {
			struct hyper hyper;
			struct hash hash;
		};
		struct list list;
		struct endorsement endorsement;
		struct holdings holdings;
	};
	_Atomic size_t *under_way; /* the count that its bytes are part of, or NULL */
};

/* NULL: memory is out. */
struct object *object_new(const struct pubkey *from, struct bytes raw);
void object_free(struct object *o);

/* Form, signatures, work; fills what the core is told. ERR_STOPPING: not looked at any more. */
enum err object_check(struct object *o, struct node *n);

/* Do the effects from `before` on keep a payload: was it new? */
bool object_kept(const struct effects *effects, size_t before);

/* A peer's object: copied, checked by a worker, given to the core. Dropped when too much is under way. */
void object_take(struct node *n, const struct pubkey *from, struct bytes raw);

#endif
