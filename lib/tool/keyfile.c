#include "tool/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "chain/account.h"
#include "json/json.h"

enum {
	FILE_MAX = 4096,
	SEED = 32,
	BOX = SEED + crypto_secretbox_MACBYTES,
	OPS_MOST = 64,
	MEMORY_MOST = 1 << 30 /* a file of a stranger shall not take all memory */
};

/* What a key file says. seed is in locked memory. */
struct content {
	uint8_t account[32];
	bool encrypted;
	uint8_t *seed;
	uint64_t ops, memory;
	uint8_t salt[crypto_pwhash_SALTBYTES], nonce[crypto_secretbox_NONCEBYTES], box[BOX];
};

static enum err
derive(uint8_t *key, const struct content *c, const struct secret *pass)
{
	return crypto_pwhash(key, crypto_secretbox_KEYBYTES, pass->text, pass->len, c->salt, c->ops, (size_t)c->memory,
		   crypto_pwhash_ALG_ARGON2ID13)
	    ? ERR_NOMEM
	    : ERR_OK;
}

static enum err
seal_seed(struct content *c, const struct secret *pass)
{
	c->encrypted = true;
	c->ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
	c->memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;
	randombytes_buf(c->salt, sizeof c->salt);
	randombytes_buf(c->nonce, sizeof c->nonce);
	uint8_t *key = sodium_malloc(crypto_secretbox_KEYBYTES);
	enum err e = key ? derive(key, c, pass) : ERR_NOMEM;
	if (!e)
		crypto_secretbox_easy(c->box, c->seed, SEED, c->nonce, key);
	sodium_free(key);
	return e;
}

static enum err
open_seed(struct content *c, const struct secret *pass)
{
	uint8_t *key = sodium_malloc(crypto_secretbox_KEYBYTES);
	enum err e = key ? derive(key, c, pass) : ERR_NOMEM;
	if (!e && crypto_secretbox_open_easy(c->seed, c->box, BOX, c->nonce, key))
		e = ERR_PASSPHRASE;
	sodium_free(key);
	return e;
}

static void
put_content(struct buf *out, const struct content *c)
{
	char address[ACCOUNT_TEXT];
	account_print(address, c->account);
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	json_put_key(&w, "type");
	json_put_text(&w, "para-key");
	json_put_key(&w, "version");
	json_put_uint(&w, 1);
	json_put_key(&w, "address");
	json_put_text(&w, address);
	if (c->encrypted) {
		json_put_key(&w, "kdf");
		json_put_text(&w, "argon2id");
		json_put_key(&w, "ops");
		json_put_uint(&w, c->ops);
		json_put_key(&w, "memory");
		json_put_uint(&w, c->memory);
		json_put_key(&w, "salt");
		json_put_hex(&w, c->salt, sizeof c->salt);
		json_put_key(&w, "nonce");
		json_put_hex(&w, c->nonce, sizeof c->nonce);
		json_put_key(&w, "box");
		json_put_hex(&w, c->box, sizeof c->box);
	} else {
		json_put_key(&w, "seed");
		json_put_hex(&w, c->seed, SEED);
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
	if (text + len < at + 2 * SEED || hex_decode(seed, SEED, (char *)at, 2 * SEED))
		return false;
	memset(at, '0', 2 * SEED);
	return true;
}

static enum err
get_content(struct content *out, const struct json *j)
{
	uint8_t zero[SEED];
	const char *text;
	uint64_t version;
	if (json_text(&text, json_member(j, "type")) || strcmp(text, "para-key") != 0)
		return ERR_TYPE;
	if (json_uint(&version, json_member(j, "version"), 1) || version != 1)
		return ERR_VERSION;
	if (json_text(&text, json_member(j, "address")) || account_parse(out->account, text))
		return ERR_FIELD;
	if (json_member(j, "seed"))
		return json_hex(zero, SEED, json_member(j, "seed")) || json_count(j) != 4 ? ERR_FIELD : ERR_OK;
	out->encrypted = true;
	if (json_text(&text, json_member(j, "kdf")) || strcmp(text, "argon2id") != 0 || json_count(j) != 9 ||
	    json_uint(&out->ops, json_member(j, "ops"), OPS_MOST) || out->ops < crypto_pwhash_OPSLIMIT_MIN ||
	    json_uint(&out->memory, json_member(j, "memory"), MEMORY_MOST) ||
	    out->memory < crypto_pwhash_MEMLIMIT_MIN || json_hex(out->salt, sizeof out->salt, json_member(j, "salt")) ||
	    json_hex(out->nonce, sizeof out->nonce, json_member(j, "nonce")) || json_hex(out->box, BOX, json_member(j, "box")))
		return ERR_FIELD;
	return ERR_OK;
}

static enum err
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	if (strlen(path) >= sizeof copy)
		return ERR_TOO_LONG;
	strcpy(copy, path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = fd >= 0 && fsync(fd) == 0 ? ERR_OK : ERR_IO;
	if (fd >= 0)
		close(fd);
	return e;
}

/* A file that is there stays as it is; one of ours that could not be finished goes. */
static enum err
write_new(const char *path, struct bytes text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : ERR_IO;
	bool ok = fchmod(fd, 0600) == 0 && write(fd, text.data, text.len) == (ssize_t)text.len && fsync(fd) == 0;
	int error = ok ? 0 : errno ? errno : EIO;
	ok = close(fd) == 0 && ok;
	if (ok)
		return sync_directory(path);
	unlink(path);
	errno = error;
	return ERR_IO;
}

enum err
keyfile_new(struct pubkey *out, const char *path, const struct secret *passphrase)
{
	struct content c = {.seed = sodium_malloc(SEED)};
	struct buf text = {0};
	struct sign_key *key = NULL;
	enum err e = ERR_NOMEM;
	if (!c.seed)
		return e;
	randombytes_buf(c.seed, SEED);
	/* Room for the whole file at once: a buffer that grows leaves copies of the seed behind. */
	if ((key = sign_key_new(c.seed)) && buf_extend(&text, FILE_MAX)) {
		buf_reset(&text);
		*out = *sign_key_public(key);
		memcpy(c.account, out->b, 32);
		e = passphrase ? seal_seed(&c, passphrase) : ERR_OK;
	}
	if (!e) {
		put_content(&text, &c);
		e = text.failed ? ERR_NOMEM : write_new(path, bytes_of(&text));
	}
	int error = errno;
	if (text.data)
		sodium_memzero(text.data, text.cap);
	buf_free(&text);
	sign_key_free(key);
	sodium_free(c.seed);
	errno = error;
	return e;
}

static void
warn_when_open(const struct tool *t, int fd, const char *path)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	struct stat st;
	/* systemd lets one user alone read a credential, by an access list whose mask shows as the group's right. */
	if (credentials && credentials[0] && strncmp(path, credentials, strlen(credentials)) == 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077))
		tool_note(t, "key %s can be read by others: chmod 600 %s", path, path);
}

static int
read_content(struct content *out, struct tool *t, const char *path)
{
	struct json *document = NULL;
	int status = TOOL_TROUBLE;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return tool_fail(t, TOOL_TROUBLE, "cannot open key %s: %s", path, strerror(errno));
	warn_when_open(t, fd, path);
	uint8_t *text = sodium_malloc(FILE_MAX);
	ssize_t n = text ? read(fd, text, FILE_MAX) : 0;
	close(fd);
	if (!text)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (n < 0) {
		tool_fail(t, TOOL_TROUBLE, "cannot read key %s: %s", path, strerror(errno));
		goto done;
	}
	enum err e = ERR_HEX;
	if (take_seed(out->seed, text, (size_t)n))
		e = json_parse(&document, NULL, (struct bytes){text, (size_t)n});
	if (!e)
		e = get_content(out, document);
	status = e ? tool_fail(t, TOOL_TROUBLE, "%s is no key file: %s", path, err_text(e)) : TOOL_DONE;
done:
	json_free(document);
	sodium_free(text);
	return status;
}

static int
unlock(struct content *c, struct tool *t, const char *path)
{
	struct secret pass = {0};
	enum err e = t->passphrase_file ? secret_read(&pass, t->passphrase_file) : secret_ask(&pass, path, false);
	if (e == ERR_PERMISSION)
		return tool_fail(t, TOOL_TROUBLE, "key %s has a passphrase: give --passphrase-file", path);
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot read the passphrase%s%s: %s", t->passphrase_file ? " from " : "",
		    t->passphrase_file ? t->passphrase_file : "", e == ERR_IO ? strerror(errno) : err_text(e));
	e = open_seed(c, &pass);
	secret_free(&pass);
	return e ? tool_fail(t, TOOL_TROUBLE, "cannot open key %s: %s", path, err_text(e)) : TOOL_DONE;
}

int
keyfile_load(struct sign_key **out, struct tool *t, const char *path)
{
	struct content c = {.seed = sodium_malloc(SEED)};
	*out = NULL;
	int status = c.seed ? read_content(&c, t, path) : tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (!status && c.encrypted)
		status = unlock(&c, t, path);
	if (!status && !(*out = sign_key_new(c.seed)))
		status = tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (!status && memcmp(sign_key_public(*out)->b, c.account, 32) != 0) {
		status = tool_fail(t, TOOL_TROUBLE, "key %s is damaged: its address is another key's", path);
		sign_key_free(*out);
		*out = NULL;
	}
	sodium_free(c.seed);
	return status;
}

int
keyfile_key(struct sign_key **out, struct tool *t)
{
	*out = NULL;
	if (!t->key)
		return tool_usage(t, "no key: give -k FILE or set PARA_KEY");
	return keyfile_load(out, t, t->key);
}

int
keyfile_public(struct pubkey *out, bool *encrypted, struct tool *t, const char *path)
{
	struct content c = {.seed = sodium_malloc(SEED)};
	int status = c.seed ? read_content(&c, t, path) : tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	memcpy(out->b, c.account, 32);
	*encrypted = c.encrypted;
	sodium_free(c.seed);
	return status;
}
