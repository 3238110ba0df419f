#include "tool/keytext.h"

#include <string.h>

#include "base/hex.h"
#include "chain/account.h"
#include "json/fields.h"
#include "json/json.h"

enum {
	OPS_MOST = 64,
	MEMORY_MOST = 1 << 30 /* a file of a stranger shall not take all memory */
};

static enum err
derive(uint8_t *key, const struct keytext *k, const struct secret *pass)
{
	return crypto_pwhash(key, crypto_secretbox_KEYBYTES, pass->text, pass->len, k->salt, k->ops, (size_t)k->memory,
		   crypto_pwhash_ALG_ARGON2ID13)
	    ? ERR_NOMEM
	    : ERR_OK;
}

enum err
keytext_lock(struct keytext *k, const struct secret *pass)
{
	k->encrypted = true;
	k->ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
	k->memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;
	randombytes_buf(k->salt, sizeof k->salt);
	randombytes_buf(k->nonce, sizeof k->nonce);
	uint8_t *key = sodium_malloc(crypto_secretbox_KEYBYTES);
	enum err e = key ? derive(key, k, pass) : ERR_NOMEM;
	if (!e)
		crypto_secretbox_easy(k->box, k->seed, KEYTEXT_SEED, k->nonce, key);
	sodium_free(key);
	return e;
}

enum err
keytext_unlock(struct keytext *k, const struct secret *pass)
{
	uint8_t *key = sodium_malloc(crypto_secretbox_KEYBYTES);
	enum err e = key ? derive(key, k, pass) : ERR_NOMEM;
	if (!e && crypto_secretbox_open_easy(k->seed, k->box, KEYTEXT_BOX, k->nonce, key))
		e = ERR_PASSPHRASE;
	sodium_free(key);
	return e;
}

void
keytext_put(struct buf *out, const struct keytext *k)
{
	char address[ACCOUNT_TEXT];
	account_print(address, k->account);
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	fields_text(&w, "type", "para-key");
	fields_uint(&w, "version", 1);
	fields_text(&w, "address", address);
	if (k->encrypted) {
		fields_text(&w, "kdf", "argon2id");
		fields_uint(&w, "ops", k->ops);
		fields_uint(&w, "memory", k->memory);
		fields_hex(&w, "salt", k->salt, sizeof k->salt);
		fields_hex(&w, "nonce", k->nonce, sizeof k->nonce);
		fields_hex(&w, "box", k->box, sizeof k->box);
	} else {
		fields_hex(&w, "seed", k->seed, KEYTEXT_SEED);
	}
	json_end_object(&w);
	buf_add(out, "\n", 1);
}

/* Moves the seed out of the text, so that the parser's copies never hold it. */
static bool
take_seed(uint8_t *seed, uint8_t *text, size_t len)
{
	static const char before[] = "\"seed\":\"";
	uint8_t *at = memmem(text, len, before, sizeof before - 1);
	if (!at)
		return true;
	at += sizeof before - 1;
	if (text + len < at + 2 * KEYTEXT_SEED || hex_decode(seed, KEYTEXT_SEED, (char *)at, 2 * KEYTEXT_SEED))
		return false;
	memset(at, '0', 2 * KEYTEXT_SEED);
	return true;
}

static enum err
read_members(struct keytext *out, const struct json *j)
{
	uint8_t zero[KEYTEXT_SEED];
	const char *text;
	uint64_t version;
	if (json_text(&text, json_member(j, "type")) || strcmp(text, "para-key") != 0)
		return ERR_TYPE;
	if (json_uint(&version, json_member(j, "version"), 1) || version != 1)
		return ERR_VERSION;
	if (json_text(&text, json_member(j, "address")) || account_parse(out->account, text))
		return ERR_FIELD;
	if (json_member(j, "seed"))
		return json_hex(zero, KEYTEXT_SEED, json_member(j, "seed")) || json_count(j) != 4 ? ERR_FIELD : ERR_OK;
	out->encrypted = true;
	if (json_text(&text, json_member(j, "kdf")) || strcmp(text, "argon2id") != 0 || json_count(j) != 9 ||
	    json_uint(&out->ops, json_member(j, "ops"), OPS_MOST) || out->ops < crypto_pwhash_OPSLIMIT_MIN ||
	    json_uint(&out->memory, json_member(j, "memory"), MEMORY_MOST) ||
	    out->memory < crypto_pwhash_MEMLIMIT_MIN || json_hex(out->salt, sizeof out->salt, json_member(j, "salt")) ||
	    json_hex(out->nonce, sizeof out->nonce, json_member(j, "nonce")) ||
	    json_hex(out->box, KEYTEXT_BOX, json_member(j, "box")))
		return ERR_FIELD;
	return ERR_OK;
}

enum err
keytext_get(struct keytext *out, uint8_t *text, size_t len)
{
	struct json *document;
	if (!take_seed(out->seed, text, len))
		return ERR_HEX;
	enum err e = json_parse(&document, NULL, (struct bytes){text, len});
	if (e)
		return e;
	e = read_members(out, document);
	json_free(document);
	return e;
}
