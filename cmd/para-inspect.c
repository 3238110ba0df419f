/* para-inspect: reads a node, proofs and stores. para-inspect(1). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json/fields.h"
#include "node/audit.h"
#include "tool/export.h"
#include "tool/follow.h"
#include "tool/graph.h"
#include "tool/home.h"
#include "tool/input.h"
#include "tool/options.h"
#include "tool/output.h"
#include "tool/prove.h"
#include "tool/query.h"
#include "tool/remote.h"

static const char *header;
static uint64_t from = OPTION_NONE;
static const char *export_from = "1", *export_to = "latest", *format = "ndjson";
static const char *by;
static bool blocks;

static int
run_status(struct tool *t)
{
	return query_one(t, "status", NULL, "status");
}

static int
run_chains(struct tool *t)
{
	return query_list(t, "chains", "chains");
}

static int
run_lanes(struct tool *t)
{
	return query_list(t, "lanes", "lanes");
}

static int
run_peers(struct tool *t)
{
	return query_list(t, "peers", "peers");
}

static int
run_pool(struct tool *t)
{
	if (!by)
		return query_list(t, "pool", "payloads");
	if (strcmp(by, "chain") != 0 && strcmp(by, "signer") != 0)
		return tool_usage(t, "--by %s: neither chain nor signer", by);
	const struct command *whole = t->command;
	struct command sums = *whole;
	sums.columns = by[0] == 'c' ? "chain,chain_name,signers,payloads,bytes,fee_least,fee_most,gaps"
	                            : "chain,chain_name,signer,payloads,bytes,fee_least,fee_most,seq_least,seq_most,waits_for";
	t->command = &sums;
	int status = query_list(t, by[0] == 'c' ? "pool_by_chain" : "pool_by_signer", "sums");
	t->command = whole;
	return status;
}

/* One object by one word of the user. */
static int
ask(struct tool *t, const char *method, const char *key, const char *text, bool number)
{
	struct buf params = {0};
	char what[160];
	snprintf(what, sizeof what, "%s %s", method, text);
	query_params(&params, key, text, number);
	int status = query_one(t, method, &params, what);
	buf_free(&params);
	return status;
}

static int
run_round(struct tool *t)
{
	if (!t->chain)
		return tool_usage(t, "no chain: give -c NAME|NUMBER");
	return ask(t, "round", "chain", t->chain, true);
}

static int
one_chain(struct tool *t, const char *text)
{
	return ask(t, "chain", "chain", text, true);
}

static int
one_payload(struct tool *t, const char *text)
{
	return ask(t, "payload", strchr(text, '.') ? "at" : "id", text, false);
}

static int
one_proof(struct tool *t, const char *text)
{
	return ask(t, "proof", "payload", text, false);
}

static int
ask_account(struct tool *t, const char *method, const char *before, const char *text)
{
	struct buf params = {0};
	struct json_writer w = json_writer(&params);
	char what[160];
	snprintf(what, sizeof what, "%saccount %s", before, text);
	json_put_object(&w);
	fields_text(&w, "address", text);
	json_put_key(&w, "chain");
	remote_put_chain(&w, t->chain);
	json_end_object(&w);
	int status = query_one(t, method, &params, what);
	buf_free(&params);
	return status;
}

static int
one_account(struct tool *t, const char *text)
{
	return ask_account(t, "account", "", text);
}

static int
one_account_proof(struct tool *t, const char *text)
{
	return ask_account(t, "proof", "proof of ", text);
}

static int
print_hyper(void *arg, const struct json *block)
{
	output_value(arg, block);
	return TOOL_DONE;
}

static int
one_hyper(struct tool *t, const char *text)
{
	return query_hypers(t, text, print_hyper, t);
}

static int
run_chain(struct tool *t)
{
	return operands_each(t, one_chain);
}

static int
run_hyper(struct tool *t)
{
	return t->argc == 0 ? one_hyper(t, "latest") : operands_each(t, one_hyper);
}

static int
run_block(struct tool *t)
{
	return operands_each(t, query_block);
}

static int
run_account(struct tool *t)
{
	return t->chain ? operands_each(t, one_account) : tool_usage(t, "no chain: give -c NAME|NUMBER");
}

static int
run_payload(struct tool *t)
{
	return operands_each(t, one_payload);
}

/* Of payloads, or after the word account of accounts. */
static int
run_proof(struct tool *t)
{
	if (t->argc == 0 || strcmp(t->argv[0], "account") != 0)
		return t->chain ? tool_usage(t, "only an account's proof takes a chain") : operands_each(t, one_proof);
	t->argc--;
	t->argv++;
	return t->chain ? operands_each(t, one_account_proof) : tool_usage(t, "no chain: give -c NAME|NUMBER");
}

static int
run_verify(struct tool *t)
{
	return prove_run(t, header);
}

static int
run_follow(struct tool *t)
{
	return follow_run(t, from, blocks);
}

static int
run_graph(struct tool *t)
{
	return t->argc == 1 ? graph_print(t, t->argv[0]) : tool_usage(t, "one range A..B is wanted");
}

static int
run_export(struct tool *t)
{
	bool csv = strcmp(format, "csv") == 0;
	if (!csv && strcmp(format, "ndjson") != 0)
		return tool_usage(t, "--format %s: neither ndjson nor csv", format);
	if (csv && (t->fields || t->format))
		return tool_usage(t, "--format csv goes with neither -o nor -f");
	return t->argc ? tool_usage(t, "no operand is wanted") : export_run(t, export_from, export_to, csv);
}

static void
report(void *arg, const char *place, const char *what)
{
	struct json_writer *w = output_begin(arg);
	fields_text(w, "at", place);
	fields_text(w, "error", what);
	output_end(arg);
}

static void
progress(void *arg, uint64_t hid, uint64_t tip_hid)
{
	const struct tool *t = arg;
	if (!t->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\rhyper block %llu of %llu%s", (unsigned long long)hid, (unsigned long long)tip_hid,
		    hid == tip_hid ? "\n" : "");
}

static int
run_check(struct tool *t)
{
	char dir[PATH_MAX];
	struct audit_result found = {0};
	if (home_dir(dir, t))
		return TOOL_TROUBLE;
	enum err e = audit_run(&found, dir, &(struct audit_config){.report = report, .progress = progress, .arg = t});
	if (e)
		return tool_fail(t, TOOL_TROUBLE, "cannot check %s: %s", dir,
		    e == ERR_NOT_FOUND ? "no store is there" : err_text(e));
	struct json_writer *w = output_begin(t);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {{"hypers", found.hypers}, {"blocks", found.blocks}, {"payloads", found.payloads},
	    {"pooled", found.pooled}, {"problems", found.problems}};
	fields_bool(w, "valid", found.problems == 0);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		fields_uint(w, counts[i].name, counts[i].value);
	output_end(t);
	return found.problems ? TOOL_NO : TOOL_DONE;
}

#define END {0, NULL, NULL, NULL, OPTION_FLAG, NULL, 0, 0}

static const struct option_entry verify_options[] = {
    {0, "header", "FILE", "the hyper block to anchor to: its hash, hex or JSON", OPTION_TEXT, &header, 0, 0}, END};

static const struct option_entry pool_options[] = {
    {0, "by", "chain|signer", "sums of what waits, instead of each payload", OPTION_TEXT, &by, 0, 0}, END};

static const struct option_entry follow_options[] = {
    {0, "from", "HID", "begin here (the latest)", OPTION_NUMBER, &from, 0, JSON_NUMBER_MAX},
    {0, "blocks", NULL, "local blocks too, before the hyper block that ties them", OPTION_FLAG, &blocks, 0, 0}, END};

static const struct option_entry export_options[] = {
    {0, "from", "HID", "begin with this hyper block (1)", OPTION_TEXT, &export_from, 0, 0},
    {0, "to", "HID", "end with this one (latest)", OPTION_TEXT, &export_to, 0, 0},
    {0, "format", "ndjson|csv", "form of the payloads (ndjson)", OPTION_TEXT, &format, 0, 0}, END};

enum { READS = OPTIONS_NODE | OPTIONS_TABLE };

static const struct command commands[] = {
    {"status", NULL, "Where the node is.", READS, NULL, run_status, NULL},
    {"round", NULL, "What a builder of seals must know of the current slot.", READS | OPTIONS_CHAIN, NULL, run_round,
        NULL},
    {"chains", NULL, "All chains.", READS, NULL, run_chains,
        "chain,chain_name,engine,rule,witnesses,body_bytes,registered,in_force"},
    {"chain", "[NAME|NUMBER...]", "Single chains, with their lanes.", READS, NULL, run_chain, NULL},
    {"hyper", "[HID|A..B|latest|final|HASH...]", "Hyper blocks.", READS, NULL, run_hyper,
        "hid,slot,time,seals,endorsements,certified,final,hash"},
    {"block", "[AT|HASH...]", "Local blocks with their payloads.", READS, NULL, run_block, NULL},
    {"payload", "[ID|AT...]", "Payloads.", READS, NULL, run_payload, NULL},
    {"account", "[ADDRESS...]", "What accounts hold on a chain.", READS | OPTIONS_CHAIN, NULL, run_account, NULL},
    {"lanes", NULL, "The lanes in force.", READS, NULL, run_lanes, "lane,chain_name,followed,lid,executed,busy,waiting,tip"},
    {"peers", NULL, "The nodes that this one is connected with.", READS, NULL, run_peers,
        "key,role,voted,url,hid,final_hid,clock_ms,rtt_ms,in_bytes,out_bytes,score"},
    {"pool", NULL, "What waits to be sealed or final.", READS, pool_options, run_pool,
        "payload,chain_name,signer,seq,waits_for,bytes,status"},
    {"proof", "[PAYLOAD...|account ADDRESS...]", "Proofs of payloads, and of what accounts hold.", READS | OPTIONS_CHAIN,
        NULL, run_proof, NULL},
    {"verify", NULL, "Checks proofs on stdin, with or without a node.", READS, verify_options, run_verify, NULL},
    {"follow", NULL, "Each hyper block once, as it is certified.", READS, follow_options, run_follow,
        "type,hid,slot,seals,certified,final,hash"},
    {"graph", "A..B", "A picture in Graphviz DOT.", OPTIONS_NODE, NULL, run_graph, NULL},
    {"export", NULL, "All payloads of a range of hyper blocks, with their results.", READS | OPTIONS_CHAIN, export_options,
        run_export, NULL},
    {"check", NULL, "Checks a whole store, offline.", OPTIONS_DIR | OPTIONS_TABLE, NULL, run_check, NULL},
    {NULL, NULL, NULL, 0, NULL, NULL, NULL}};

int
main(int argc, char **argv)
{
	static const struct program program = {"para-inspect", "reads a node, proofs and stores.", commands};
	return options_main(&program, argc, argv);
}
