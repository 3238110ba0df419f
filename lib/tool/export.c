#include "tool/export.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json/json.h"
#include "tool/output.h"
#include "tool/query.h"

enum { PLACE = 128 };

/* The columns; a dot reaches into an object. */
static const char *const columns[] = {"at", "hid", "time", "final", "chain", "chain_name", "payload", "signer", "seq",
    "fee", "expiry", "bytes", "body", "body_base64", "result.ok", "result.value", "result.error", "result.reason"};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

struct export {
	struct tool *t;
	bool csv;
	const struct json *hyper, *lane; /* that the block belongs to */
	char block[PLACE];               /* its place, and a dot */
	struct buf line;
	uint64_t left_out; /* local blocks */
};

/* --- one payload --- */

/* What a payload does not tell itself its hyper block and lane do. */
static const struct json *
find(const struct export *e, const struct json *payload, const char *name)
{
	if (strcmp(name, "time") == 0 || strcmp(name, "final") == 0 || strcmp(name, "hid") == 0)
		return json_member(e->hyper, name);
	if (strcmp(name, "chain_name") == 0)
		return json_member(e->lane, name);
	if (strncmp(name, "result.", 7) == 0)
		return json_member(json_member(payload, "result"), name + 7);
	return json_member(payload, name);
}

/* RFC 4180: a field with a comma, a quote or a line's end stands in quotes, its own quotes are doubled. */
static void
put_field(struct buf *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		buf_add_text(out, text);
		return;
	}
	buf_add_text(out, "\"");
	for (; *text; text++) {
		if (*text == '"')
			buf_add(out, "\"", 1);
		buf_add(out, text, 1);
	}
	buf_add_text(out, "\"");
}

static void
put_csv(struct export *e, const struct json *payload)
{
	buf_reset(&e->line);
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct json *value = find(e, payload, columns[i]);
		const char *text;
		struct json_writer w = json_writer(&e->line);
		if (i > 0)
			buf_add_text(&e->line, ",");
		if (json_text(&text, value) == ERR_OK)
			put_field(&e->line, text);
		else if (value && json_kind_of(value) != JSON_NULL)
			json_put_value(&w, value);
	}
	buf_add_text(&e->line, "\r\n");
	output_raw(e->t, bytes_of(&e->line));
}

static void
put_json(struct export *e, const struct json *payload)
{
	struct json_writer *w = output_begin(e->t);
	for (size_t i = 0; i < COLUMNS; i++) {
		const struct json *value = find(e, payload, columns[i]);
		if (!value || strchr(columns[i], '.'))
			continue;
		json_put_key(w, columns[i]);
		json_put_value(w, value);
	}
	if (json_member(payload, "order")) {
		json_put_key(w, "order");
		json_put_value(w, json_member(payload, "order"));
	}
	json_put_key(w, "result");
	json_put_value(w, json_member(payload, "result"));
	output_end(e->t);
}

/* A block may name a payload that an earlier one holds: that is where it is told of. */
static int
each_payload(void *arg, const struct json *payload)
{
	struct export *e = arg;
	const char *at = "";
	json_text(&at, json_member(payload, "at"));
	if (strncmp(at, e->block, strlen(e->block)) != 0)
		return TOOL_DONE;
	if (e->csv)
		put_csv(e, payload);
	else
		put_json(e, payload);
	return e->line.failed ? tool_fail(e->t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM)) : TOOL_DONE;
}

/* --- one hyper block --- */

static uint64_t
number_of(const struct json *j, const char *key)
{
	uint64_t v = 0;
	json_uint(&v, json_member(j, key), JSON_NUMBER_MAX);
	return v;
}

static bool
is_wanted(const struct tool *t, const struct json *lane)
{
	char number[24];
	const char *name = "";
	snprintf(number, sizeof number, "%" PRIu64, number_of(lane, "chain"));
	json_text(&name, json_member(lane, "chain_name"));
	return !t->chain || strcmp(t->chain, number) == 0 || strcmp(t->chain, name) == 0;
}

static int
export_lane(struct export *e)
{
	const char *lane = "";
	uint64_t first = number_of(e->lane, "first_lid"), blocks = number_of(e->lane, "blocks");
	int status = TOOL_DONE;
	json_text(&lane, json_member(e->lane, "lane"));
	/* Of a chain that the node does not follow it has the certificates alone. */
	if (json_count(json_member(e->lane, "seals")) < blocks) {
		e->left_out += blocks;
		return TOOL_DONE;
	}
	for (uint64_t i = 0; i < blocks && !status; i++) {
		char place[PLACE - 1];
		snprintf(place, sizeof place, "%" PRIu64 ".%.64s.%" PRIu64, number_of(e->hyper, "hid"), lane, first + i);
		snprintf(e->block, sizeof e->block, "%s.", place);
		status = query_payloads(e->t, place, each_payload, e);
	}
	return status;
}

static int
each_hyper(void *arg, const struct json *hyper)
{
	struct export *e = arg;
	int status = TOOL_DONE;
	e->hyper = hyper;
	for (e->lane = json_first(json_member(hyper, "lanes")); e->lane && !status; e->lane = json_next(e->lane))
		if (number_of(e->lane, "payloads") > 0 && is_wanted(e->t, e->lane))
			status = export_lane(e);
	return status;
}

static void
put_header(struct tool *t)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *dot = strchr(columns[i], '.'), *name = dot ? dot + 1 : columns[i];
		output_raw(t, (struct bytes){(const uint8_t *)name, strlen(name)});
		output_raw(t, (struct bytes){(const uint8_t *)(i + 1 < COLUMNS ? "," : "\r\n"), i + 1 < COLUMNS ? 1 : 2});
	}
}

int
export_run(struct tool *t, const char *from, const char *to, bool csv)
{
	struct export e = {.t = t, .csv = csv};
	char range[2 * PLACE];
	int n = snprintf(range, sizeof range, "%s..%s", from, to);
	if (n >= (int)sizeof range)
		return tool_usage(t, "--from, --to: a HID, latest or final is wanted");
	if (csv)
		put_header(t);
	int status = query_hypers(t, range, each_hyper, &e);
	buf_free(&e.line);
	if (!status && e.left_out > 0)
		return tool_fail(t, TOOL_NO, "%" PRIu64 " local blocks that the node does not hold are left out", e.left_out);
	return status;
}
