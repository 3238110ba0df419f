/* hex: lower-case hexadecimal text. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* Writes 2 * len digits and a NUL to out. */
void hex_encode(char *out, const uint8_t *in, size_t len);

/* Appends 2 * len digits, no NUL. */
void hex_add(struct buf *out, const uint8_t *in, size_t len);

/* Exactly len bytes from exactly 2 * len lower-case digits; anything else is ERR_HEX. */
enum err hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len);

/* Appends as many bytes as the text has; ERR_HEX for an odd length or a foreign character. */
enum err hex_decode_add(struct buf *out, const char *text, size_t text_len);

#endif
