/* bech32: BIP-350 (bech32m) text of bytes, with checksum. Used for accounts: 32 bytes, prefix "para". */
#ifndef BASE_BECH32_H
#define BASE_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { BECH32_MAX = 90 };

/*
 * Writes the text and a NUL to out, which holds BECH32_MAX + 1. ERR_TOO_LONG when it does not fit the standard's 90,
 * ERR_BECH32 for a prefix that is empty, longer than 83, or not of lower-case printable characters.
 */
enum err bech32_encode(char *out, const char *prefix, const uint8_t *in, size_t len);

/* Exactly len bytes; ERR_BECH32 for a wrong prefix, checksum, length, mixed case, or padding that is not zero. */
enum err bech32_decode(uint8_t *out, size_t len, const char *prefix, const char *text);

#endif
