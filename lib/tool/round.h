/* round: what a builder of seals must know of the current slot of a chain: the node's answer to `round`. */
#ifndef TOOL_ROUND_H
#define TOOL_ROUND_H

#include "chain/seal.h"
#include "crypto/work.h"
#include "json/json.h"
#include "tool/tool.h"

struct round {
	struct network network;
	struct lane lane;
	uint64_t slot, difficulty, effort; /* effort: the difficulty that ids have to meet */
	struct hash prev_hyper, script;
	struct pubkey voter;
	uint32_t body_bytes, seal_bytes;
	uint16_t index; /* what seals name; a ticket where the chain's rule has tickets */
	uint64_t seal_left_ms, next_left_ms, period_ms;
};

/* From the JSON of `para-inspect round`. ERR_FIELD with the name of the member in *field. */
enum err round_read(struct round *out, const char **field, const struct json *j);

/* From a file that holds it ("-": stdin), of the chain unless that is NULL. 0 or a status with the message printed. */
int round_load(struct round *out, struct tool *t, const char *path, const char *chain);

/* Asks the node for this signer's seals; waits for the next slot when less than a quarter of the seal phase is left. */
int round_ask(struct round *out, struct tool *t, const char *chain, const struct pubkey *signer);

#endif
