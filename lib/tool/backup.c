#include "tool/backup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/fields.h"
#include "store/store.h"
#include "tool/output.h"
#include "tool/replace.h"

static enum err
copy(void *arg, int fd)
{
	return store_copy(arg, fd);
}

static int
report(struct tool *t, const char *file)
{
	struct stat st;
	if (stat(file, &st) < 0)
		return tool_fail(t, TOOL_TROUBLE, "cannot look at %s: %s", file, strerror(errno));
	struct json_writer *w = output_begin(t);
	fields_text(w, "file", file);
	if (S_ISREG(st.st_mode))
		fields_uint(w, "bytes", (uint64_t)st.st_size);
	output_end(t);
	return TOOL_DONE;
}

/* The store itself, which a copy must not take the place of while a node writes to it. */
static bool
is_store(const char *dir, const char *file)
{
	char path[PATH_MAX];
	struct stat from, to;
	int n = snprintf(path, sizeof path, "%s/data.mdb", dir);
	return n > 0 && n < PATH_MAX && stat(path, &from) == 0 && stat(file, &to) == 0 && from.st_dev == to.st_dev &&
	       from.st_ino == to.st_ino;
}

int
backup_run(struct tool *t, const char *dir, const char *file)
{
	struct store *store;
	bool to_stdout = strcmp(file, "-") == 0;
	if (!to_stdout && is_store(dir, file))
		return tool_fail(t, TOOL_TROUBLE, "%s is the store itself", file);
	enum err e = store_open(&store, dir, STORE_READ);
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot open the store in %s: %s", dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
	e = to_stdout ? store_copy(store, STDOUT_FILENO) : replace_file(file, copy, store);
	int why = errno;
	store_close(store);
	/* A reader that has enough ends this quietly. */
	if (e == ERR_IO && to_stdout && why == EPIPE)
		return tool_status(t, TOOL_TROUBLE);
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot copy to %s: %s", to_stdout ? "stdout" : file,
		    e == ERR_IO ? strerror(why) : err_text(e));
	return to_stdout ? TOOL_DONE : report(t, file);
}
