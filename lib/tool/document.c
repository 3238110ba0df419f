#include "tool/document.h"

#include "tool/input.h"

int
document_read(struct json **out, const char **shown, struct tool *t, const char *path, size_t most, int bad)
{
	struct input in;
	struct buf text = {0};
	struct json_error where = {0};
	int status = input_open(&in, t, path);
	*out = NULL;
	*shown = in.name ? in.name : "stdin";
	if (!status)
		status = input_all(&in, &text, t, most);
	if (!status) {
		enum err e = json_parse(out, &where, bytes_of(&text));
		if (e == ERR_JSON)
			status = tool_fail(t, bad, "%s: %s: %s at byte %zu", *shown, err_text(e), where.why, where.offset);
		else if (e)
			status = tool_fail(t, TOOL_TROUBLE, "%s: %s", *shown, err_text(e));
	}
	buf_free(&text);
	input_close(&in);
	return status;
}
