/* para-seal: makes signed payloads and seals, shows and checks any object. para-seal(1). */
#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "tool/draft.h"
#include "tool/keyfile.h"
#include "tool/line.h"
#include "tool/output.h"
#include "tool/template.h"
#include "tool/verdict.h"

static struct draft_options draft_options = DRAFT_DEFAULTS;
static bool raw;
static const char *round_file;

/* One file: a payload of the whole, or one of each line. */
static void
payloads_of(struct tool *t, struct draft *d, const char *path)
{
	struct input in;
	struct bytes line;
	struct buf whole = {0};
	if (input_open(&in, t, path))
		return;
	if (raw && !input_all(&in, &whole, t, LIMIT_BODY)) {
		enum err e = draft_payload(d, t, bytes_of(&whole));
		if (e)
			tool_fail(t, tool_status_of(e), "%s: %s", in.name ? in.name : "stdin", err_text(e));
	}
	while (!raw && input_next(&in, &line, t)) {
		enum err e = draft_payload(d, t, line);
		if (e)
			tool_fail_at(t, &in, tool_status_of(e), "%s", err_text(e));
	}
	buf_free(&whole);
	input_close(&in);
}

static int
run_payload(struct tool *t)
{
	struct draft d;
	int status = draft_open(&d, t, &draft_options, t->chain);
	if (status)
		return status;
	if (t->argc == 0)
		payloads_of(t, &d, "-");
	for (int i = 0; i < t->argc; i++)
		payloads_of(t, &d, t->argv[i]);
	draft_close(&d);
	return TOOL_DONE;
}

static int
run_block(struct tool *t)
{
	struct sign_key *key;
	struct pile pile;
	struct round round;
	struct input in;
	if (!t->chain && !round_file)
		return tool_usage(t, "no chain: give -c NAME|NUMBER");
	int status = keyfile_key(&key, t);
	if (status)
		return status;
	pile_start(&pile);
	input_open(&in, t, "-");
	pile_read(&pile, t, &in);
	input_close(&in);
	/* Only when all payloads are there: a slot does not wait. No input makes an empty seal, bad input none. */
	bool wanted = t->status == TOOL_DONE || (pile.count > 0 && t->status != TOOL_TROUBLE);
	if (wanted)
		status = round_file ? round_load(&round, t, round_file, t->chain) : round_ask(&round, t, t->chain, sign_key_public(key));
	if (!status && wanted)
		status = template_print(t, &pile, &round, key);
	pile_free(&pile);
	sign_key_free(key);
	return status;
}

static void
show_line(struct tool *t, const struct input *in, const struct line *line)
{
	struct buf text = {0};
	struct json_writer w = json_writer(&text);
	enum err e = view_object(&w, bytes_of(&line->raw));
	if (!e && text.failed)
		e = ERR_NOMEM;
	if (e)
		tool_fail_at(t, in, tool_status_of(e), "%s", err_text(e));
	else
		output_result(t, bytes_of(&text));
	buf_free(&text);
}

/* An id that the line claims beside the object must be the object's. */
static enum err
check_claim(const struct line *line, const struct verdict *v)
{
	struct hash claimed;
	const struct json *claim = json_member(line->document, v->type == OBJECT_PAYLOAD ? "payload" : "hash");
	if (!claim || !v->has_id || (v->type != OBJECT_PAYLOAD && v->type != OBJECT_SEAL))
		return ERR_OK;
	enum err e = json_hex(claimed.b, sizeof claimed.b, claim);
	return e ? e : hash_equal(&claimed, &v->id) ? ERR_OK : ERR_HASH;
}

static void
verify_line(struct tool *t, const struct input *in, const struct line *line)
{
	struct verdict v;
	struct arena arena = {0};
	enum err e = verdict_of(&v, &arena, bytes_of(&line->raw));
	arena_free(&arena);
	if (!e)
		e = check_claim(line, &v);
	if (tool_status_of(e) == TOOL_TROUBLE) {
		tool_fail_at(t, in, TOOL_TROUBLE, "%s", err_text(e));
		return;
	}
	struct json_writer *w = output_begin(t);
	fields_bool(w, "valid", !e);
	json_put_key(w, "type");
	if (object_name(v.type))
		json_put_text(w, object_name(v.type));
	else
		json_put_null(w);
	if (v.has_id)
		view_hash(w, v.type == OBJECT_PAYLOAD || v.type == OBJECT_PROOF ? "payload" : "hash", &v.id);
	if (e)
		fields_text(w, "error", err_text(e));
	output_end(t);
	if (e && v.payload != UINT32_MAX)
		tool_fail_at(t, in, TOOL_NO, "payload %u: %s", v.payload, err_text(e));
	else if (e)
		tool_fail_at(t, in, tool_status_of(e), "%s", err_text(e));
}

static int
each_object(struct tool *t, void (*what)(struct tool *, const struct input *, const struct line *))
{
	struct line line = {0};
	struct bytes text;
	int files = t->argc ? t->argc : 1;
	for (int i = 0; i < files; i++) {
		struct input in;
		if (input_open(&in, t, t->argc ? t->argv[i] : "-"))
			continue;
		while (input_next(&in, &text, t))
			if (!line_read(&line, t, &in, text))
				what(t, &in, &line);
		input_close(&in);
	}
	line_free(&line);
	return TOOL_DONE;
}

static int
run_show(struct tool *t)
{
	return each_object(t, show_line);
}

static int
run_verify(struct tool *t)
{
	return each_object(t, verify_line);
}

static const struct option_entry payload_options[] = {
    {0, "raw", NULL, "the whole of each FILE is one payload", OPTION_FLAG, &raw, 0, 0}, DRAFT_OPTIONS(draft_options),
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct option_entry block_options[] = {
    {0, "template", "FILE", "the round's JSON (else the node is asked)", OPTION_TEXT, &round_file, 0, 0},
    {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}};

static const struct command commands[] = {
    {"payload", "[FILE...]", "Makes one signed payload of each line.",
        OPTIONS_NODE | OPTIONS_KEY | OPTIONS_CHAIN | OPTIONS_OUTPUT, payload_options, run_payload, NULL},
    {"block", NULL, "Makes a signed seal without its nonce of payload lines.",
        OPTIONS_NODE | OPTIONS_KEY | OPTIONS_CHAIN | OPTIONS_OUTPUT, block_options, run_block, NULL},
    {"show", "[FILE...]", "Decodes objects, one a line.", OPTIONS_TABLE, NULL, run_show, NULL},
    {"verify", "[FILE...]", "Checks objects, one a line, by themselves.", OPTIONS_OUTPUT, NULL, run_verify, NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-seal", "payloads and seals.", commands}, argc, argv);
}
