/*
 * held: bodies that a node keeps for others, and where the seals of its own chain are found by their ids.
 *
 *     DIR/held/data.mdb    of its own: what is here can be had again from other nodes, so nothing waits for the disk
 *     body    seal id      the encoded seal
 *     place   seal id      lane, LID
 *     noted   (empty)      HID up to which places are noted
 *
 * What a lost power has torn is made anew, empty. Any thread may call.
 */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "base/bytes.h"
#include "chain/seal.h"

struct held;

struct held_place {
	struct hash id;
	struct lane lane;
	uint64_t lid;
};

/* In DIR of a store that is open; room for `bytes` of bodies. ERR_IO and the like, ERR_NOMEM. */
enum err held_open(struct held **out, const char *dir, uint64_t bytes);
void held_close(struct held *h);

/* ERR_MAP_FULL, ERR_DISK_FULL, ERR_IO. */
enum err held_put(struct held *h, const struct hash *id, struct bytes raw);
enum err held_get(struct buf *raw, struct held *h, const struct hash *id); /* ERR_NOT_FOUND */
enum err held_drop(struct held *h, const struct hash *id);                 /* ERR_OK when it was not there */

/* All bodies; stops at the first error, which it returns. */
enum err held_each(struct held *h, enum err (*each)(void *arg, const struct hash *id, size_t size), void *arg);

/* Places of all blocks up to hid. */
enum err held_note(struct held *h, uint64_t hid, const struct held_place *place, size_t n);
enum err held_noted(uint64_t *hid, struct held *h); /* 0: none yet */

/* ERR_NOT_FOUND. The place may hold another seal by now: the caller looks. */
enum err held_find(struct held_place *out, struct held *h, const struct hash *id);

#endif
