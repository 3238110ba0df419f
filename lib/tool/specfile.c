#include "tool/specfile.h"

#include "json/view.h"
#include "tool/document.h"

enum { SPEC_FILE_MOST = 2 << 20 };

int
specfile_load(struct spec *out, struct arena *arena, struct tool *t, const char *path)
{
	struct json *document;
	const char *shown, *field = NULL;
	int status = document_read(&document, &shown, t, path, SPEC_FILE_MOST, TOOL_NO);
	enum err e = status ? ERR_OK : view_read_spec(out, arena, &field, document);
	if (e)
		status = tool_fail(t, tool_status_of(e), "%s: %s%s%s", shown, field ? field : "", field ? ": " : "",
		    err_text(e));
	json_free(document);
	return status;
}
