/* blockview: hyper blocks and local blocks as JSON, from the store. */
#ifndef NODE_BLOCKVIEW_H
#define NODE_BLOCKVIEW_H

#include "node/lookup.h"
#include "node/waits.h"

/* One object: a hyper block with its lanes, with "type" first unless it is NULL. ERR_NOT_FOUND above the tip. */
enum err blockview_hyper(struct json_writer *w, struct node *n, struct look *look, uint64_t hid, const char *type);

/* One object: a local block; its payloads from `from` on, at most BLOCKVIEW_PAGE; `next` tells where to go on. */
enum { BLOCKVIEW_PAGE = 500 };
enum err blockview_block(struct json_writer *w, struct node *n, struct look *look, const struct lane *lane,
    uint64_t lid, uint64_t from);

/* The members of a local block but its payloads. */
void blockview_head(struct json_writer *w, struct node *n, const struct store_block *b);

/* One object: the payload of a row with its status; wait: what it waits for in the pool. */
enum err blockview_payload(struct json_writer *w, struct node *n, struct look *look, uint64_t row,
    const struct wait *wait);

/* The members that say where a hyper block is in time. */
void blockview_time(struct json_writer *w, struct node *n, uint64_t slot);

#endif
