/*
 * audit: verifies a whole store offline, from the genesis to the pool.
 *
 *     genesis -> each hyper block: form, signatures, links, slot, time, rules, difficulty, map, source and votes
 *             -> its certificates' local blocks -> their payloads: form, signature, root of the seal, index, place
 *             -> execution from the genesis on in memory: receipts, committed roots, and at the end the state itself
 *             -> tip, final, lanes, pool, indexes, and no entry that nothing refers to
 *
 * Of a chain that the node does not follow the certificates are verified, and that nothing else of it is there; not the
 * latter while its history comes or goes.
 *
 * A store that began with a snapshot has no bodies of chains with a state before its base, and nothing to execute them
 * from: their state after the last final block is believed if it gives the root that is committed, and what stands on it
 * is executed.
 */
#ifndef NODE_AUDIT_H
#define NODE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct audit_result {
	uint64_t hypers, blocks, payloads; /* verified */
	uint64_t pooled;                   /* waiting, or in a block that is not final */
	uint64_t problems;                 /* told to the report */
};

struct audit_config {
	/* One thing that is wrong. place: "17", "17.3.42", "17.3.42.5", "row 12", "lane 3", "meta", ... Both borrowed. */
	void (*report)(void *arg, const char *place, const char *what);
	/* After each hyper block; may be NULL. */
	void (*progress)(void *arg, uint64_t hid, uint64_t tip_hid);
	void *arg;
	bool snapshot; /* just made of one: what it began with must be final, and each root committed */
};

/*
 * ERR_OK: all was looked at, result->problems says what was found. Anything else: it could not be looked at (the store
 * does not open, a read failed, memory ran out). A node may run on the store: one snapshot is read.
 */
enum err audit_run(struct audit_result *out, const char *dir, const struct audit_config *config);

#endif
