#include "tool/prove.h"

#include <string.h>

#include "base/hex.h"
#include "chain/proof.h"
#include "json/fields.h"
#include "json/view.h"
#include "tool/line.h"
#include "tool/output.h"
#include "tool/remote.h"
#include "tool/verdict.h"

/* Whom to ask whether a hyper block is in the chain. */
struct trust {
	bool has_header;
	struct hash header;
	bool no_node; /* found out once */
};

static enum err
hash_of_header(struct hash *out, struct bytes text)
{
	struct json *document;
	struct buf raw = {0};
	struct hyper_header h;
	struct signature auth;
	if (text.len == 64)
		return hex_decode(out->b, 32, (const char *)text.data, text.len);
	if (line_is_object(text)) {
		enum err e = json_parse(&document, NULL, text);
		if (e)
			return e;
		e = json_hex(out->b, 32, json_member(document, "hash"));
		json_free(document);
		return e;
	}
	enum err e = hex_decode_add(&raw, (const char *)text.data, text.len);
	if (!e && raw.len > HYPER_HEAD)
		raw.len = HYPER_HEAD;
	if (!e && !(e = hyper_head_unpack(&h, &auth, bytes_of(&raw))))
		*out = hyper_hash(&h);
	buf_free(&raw);
	return e;
}

static int
load_header(struct trust *out, struct tool *t, const char *path)
{
	struct input in;
	struct bytes text;
	int status = input_open(&in, t, path);
	if (!status && !input_next(&in, &text, t))
		status = tool_fail(t, TOOL_TROUBLE, "%s is empty", path);
	if (!status) {
		enum err e = hash_of_header(&out->header, text);
		if (e)
			status = tool_fail(t, TOOL_TROUBLE, "%s holds no hyper block: %s", path, err_text(e));
	}
	out->has_header = !status;
	input_close(&in);
	return status;
}

enum found { FOUND_YES, FOUND_NO, FOUND_NOBODY };

static enum found
ask_node(struct trust *a, struct tool *t, const struct hash *hash)
{
	struct buf params = {0};
	struct answer answer;
	if (a->no_node)
		return FOUND_NOBODY;
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	view_hash(&w, "hash", hash);
	json_end_object(&w);
	remote_call(&answer, t, "hyper", &params, REMOTE_TIMEOUT_MS);
	bool known = answer.status == TOOL_DONE && json_count(json_member(answer.result, "blocks")) > 0;
	a->no_node = answer.status == TOOL_UNREACHABLE;
	bool nobody = answer.status != TOOL_DONE && answer.status != TOOL_NO;
	if (nobody)
		tool_detail(t, "%s", answer.message);
	answer_free(&answer);
	buf_free(&params);
	return known ? FOUND_YES : nobody ? FOUND_NOBODY : FOUND_NO;
}

static enum found
find(struct trust *a, struct tool *t, const struct hash *hash)
{
	if (a->has_header)
		return hash_equal(&a->header, hash) ? FOUND_YES : FOUND_NO;
	return ask_node(a, t, hash);
}

static void
print(struct tool *t, const struct verdict *v, enum err e, bool anchored)
{
	struct json_writer *w = output_begin(t);
	fields_bool(w, "valid", !e);
	if (v->has_id)
		view_hash(w, "payload", &v->id);
	if (!e) {
		fields_uint(w, "hid", v->hid);
		view_hash(w, "hash", &v->anchor);
	}
	if (!e && v->type == OBJECT_ACCOUNT_PROOF)
		view_proven(w, &v->account);
	fields_bool(w, "anchored", anchored);
	if (e)
		fields_text(w, "error", err_text(e));
	output_end(t);
}

static void
check(struct tool *t, const struct input *in, struct trust *a, struct bytes raw)
{
	struct verdict v;
	struct arena arena = {0};
	enum err e = verdict_of(&v, &arena, raw);
	if (!e && v.type != OBJECT_PROOF && v.type != OBJECT_ACCOUNT_PROOF)
		e = ERR_TYPE;
	bool trouble = tool_status_of(e) == TOOL_TROUBLE;
	enum found found = e ? FOUND_NOBODY : find(a, t, &v.anchor);
	if (!trouble)
		print(t, &v, e, found == FOUND_YES);
	arena_free(&arena);
	if (e)
		tool_fail_at(t, in, tool_status_of(e), "%s", err_text(e));
	else if (found == FOUND_NO)
		tool_fail_at(t, in, TOOL_NO, "its hyper block is not %s",
		    a->has_header ? "the one given" : "known to the node");
}

int
prove_run(struct tool *t, const char *header)
{
	struct trust a = {.has_header = false};
	struct line line = {0};
	struct input in;
	struct bytes text;
	int status = header ? load_header(&a, t, header) : TOOL_DONE;
	if (status)
		return status;
	input_open(&in, t, "-");
	while (input_next(&in, &text, t))
		if (!line_read(&line, t, &in, text))
			check(t, &in, &a, bytes_of(&line.raw));
	line_free(&line);
	input_close(&in);
	return TOOL_DONE;
}
