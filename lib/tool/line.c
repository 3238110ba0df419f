#include "tool/line.h"

#include "base/hex.h"

static const struct json *
carried(const struct json *document)
{
	static const char *const members[] = {"hex", "template", "seal", "proof"};
	const struct json *found = NULL;
	for (size_t i = 0; i < sizeof members / sizeof members[0] && !found; i++)
		found = json_member(document, members[i]);
	return found;
}

bool
line_is_object(struct bytes text)
{
	size_t at = 0;
	while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t' || text.data[at] == '\r'))
		at++;
	return at < text.len && text.data[at] == '{';
}

int
line_read(struct line *out, struct tool *t, const struct input *in, struct bytes text)
{
	struct json_error where = {0};
	json_free(out->document);
	out->document = NULL;
	buf_reset(&out->raw);
	if (text.len == 0)
		return tool_fail_at(t, in, TOOL_NO, "line is empty");
	if (!line_is_object(text)) {
		enum err e = hex_decode_add(&out->raw, (const char *)text.data, text.len);
		if (e == ERR_NOMEM)
			return tool_fail_at(t, in, TOOL_TROUBLE, "%s", err_text(e));
		return e ? tool_fail_at(t, in, TOOL_NO, "neither hex nor a JSON object: %s", err_text(e)) : TOOL_DONE;
	}
	enum err e = json_parse(&out->document, &where, text);
	if (e == ERR_NOMEM)
		return tool_fail_at(t, in, TOOL_TROUBLE, "%s", err_text(e));
	if (e)
		return tool_fail_at(t, in, TOOL_NO, "%s: %s at byte %zu", err_text(e), where.why, where.offset);
	const struct json *member = carried(out->document);
	if (!member)
		return tool_fail_at(t, in, TOOL_NO, "no member hex, template, seal or proof");
	e = json_hex_add(&out->raw, member);
	return e ? tool_fail_at(t, in, tool_status_of(e), "%s", err_text(e)) : TOOL_DONE;
}

void
line_free(struct line *line)
{
	json_free(line->document);
	buf_free(&line->raw);
	*line = (struct line){0};
}
