/* account: 32 bytes, the public key itself or a tagged hash where there is no key; text is bech32m, prefix "para". */
#ifndef CHAIN_ACCOUNT_H
#define CHAIN_ACCOUNT_H

#include <stdint.h>

#include "base/err.h"

enum { ACCOUNT_TEXT = 64 };

void account_print(char out[static ACCOUNT_TEXT], const uint8_t account[static 32]);
enum err account_parse(uint8_t account[static 32], const char *text);

#endif
