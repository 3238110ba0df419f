/*
 * key: the keys of the ledger's state.
 *
 *     kind  chain, big-endian   rest               value
 *     'r'   0                                      state root of chain 0, 32
 *     'n'   0                                      how many chains, u32
 *     'c'   number                                 HID u64 | owner 32 | spec hash 32 | chain spec without lists
 *     'l'   number                                 chain spec, of a coin that has lists
 *     'm'   0                   name               number u32
 *     's'   number              signer 32          last seq u64
 *     'a'   number              see state_key.h    values of accounts, and the tree over them
 *
 * Values are little-endian, as everything encoded is.
 */
#ifndef LEDGER_KEY_H
#define LEDGER_KEY_H

#include "ledger/ledger.h"

enum key_kind { KEY_ROOT = 'r', KEY_COUNT = 'n', KEY_CHAIN = 'c', KEY_SPEC = 'l', KEY_NAME = 'm', KEY_SEQ = 's', KEY_STATE = 'a' };

struct key {
	uint8_t b[LEDGER_KEY_MAX];
	size_t len;
};

/* rest_len at most LEDGER_KEY_MAX - 5. */
struct key key_make(enum key_kind kind, uint32_t chain, const void *rest, size_t rest_len);
struct bytes key_bytes(const struct key *k);

/* A number as a value: 4 or 8 bytes. get: ERR_CORRUPT when the value has another length. */
enum err key_put_number(struct ledger_view *view, const struct key *k, uint64_t v, size_t len);
enum err key_get_number(struct ledger_view *view, uint64_t *v, const struct key *k, size_t len);

#endif
