/*
 * miner: the search for a nonce, on threads. The only place of the project that searches.
 */
#ifndef TOOL_MINER_H
#define TOOL_MINER_H

#include "crypto/work.h"
#include "tool/tool.h"

/* The kernel that tried most nonces in about a millisecond. */
const struct work_kernel *miner_kernel(void);

/* Tries a second for one kernel on n threads, for ms milliseconds. */
double miner_measure(const struct work_kernel *kernel, unsigned threads, unsigned ms);

struct miner_job {
	const struct work_kernel *kernel;
	unsigned threads;
	struct hash digest;
	uint64_t difficulty;
	uint64_t until_ms;      /* clock_steady_ms at which to give up; 0: never */
};

struct miner_result {
	uint64_t nonce;
	struct hash work;
	uint64_t hashes, ms;
};

/* ERR_TIMEOUT when it gave up, ERR_WORK when the kernel is broken (its result failed the check), ERR_NOMEM. */
enum err miner_search(struct miner_result *out, const struct miner_job *job);

#endif
