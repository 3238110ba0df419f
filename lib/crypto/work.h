/*
 * work: the proof of work of a seal, and the search for it.
 *
 *     work hash = BLAKE2b-256("para.work", digest[32] || nonce u64)      one compression a try
 *     target(d) = floor(2^256 / d) - 1                                   d = expected tries, u64 >= 256
 *     valid     = work hash, read as a big-endian number, <= target
 *
 * Source of the rule: para-protocol(7), WORK.
 */
#ifndef CRYPTO_WORK_H
#define CRYPTO_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/hash.h"

#define WORK_DIFFICULTY_LEAST 256u

struct hash work_hash(const struct hash *digest, uint64_t nonce);

/* difficulty >= 2. */
struct hash work_target(uint64_t difficulty);

bool work_meets(const struct hash *work, uint64_t difficulty);

/*
 * A search kernel: tries nonces from first on, count of them, and reports the first that meets the target. Returns true
 * with *nonce set. The caller rechecks it with work_hash.
 */
struct work_kernel {
	const char *name;
	bool (*search)(uint64_t *nonce, const struct hash *digest, const struct hash *target, uint64_t first,
	    uint64_t count);
};

/* The kernels this machine can run, plain C first. *n is how many. Static storage. */
const struct work_kernel *work_kernels(size_t *n);

#endif
