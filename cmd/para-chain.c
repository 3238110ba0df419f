/* para-chain: chain specs and the payloads that register them. para-chain(1). */
#include "json/fields.h"
#include "json/view.h"
#include "tool/coinspec.h"
#include "tool/draft.h"
#include "tool/output.h"
#include "tool/proposal.h"
#include "tool/query.h"
#include "tool/specfile.h"

static struct draft_options draft_options = DRAFT_DEFAULTS;
static struct coinspec given = COINSPEC_DEFAULTS;
static struct option_list authorities;
static const char *engine_word = "data";

static int
run_spec(struct tool *t)
{
	enum spec_engine engine;
	if (spec_engine_parse(&engine, engine_word) || engine == ENGINE_ROOT)
		return tool_usage(t, "option --engine: '%s' is not known", engine_word);
	return coinspec_print(t, engine, &given);
}

/* NULL: it is not valid. */
static void
print_check(struct tool *t, const struct spec *spec, const char *path)
{
	struct json_writer *w = output_begin(t);
	fields_bool(w, "valid", spec != NULL);
	if (spec) {
		struct hash hash = spec_hash(spec);
		fields_text(w, "name", spec->name);
		view_hash(w, "script", &hash);
	}
	fields_text(w, "file", path);
	output_end(t);
}

static int
run_check(struct tool *t)
{
	int files = t->argc ? t->argc : 1;
	for (int i = 0; i < files; i++) {
		struct spec spec;
		struct arena arena = {0};
		const char *path = t->argc ? t->argv[i] : "-";
		int status = specfile_load(&spec, &arena, t, path);
		if (status != TOOL_TROUBLE)
			print_check(t, status == TOOL_DONE ? &spec : NULL, path);
		arena_free(&arena);
	}
	return TOOL_DONE;
}

static int
run_create(struct tool *t)
{
	struct spec spec;
	struct draft d;
	struct buf body = {0};
	struct arena arena = {0};
	if (t->argc > 1)
		return tool_usage(t, "one SPEC is wanted");
	int status = specfile_load(&spec, &arena, t, t->argc ? t->argv[0] : "-");
	if (!status)
		status = draft_open(&d, t, &draft_options, "0");
	if (status) {
		arena_free(&arena);
		return status;
	}
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	enum err e = body.failed ? ERR_NOMEM : draft_payload(&d, t, bytes_of(&body));
	if (e)
		status = tool_fail(t, tool_status_of(e), "%s", err_text(e));
	draft_close(&d);
	buf_free(&body);
	arena_free(&arena);
	return status;
}

static int
run_authorities(struct tool *t)
{
	return proposal_print(t, &authorities, &draft_options);
}

static int
run_list(struct tool *t)
{
	return query_list(t, "chains", "chains");
}

#define END {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}

static const struct option_entry spec_options[] = {
    {0, "name", "NAME", "the chain's name", OPTION_TEXT, &given.name, 0, 0},
    {0, "engine", "data|coin", "what executes its payloads (data)", OPTION_TEXT, &engine_word, 0, 0},
    COINSPEC_CHAIN_OPTIONS(given), COINSPEC_COIN_OPTIONS(given), END};

static const struct option_entry create_options[] = {DRAFT_OPTIONS(draft_options), END};

static const struct option_entry authorities_options[] = {{0, "authority", "ADDRESS",
    "a node key that is to decide (may be repeated)", OPTION_LIST, &authorities, 0, 0}, DRAFT_OPTIONS(draft_options), END};

static const struct command commands[] = {
    {"spec", NULL, "Prints a chain spec.", OPTIONS_OUTPUT, spec_options, run_spec, NULL},
    {"check", "[SPEC...]", "Checks chain specs.", OPTIONS_OUTPUT, NULL, run_check, NULL},
    {"create", "[SPEC]", "Makes the payload that registers a chain.", OPTIONS_NODE | OPTIONS_KEY | OPTIONS_OUTPUT,
        create_options, run_create, NULL},
    {"authorities", NULL, "Makes the payload by which an authority asks for a set of them.",
        OPTIONS_NODE | OPTIONS_KEY | OPTIONS_CHAIN | OPTIONS_OUTPUT, authorities_options, run_authorities, NULL},
    {"list", NULL, "Lists the chains of a node.", OPTIONS_NODE | OPTIONS_TABLE, NULL, run_list,
        "chain,chain_name,engine,rule,witnesses,body_bytes,registered,in_force"},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-chain", "chain specs and chains.", commands}, argc, argv);
}
