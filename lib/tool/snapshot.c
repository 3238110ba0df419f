#include "tool/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "json/fields.h"
#include "json/view.h"
#include "node/snapshot.h"
#include "tool/output.h"
#include "tool/replace.h"

struct export {
	const char *dir;
	struct snapshot_info info;
};

static enum err
write_to(void *arg, int fd)
{
	struct export *x = arg;
	return snapshot_write(&x->info, x->dir, fd);
}

static void
print(struct tool *t, const char *key, const char *name, const struct snapshot_info *info)
{
	struct json_writer *w = output_begin(t);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {{"hid", info->hid}, {"tip_hid", info->tip_hid}, {"chains", info->chains}, {"accounts", info->accounts}};
	fields_text(w, key, name);
	view_hash(w, "genesis", &info->genesis);
	view_hash(w, "hash", &info->hash);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		fields_uint(w, counts[i].name, counts[i].value);
	output_end(t);
}

static const char *
reason(enum err e, int why)
{
	return e == ERR_IO ? strerror(why) : err_text(e);
}

int
snapshot_export(struct tool *t, const char *dir, const char *file)
{
	struct export x = {.dir = dir};
	bool to_stdout = strcmp(file, "-") == 0;
	enum err e = to_stdout ? write_to(&x, STDOUT_FILENO) : replace_file(file, write_to, &x);
	int why = errno;
	/* A reader that has enough ends this quietly. */
	if (e == ERR_IO && to_stdout && why == EPIPE)
		return tool_status(t, TOOL_TROUBLE);
	if (e == ERR_BUSY)
		return tool_fail(t, TOOL_LATER, "no state is final and committed yet: try again after the next block");
	if (e)
		return tool_fail(t, tool_status_of(e), "cannot write a snapshot of %s to %s: %s", dir,
		    to_stdout ? "stdout" : file, reason(e, why));
	if (!to_stdout)
		print(t, "file", file, &x.info);
	return TOOL_DONE;
}

static void
report(void *arg, const char *place, const char *what)
{
	tool_say(arg, "%s: %s", place, what);
}

static int
say_failure(struct tool *t, const char *dir, const char *file, enum err e, int why)
{
	if (e == ERR_EXISTS)
		return tool_fail(t, TOOL_TROUBLE, "%s is there and not empty", dir);
	if (e == ERR_LOCKED)
		return tool_fail(t, TOOL_TROUBLE, "another import into %s is under way", dir);
	if (e == ERR_NOT_FOUND)
		return tool_fail(t, TOOL_NO, "the hyper block expected is not in %s", file);
	if (e == ERR_CORRUPT)
		return tool_fail(t, TOOL_NO, "%s holds a chain or a state that is wrong", file);
	if (tool_status_of(e) == TOOL_NO)
		return tool_fail(t, TOOL_NO, "%s is no snapshot, or damaged: %s", file, err_text(e));
	return tool_fail(t, TOOL_TROUBLE, "cannot import %s into %s: %s", file, dir, reason(e, why));
}

int
snapshot_import(struct tool *t, const char *dir, const char *file, const char *expect)
{
	struct snapshot_info info;
	struct hash hash;
	bool from_stdin = strcmp(file, "-") == 0;
	if (expect && hex_decode(hash.b, sizeof hash.b, expect, strlen(expect)) != ERR_OK)
		return tool_usage(t, "--expect %s: not the hash of a hyper block", expect);
	int fd = from_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tool_fail(t, TOOL_TROUBLE, "cannot open %s: %s", file, strerror(errno));
	const struct snapshot_config config = {.expect = expect ? &hash : NULL, .report = report, .arg = t};
	enum err e = snapshot_read(&info, dir, fd, &config);
	int why = errno;
	if (!from_stdin)
		close(fd);
	if (e)
		return say_failure(t, dir, from_stdin ? "stdin" : file, e, why);
	print(t, "dir", dir, &info);
	return TOOL_DONE;
}
