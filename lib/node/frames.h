/*
 * frames: a file of pieces, written and read front to back, that shows when it was torn or altered.
 *
 *     kind u8 | length u32 | bytes          again and again
 *     'Z'     | 32         | hash           Hash(snapshot, everything before)
 */
#ifndef NODE_FRAMES_H
#define NODE_FRAMES_H

#include "base/bytes.h"
#include "base/err.h"
#include "chain/limits.h"
#include "crypto/hash.h"

/* Bytes of a piece: a hyper block or a seal with some numbers beside it. */
enum { FRAMES_MOST = LIMIT_HYPER_BYTES + 4096, FRAMES_END = 'Z' };

struct frames {
	int fd;
	struct hasher hash;
	struct buf held; /* to write; or what was read and not yet handed out */
	size_t at;
	bool ended;
	enum err err; /* the first of any call: all later ones fail */
};

void frames_begin(struct frames *f, int fd);
void frames_free(struct frames *f);

/* ERR_IO with errno, ERR_NOMEM, ERR_TOO_LONG. */
enum err frames_put(struct frames *f, uint8_t kind, struct bytes bytes);

/* Writes the end, and what is held. */
enum err frames_end(struct frames *f);

/*
 * The next piece; *bytes borrows until the next call. FRAMES_END: its hash was right and nothing follows.
 * ERR_TRUNCATED: torn; ERR_HASH, ERR_TRAILING, ERR_TOO_LONG, ERR_IO.
 */
enum err frames_next(struct frames *f, uint8_t *kind, struct bytes *bytes);

#endif
