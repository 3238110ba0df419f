/* account: 32 bytes, the public key itself or a tagged hash where there is no key; text is bech32m, prefix "para". */
#ifndef CHAIN_ACCOUNT_H
#define CHAIN_ACCOUNT_H

#include <stdint.h>

#include "base/err.h"

enum { ACCOUNT_TEXT = 64, ACCOUNT_BYTES = 32 };

void account_print(char out[static ACCOUNT_TEXT], const uint8_t account[static 32]);
enum err account_parse(uint8_t account[static 32], const char *text);

/*
 * Accounts without a key: Hash(account, tag | chain u32 | rest). A token's is its id; since it follows from the name,
 * names of tokens are unique on their chain. Source of the rule: para-protocol(7), ACCOUNTS.
 */
void account_of_token(uint8_t out[static 32], uint32_t chain, const char *name);
void account_of_totals(uint8_t out[static 32], uint32_t chain);
void account_of_rewards(uint8_t out[static 32], uint32_t chain, uint64_t hid, uint32_t part);

/* On chain 0: the authorities of another chain, those in force and earlier ones. */
void account_of_authorities(uint8_t out[static 32], uint32_t chain);
void account_of_generation(uint8_t out[static 32], uint32_t chain, uint32_t generation);

#endif
