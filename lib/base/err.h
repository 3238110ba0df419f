/*
 * err: the one table of error codes of the library.
 *
 * Every function that can fail returns an enum err; ERR_OK is 0. The library never prints and never exits: a tool
 * says once what it was doing, to which object, and why it failed (err_text).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_OK = 0,
	/* form of bytes and text */
	ERR_TRUNCATED,
	ERR_TRAILING,
	ERR_TOO_LONG,
	ERR_TYPE,
	ERR_VERSION,
	ERR_NETWORK,
	ERR_NOT_CANONICAL,
	ERR_RANGE,
	ERR_OVERFLOW,
	ERR_HEX,
	ERR_BECH32,
	ERR_NUMBER,
	ERR_JSON,
	ERR_FIELD,
	ERR_NAME,
	ERR_SYMBOL,
	/* what does not verify */
	ERR_SIGNATURE,
	ERR_WORK,
	ERR_MERKLE,
	ERR_COUNT,
	ERR_ORDER,
	ERR_LINK,
	ERR_HASH,
	ERR_CERTIFICATE,
	ERR_VOTES,
	/* rules of the chain */
	ERR_CHAIN_UNKNOWN,
	ERR_CHAIN_NOT_FOLLOWED,
	ERR_NOT_HELD,
	ERR_LANE,
	ERR_SLOT,
	ERR_LATE,
	ERR_PARENT,
	ERR_DIFFICULTY,
	ERR_SCRIPT,
	ERR_VOTER,
	ERR_DUPLICATE,
	ERR_EXPIRED,
	ERR_SEQ_USED,
	ERR_SEQ_TAKEN,
	ERR_SEQ_GAP,
	ERR_FEE_RAISE,
	ERR_BODY_SIZE,
	ERR_POOL_FULL,
	ERR_POOL_SIGNER,
	ERR_SEALS_FULL,
	ERR_OPERATION,
	ERR_NAME_TAKEN,
	ERR_ENGINE,
	ERR_RULE,
	ERR_STAKES,
	ERR_EFFORT,
	ERR_AUTHORITY,
	ERR_STAKE,
	ERR_TICKET,
	/* rules of coins */
	ERR_FEE_LOW,
	ERR_FEE,
	ERR_FUNDS,
	ERR_ZERO,
	ERR_SELF,
	ERR_CAP,
	ERR_HALVING,
	ERR_RIGHT,
	ERR_FROZEN,
	ERR_TOKEN,
	ERR_TOKENS_FULL,
	ERR_ACCOUNT,
	/* this machine */
	ERR_NOMEM,
	ERR_IO,
	ERR_DISK_FULL,
	ERR_MAP_FULL,
	ERR_CORRUPT,
	ERR_SCHEMA,
	ERR_LOCKED,
	ERR_EXISTS,
	ERR_NOT_FOUND,
	ERR_PERMISSION,
	ERR_PASSPHRASE,
	/* talking to a node */
	ERR_UNREACHABLE,
	ERR_TIMEOUT,
	ERR_BUSY,
	ERR_LIGHT,
	ERR_METHOD,
	ERR_PARAMS,
	ERR_STOPPING,
	ERR_INTERNAL,
	ERR_COUNT_OF /* not an error: how many there are */
};

/* The sentence for a person, in lower case, without a full stop: "signature does not verify". Static storage. */
const char *err_text(enum err e);

/* The stable snake_case word for scripts: "signature". Static storage. */
const char *err_name(enum err e);

#endif
