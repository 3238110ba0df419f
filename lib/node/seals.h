/* seals: a seal on its way through the core, with the call that waits for the verdict. */
#ifndef NODE_SEALS_H
#define NODE_SEALS_H

#include "node/call.h"

/* The whole of it lives until its effects are durable. */
struct seal_item {
	struct item item;
	struct arena arena;
	struct buf raw;
	struct seal seal;
	struct hash id;
	uint64_t *last_seq;
	uint64_t tag;
};

struct seal_item *seals_new(void); /* NULL: memory is out */
void seals_free(struct seal_item *x);

/* Parks the call and hands a seal, statelessly checked, to the core; answers the call in any case. Takes x over. */
void seals_submit(struct call *call, struct seal_item *x);

/* The last seq of each payload's signer, as an EVENT_SEAL tells it; the core's mutex is held. */
enum err seals_last_seqs(uint64_t *last_seq, const struct node *n, struct ledger_view *view, const struct seal *seal);

/* Answers: rejected, because of e. x may be NULL, or without a decoded head when known is false. Frees x. */
void seals_refuse(struct call *call, struct seal_item *x, bool known, enum err e);

/* ERR_STOPPING, or why the disk takes nothing; ERR_OK. */
enum err seals_welcome(struct node *n);

#endif
