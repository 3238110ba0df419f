/*
 * draft: signed payloads from bodies, for one chain and signer, with seqs that count up. What it needs to know it asks
 * a node, once; given --seq, --network and a chain number it asks nobody.
 */
#ifndef TOOL_DRAFT_H
#define TOOL_DRAFT_H

#include "chain/limits.h"
#include "chain/payload.h"
#include "tool/options.h"

/* What a builder's options say; the values of DRAFT_OPTIONS. */
struct draft_options {
	uint64_t seq; /* OPTION_NONE: ask */
	uint64_t fee; /* OPTION_NONE: the least that the chain takes; 0 when nobody is asked */
	const char *network, *expiry;
};

#define DRAFT_DEFAULTS {.seq = OPTION_NONE, .fee = OPTION_NONE}

#define DRAFT_OPTIONS(o) \
	{0, "seq", "N", "seq of the first payload (else the node is asked)", OPTION_NUMBER, &(o).seq, 1, 0}, \
	{0, "network", "HEX", "the network's id (else the node is asked)", OPTION_TEXT, &(o).network, 0, 0}, \
	{0, "fee", "N", "fee of a payload in base units (the chain's least)", OPTION_NUMBER, &(o).fee, 0, 0}, \
	{0, "expiry", "HID|+N", "last hyper block that may seal it (never)", OPTION_TEXT, &(o).expiry, 0, 0}

struct draft {
	struct sign_key *key;
	struct network network;
	uint32_t chain;
	char chain_name[LIMIT_NAME + 1]; /* "" when nobody was asked */
	uint64_t seq, expiry;
	struct amount fee, byte_fee, register_fee; /* fee is used when `fixed` */
	bool fixed;
	uint32_t body_bytes;
	bool data; /* a node said that the chain keeps bytes alone, and no accounts */
};

/* 0 or a status with the message printed. */
int draft_open(struct draft *out, struct tool *t, const struct draft_options *options, const char *chain);
void draft_close(struct draft *d);

/* Signs one payload and prints its line. ERR_BODY_SIZE, ERR_NOMEM: nothing printed, seq unused. */
enum err draft_payload(struct draft *d, struct tool *t, struct bytes body);

#endif
