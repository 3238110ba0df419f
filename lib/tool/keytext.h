/* keytext: what a key file says, as JSON text; the format is in keyfile.h. */
#ifndef TOOL_KEYTEXT_H
#define TOOL_KEYTEXT_H

#include <sodium.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "tool/secret.h"

enum { KEYTEXT_MAX = 4096, KEYTEXT_SEED = 32, KEYTEXT_BOX = KEYTEXT_SEED + crypto_secretbox_MACBYTES };

struct keytext {
	uint8_t account[32];
	bool encrypted;
	uint8_t *seed; /* the caller's, in locked memory; the rest is for a seed under a passphrase */
	uint64_t ops, memory;
	uint8_t salt[crypto_pwhash_SALTBYTES], nonce[crypto_secretbox_NONCEBYTES], box[KEYTEXT_BOX];
};

/* Puts the seed under a passphrase, and back: ERR_PASSPHRASE, ERR_NOMEM. */
enum err keytext_lock(struct keytext *k, const struct secret *pass);
enum err keytext_unlock(struct keytext *k, const struct secret *pass);

/* The line, with its newline. */
void keytext_put(struct buf *out, const struct keytext *k);

/* Reads a line; a seed in it is zeroed there. ERR_HEX, ERR_JSON, ERR_TYPE, ERR_VERSION, ERR_FIELD, ERR_NOMEM. */
enum err keytext_get(struct keytext *out, uint8_t *text, size_t len);

#endif
