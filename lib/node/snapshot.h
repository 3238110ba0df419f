/*
 * snapshot: a node's final state in a file, and a store made of it that need not execute what led there.
 *
 *     'S' version u8 | base u64 | tip u64          base: the last final hyper block; the state is what it left
 *     'G' genesis
 *     'C' held u8 | HID u64 | owner 32 | spec      each chain, ascending; held: it is in the snapshot
 *     'H' difficulty u64 | lanes in use u32 | block  each hyper block up to base, after each:
 *     'B' seal                                       its seals in the lanes that are held and have no state
 *     'A' chain u32 | pairs u64 | bytes u64 | root   each chain that is held and has a state, after each:
 *     'P' key 32 | value                             what its accounts hold, ascending by key
 *     'H' 'B' 'E'                                    the blocks beyond base with all seals of lanes that are held, and the
 *                                                    endorsements that certify each
 *     'Z' hash                                       see frames.h
 *
 * What a reader believes it finds shown in the file: every hyper block from the genesis with its votes, the certificates
 * that commit each chain's root, and the state that gives this root. A chain with the engine data has no root, so it
 * comes with all its blocks and is executed, as the blocks beyond base are.
 * Source of the rule: para-protocol(7), SNAPSHOT.
 */
#ifndef NODE_SNAPSHOT_H
#define NODE_SNAPSHOT_H

#include <stdbool.h>

#include "base/err.h"
#include "crypto/hash.h"

enum { SNAPSHOT_VERSION = 1 };

enum snapshot_kind {
	SNAPSHOT_START = 'S',
	SNAPSHOT_GENESIS = 'G',
	SNAPSHOT_CHAIN = 'C',
	SNAPSHOT_HYPER = 'H',
	SNAPSHOT_BODY = 'B',
	SNAPSHOT_ENDORSEMENT = 'E',
	SNAPSHOT_ACCOUNTS = 'A',
	SNAPSHOT_PAIR = 'P'
};

struct snapshot_info {
	struct hash genesis, hash; /* hash: of block hid */
	uint64_t hid, tip_hid;     /* base and tip */
	uint32_t chains;           /* that are held */
	uint64_t accounts;
};

/*
 * Of the store in dir, whether or not a node runs on it, to a file or pipe. ERR_BUSY: nothing is final yet, or the state
 * is not committed yet: try again. As store_open; ERR_IO with errno, ERR_DISK_FULL.
 */
enum err snapshot_write(struct snapshot_info *out, const char *dir, int fd);

/* What is wrong with the chain or the state of a snapshot, a sentence each. */
struct snapshot_config {
	const struct hash *expect; /* a hyper block that must be in it; NULL: any */
	void (*report)(void *arg, const char *place, const char *what);
	void *arg;
};

/*
 * Makes the store in dir, which is not there or empty: in DIR.import first, which takes its name when all is checked and
 * on disk. ERR_EXISTS; ERR_TRUNCATED, ERR_HASH, ERR_ORDER and others of decoders: no snapshot, or a damaged one;
 * ERR_NOT_FOUND: the block that was expected is not in it; ERR_CORRUPT: its chain or state is wrong, see report.
 */
enum err snapshot_read(struct snapshot_info *out, const char *dir, int fd, const struct snapshot_config *config);

#endif
