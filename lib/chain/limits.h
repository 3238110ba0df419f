/*
 * limits: the bound of every length that a decoder of this layer reads.
 * The same table, with reasons, is in para-protocol(7), LIMITS.
 */
#ifndef CHAIN_LIMITS_H
#define CHAIN_LIMITS_H

enum {
	LIMIT_BODY = 4 << 20,              /* bytes of one payload's body, whatever a spec says */
	LIMIT_SEAL_PAYLOADS = 65536,       /* payloads in a seal */
	LIMIT_SEAL_BYTES = 16 << 20,       /* payload bytes in a seal, default and most of a genesis */
	LIMIT_SEALS = 65536,               /* seals in a hyper block */
	LIMIT_LANES = 65536,               /* lane certificates in a hyper block */
	LIMIT_TARGETS = 4096,              /* target chains of one certificate's messages */
	LIMIT_VOTERS = 65536,              /* lists in a certificate, endorsements in a hyper block */
	LIMIT_LANE_DEPTH = 32,             /* bits of a lane's prefix */
	LIMIT_NAME = 32,                   /* bytes of a chain's or network's name */
	LIMIT_SYMBOL = 12,                 /* bytes of a coin's or token's symbol */
	LIMIT_FOUNDERS = 1024,
	LIMIT_AUTHORITIES = 64,            /* keys that the rule bft lists */
	LIMIT_ALLOCS = 4096,
	LIMIT_OUTPUTS = 1000,              /* accounts that one transfer pays */
	LIMIT_MEMO = 256,                  /* bytes of a transfer's memo */
	LIMIT_EVIDENCE = 64,               /* pieces of evidence in a hyper block */
	LIMIT_HOLDINGS = 16384,            /* items of a have or a want */
	LIMIT_HYPER_BYTES = 64 << 20       /* one encoded hyper block */
};

#endif
