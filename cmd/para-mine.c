/* para-mine: searches the nonces of seals. para-mine(1). */
#include "json/fields.h"
#include "json/view.h"
#include "tool/keyfile.h"
#include "tool/line.h"
#include "tool/miner.h"
#include "tool/output.h"
#include "tool/play.h"
#include "tool/workloop.h"

static uint64_t threads = 1, seconds = 1;
static bool bench;
static const char *equilibrium;
static struct option_list chains;

static void
print_seal(struct tool *t, const struct seal *seal, const struct miner_result *found)
{
	struct buf encoded = {0};
	seal_put(&encoded, seal);
	struct json_writer *w = output_begin(t);
	fields_hex(w, "seal", encoded.data, encoded.failed ? 0 : encoded.len);
	view_hash(w, "hash", &found->work);
	fields_decimal(w, "hashes", found->hashes);
	fields_uint(w, "seconds", found->ms / 1000);
	fields_uint(w, "ms", found->ms);
	if (encoded.failed)
		tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	else
		output_end(t);
	buf_free(&encoded);
}

/* The chain's rule may want more than the seal's difficulty; then the template's line says so. */
static enum err
read_effort(uint64_t *out, const struct line *line, uint64_t difficulty)
{
	const struct json *given = line->document ? json_member(line->document, "effort") : NULL;
	*out = difficulty;
	if (difficulty < WORK_DIFFICULTY_LEAST)
		return ERR_DIFFICULTY;
	enum err e = given ? json_decimal(out, given) : ERR_OK;
	return e ? e : *out < difficulty ? ERR_DIFFICULTY : ERR_OK;
}

static enum err
mine(struct tool *t, const struct line *line, const struct work_kernel *kernel)
{
	struct arena arena = {0};
	struct seal seal;
	struct miner_result found;
	uint64_t effort = 0;
	enum err e = seal_template_unpack(&seal, &arena, bytes_of(&line->raw));
	if (!e)
		e = read_effort(&effort, line, seal.head.core.difficulty);
	if (!e) {
		struct miner_job job = {.kernel = kernel, .threads = (unsigned)threads,
		    .digest = seal_digest(&seal.head.core, &seal.head.auth), .difficulty = effort};
		e = miner_search(&found, &job);
	}
	if (!e) {
		seal.head.nonce = found.nonce;
		print_seal(t, &seal, &found);
	}
	arena_free(&arena);
	return e;
}

static void
print_bench(struct tool *t, const struct work_kernel *kernel, double speed)
{
	struct json_writer *w = output_begin(t);
	fields_text(w, "hash", "blake2b-256");
	fields_text(w, "kernel", kernel->name);
	fields_uint(w, "threads", threads);
	fields_uint(w, "hashes_per_second", (uint64_t)speed);
	output_end(t);
}

static int
run_bench(struct tool *t)
{
	size_t n;
	const struct work_kernel *all = work_kernels(&n), *kernel = miner_kernel();
	for (size_t i = 0; i < n && t->verbose; i++)
		tool_detail(t, "kernel %s: %.0f hashes a second", all[i].name,
		    miner_measure(&all[i], (unsigned)threads, 100));
	print_bench(t, kernel, miner_measure(kernel, (unsigned)threads, (unsigned)seconds * 1000));
	return TOOL_DONE;
}

static int
run_filter(struct tool *t)
{
	struct input in;
	struct bytes text;
	struct line line = {0};
	if (bench && equilibrium)
		return tool_usage(t, "--bench and --equilibrium are two things");
	if (bench)
		return run_bench(t);
	if (equilibrium)
		return play_file(t, equilibrium);
	const struct work_kernel *kernel = miner_kernel();
	input_open(&in, t, "-");
	while (input_next(&in, &text, t)) {
		if (line_read(&line, t, &in, text))
			continue;
		enum err e = mine(t, &line, kernel);
		if (e)
			tool_fail_at(t, &in, tool_status_of(e), "%s", err_text(e));
		/* A slot does not wait for the templates behind this one. */
		output_flush(t);
	}
	line_free(&line);
	input_close(&in);
	return TOOL_DONE;
}

static int
run_work(struct tool *t)
{
	struct sign_key *key;
	int status = keyfile_key(&key, t);
	if (!status)
		status = workloop_run(t, key, &chains, (unsigned)threads);
	sign_key_free(key);
	return status;
}

#define THREADS {'j', "threads", "N", "search with N threads (1)", OPTION_NUMBER, &threads, 1, 1024}
#define END {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}

static const struct option_entry filter_options[] = {THREADS,
    {0, "bench", NULL, "measure the kernel chosen, read nothing", OPTION_FLAG, &bench, 0, 0},
    {0, "seconds", "S", "measure for S seconds (1)", OPTION_NUMBER, &seconds, 1, 3600},
    {0, "equilibrium", "FILE", "play the game of the miners in FILE, a line a round", OPTION_TEXT, &equilibrium, 0, 0},
    END};

static const struct option_entry work_options[] = {THREADS,
    {'c', "chain", "NAME|NUMBER", "work for this chain alone (may be repeated)", OPTION_LIST, &chains, 0, 0}, END};

static const struct command commands[] = {
    {"", NULL, "Searches the nonces of templates on stdin.", OPTIONS_OUTPUT, filter_options, run_filter, NULL},
    {"work", NULL, "Works for a node for ever.", OPTIONS_NODE | OPTIONS_KEY | OPTIONS_OUTPUT, work_options, run_work,
        NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	return options_main(&(struct program){"para-mine", "proof of work for seals.", commands}, argc, argv);
}
