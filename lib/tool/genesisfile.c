#include "tool/genesisfile.h"

#include <errno.h>
#include <string.h>

#include "json/view.h"
#include "tool/document.h"
#include "tool/replace.h"

enum { FILE_MOST = 4 << 20 };

int
genesisfile_read(struct genesis *out, struct arena *arena, struct tool *t, const char *path)
{
	struct json *document;
	const char *shown, *field = NULL;
	int status = document_read(&document, &shown, t, path, FILE_MOST, TOOL_TROUBLE);
	enum err e = status ? ERR_OK : view_read_genesis(out, arena, &field, document);
	if (e)
		status = tool_fail(t, TOOL_TROUBLE, "%s is no genesis: %s%s%s", shown, err_text(e), field ? ": " : "",
		    field ? field : "");
	json_free(document);
	return status;
}

static enum err
write_all(void *arg, int fd)
{
	return replace_write(fd, bytes_of(arg));
}

int
genesisfile_write(struct tool *t, const char *path, const struct genesis *genesis)
{
	struct buf text = {0};
	struct json_writer w = json_writer(&text);
	json_put_object(&w);
	view_genesis(&w, genesis);
	json_end_object(&w);
	buf_add_text(&text, "\n");
	enum err e = text.failed ? ERR_NOMEM : replace_file(path, write_all, &text);
	buf_free(&text);
	if (!e)
		return TOOL_DONE;
	return tool_fail(t, TOOL_TROUBLE, "cannot write %s: %s", path, e == ERR_IO ? strerror(errno) : err_text(e));
}
