#include "tool/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/keytext.h"

static bool
fill(int fd, struct bytes text)
{
	errno = EIO;
	return fchmod(fd, 0600) == 0 && write(fd, text.data, text.len) == (ssize_t)text.len && fsync(fd) == 0;
}

static void
close_quietly(int fd)
{
	int error = errno;
	close(fd);
	errno = error;
}

/* A file without a name until it is whole: a kill leaves nothing of it. */
static bool
write_nameless(int directory, const char *path, struct bytes text)
{
	char descriptor[32];
	int fd = openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	snprintf(descriptor, sizeof descriptor, "/proc/self/fd/%d", fd);
	bool ok = fill(fd, text) && linkat(AT_FDCWD, descriptor, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
	close_quietly(fd);
	return ok;
}

/* A file system that knows no second name for a file moves it. */
static bool
place(const char *temporary, const char *path)
{
	return link(temporary, path) == 0 || ((errno == EPERM || errno == EOPNOTSUPP) &&
	    renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0);
}

/* Where each file has a name from its beginning on, or there is no /proc: a kill may leave a file of this name. */
static bool
write_named(const char *directory, const char *path, struct bytes text)
{
	char temporary[PATH_MAX];
	if (snprintf(temporary, sizeof temporary, "%s/.para-key-XXXXXX", directory) >= (int)sizeof temporary) {
		errno = ENAMETOOLONG;
		return false;
	}
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = fill(fd, text) && place(temporary, path);
	int error = errno;
	close_quietly(fd);
	unlink(temporary);
	errno = error;
	return ok;
}

/* A file that is there stays as it is; ours is there whole or, whenever it is killed, not at all. */
static enum err
write_new(const char *path, struct bytes text)
{
	char copy[PATH_MAX];
	const char *directory;
	struct stat st;
	if (lstat(path, &st) == 0)
		return ERR_EXISTS;
	if (strlen(path) >= sizeof copy) {
		errno = ENAMETOOLONG;
		return ERR_IO;
	}
	directory = dirname(strcpy(copy, path));
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	bool ok = (write_nameless(fd, path, text) || (errno != EEXIST && write_named(directory, path, text))) &&
	    fsync(fd) == 0;
	close_quietly(fd);
	return ok ? ERR_OK : errno == EEXIST ? ERR_EXISTS : ERR_IO;
}

enum err
keyfile_new(struct pubkey *out, const char *path, const struct secret *passphrase)
{
	struct keytext c = {.seed = sodium_malloc(KEYTEXT_SEED)};
	struct buf text = {0};
	struct sign_key *key = NULL;
	enum err e = ERR_NOMEM;
	if (!c.seed)
		return e;
	randombytes_buf(c.seed, KEYTEXT_SEED);
	/* Room for the whole file at once: a buffer that grows leaves copies of the seed behind. */
	if ((key = sign_key_new(c.seed)) && buf_extend(&text, KEYTEXT_MAX)) {
		buf_reset(&text);
		*out = *sign_key_public(key);
		memcpy(c.account, out->b, 32);
		e = passphrase ? keytext_lock(&c, passphrase) : ERR_OK;
	}
	if (!e) {
		keytext_put(&text, &c);
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
read_content(struct keytext *out, struct tool *t, const char *path)
{
	int status = TOOL_TROUBLE;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return tool_fail(t, TOOL_TROUBLE, "cannot open key %s: %s", path, strerror(errno));
	warn_when_open(t, fd, path);
	uint8_t *text = sodium_malloc(KEYTEXT_MAX);
	ssize_t n = text ? read(fd, text, KEYTEXT_MAX) : 0;
	close(fd);
	if (!text)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (n < 0) {
		tool_fail(t, TOOL_TROUBLE, "cannot read key %s: %s", path, strerror(errno));
		goto done;
	}
	enum err e = keytext_get(out, text, (size_t)n);
	status = e ? tool_fail(t, TOOL_TROUBLE, "%s is no key file: %s", path, err_text(e)) : TOOL_DONE;
done:
	sodium_free(text);
	return status;
}

static int
unlock(struct keytext *c, struct tool *t, const char *path)
{
	struct secret pass = {0};
	enum err e = t->passphrase_file ? secret_read(&pass, t->passphrase_file) : secret_ask(&pass, path, false);
	if (e == ERR_PERMISSION)
		return tool_fail(t, TOOL_TROUBLE, "key %s has a passphrase: give --passphrase-file", path);
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot read the passphrase%s%s: %s",
		    t->passphrase_file ? " from " : "", t->passphrase_file ? t->passphrase_file : "",
		    e == ERR_IO ? strerror(errno) : err_text(e));
	e = keytext_unlock(c, &pass);
	secret_free(&pass);
	return e ? tool_fail(t, TOOL_TROUBLE, "cannot open key %s: %s", path, err_text(e)) : TOOL_DONE;
}

int
keyfile_load(struct sign_key **out, struct tool *t, const char *path)
{
	struct keytext c = {.seed = sodium_malloc(KEYTEXT_SEED)};
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
	struct keytext c = {.seed = sodium_malloc(KEYTEXT_SEED)};
	int status = c.seed ? read_content(&c, t, path) : tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	memcpy(out->b, c.account, 32);
	*encrypted = c.encrypted;
	sodium_free(c.seed);
	return status;
}
