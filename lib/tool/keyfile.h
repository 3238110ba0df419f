/*
 * keyfile: a secret key on disk: one line of JSON, mode 0600, never overwritten.
 *
 *     {"type":"para-key","version":1,"address":"para1...","seed":HEX32}
 *     {"type":"para-key","version":1,"address":"para1...","kdf":"argon2id","ops":N,"memory":BYTES,
 *      "salt":HEX16,"nonce":HEX24,"box":HEX48}
 *
 * box is crypto_secretbox of the seed under crypto_pwhash(passphrase). Secrets live in sodium_malloc and are wiped.
 * Source of the rule: para-key(1), FILES.
 */
#ifndef TOOL_KEYFILE_H
#define TOOL_KEYFILE_H

#include "crypto/sign.h"
#include "tool/secret.h"
#include "tool/tool.h"

/*
 * Makes a new key in a new file (its directory is fsynced too). passphrase may be NULL. ERR_EXISTS, ERR_IO with errno,
 * ERR_NOMEM.
 */
enum err keyfile_new(struct pubkey *out, const char *path, const struct secret *passphrase);

/*
 * Loads a key file. A file with a passphrase takes it from t->passphrase_file, else asks on the terminal. Warns once
 * when others can read the file. 0, or a status with the message printed.
 */
int keyfile_load(struct sign_key **out, struct tool *t, const char *path);

/* The key of -k or $PARA_KEY; a usage error when there is none. */
int keyfile_key(struct sign_key **out, struct tool *t);

/* The public half alone, without any passphrase: 0 or a status with the message printed. */
int keyfile_public(struct pubkey *out, bool *encrypted, struct tool *t, const char *path);

#endif
