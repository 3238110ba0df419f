#include "tool/query.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "json/fields.h"
#include "tool/output.h"
#include "tool/remote.h"

enum { HEX_HASH = 64 };

static void
put_word(struct json_writer *w, const char *key, const char *text, size_t len, bool number)
{
	uint64_t v;
	json_put_key(w, key);
	if (number && number_parse(&v, text, len, JSON_NUMBER_MAX) == ERR_OK)
		json_put_uint(w, v);
	else
		json_put_text_n(w, text, len);
}

void
query_params(struct buf *out, const char *key, const char *text, bool number)
{
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	put_word(&w, key, text, strlen(text), number);
	json_end_object(&w);
}

int
query_one(struct tool *t, const char *method, const struct buf *params, const char *what)
{
	struct answer a;
	int status = remote_ask(&a, t, method, params, what);
	if (!status)
		output_value(t, a.result);
	answer_free(&a);
	return status;
}

/* Where the next page begins; false on the last. The member may be a number or null. */
static bool
next_page(struct buf *params, const struct json *result)
{
	uint64_t next;
	if (json_uint(&next, json_member(result, "next"), JSON_NUMBER_MAX))
		return false;
	buf_reset(params);
	struct json_writer w = json_writer(params);
	json_put_object(&w);
	fields_uint(&w, "from", next);
	json_end_object(&w);
	return true;
}

int
query_list(struct tool *t, const char *method, const char *list)
{
	struct buf params = {0};
	bool more = true;
	int status = TOOL_DONE;
	while (more && !status) {
		struct answer a;
		status = remote_ask(&a, t, method, &params, method);
		for (const struct json *j = json_first(json_member(a.result, list)); j; j = json_next(j))
			output_value(t, j);
		more = next_page(&params, a.result);
		answer_free(&a);
	}
	buf_free(&params);
	return status;
}

/* The parameters of an operand; from of a range starts at *from when that is not NULL. */
static bool
put_span(struct buf *out, const char *operand, const uint64_t *from)
{
	struct json_writer w = json_writer(out);
	const char *dots = strstr(operand, "..");
	buf_reset(out);
	json_put_object(&w);
	if (dots) {
		if (from) {
			fields_uint(&w, "from", *from);
		} else {
			put_word(&w, "from", operand, (size_t)(dots - operand), true);
		}
		put_word(&w, "to", dots + 2, strlen(dots + 2), true);
	} else {
		bool hash = strlen(operand) == HEX_HASH;
		put_word(&w, hash ? "hash" : "hid", operand, strlen(operand), !hash);
	}
	json_end_object(&w);
	return dots;
}

int
query_hypers(struct tool *t, const char *operand, int (*each)(void *arg, const struct json *block), void *arg)
{
	struct buf params = {0};
	char what[160];
	uint64_t from;
	int status = TOOL_DONE;
	snprintf(what, sizeof what, "hyper %s", operand);
	bool range = put_span(&params, operand, NULL);
	for (bool more = true; more && !status;) {
		struct answer a;
		status = remote_ask(&a, t, "hyper", &params, what);
		const struct json *blocks = json_member(a.result, "blocks");
		if (!status && !range && json_count(blocks) == 0)
			status = tool_fail(t, TOOL_NO, "%s: %s", what, err_text(ERR_NOT_FOUND));
		for (const struct json *j = json_first(blocks); j && !status; j = json_next(j))
			status = each(arg, j);
		more = range && json_uint(&from, json_member(a.result, "next"), JSON_NUMBER_MAX) == ERR_OK;
		if (more)
			put_span(&params, operand, &from);
		answer_free(&a);
	}
	buf_free(&params);
	return status;
}

static void
put_block_params(struct buf *out, const char *operand, uint64_t from)
{
	struct json_writer w = json_writer(out);
	buf_reset(out);
	json_put_object(&w);
	put_word(&w, strlen(operand) == HEX_HASH ? "hash" : "at", operand, strlen(operand), false);
	if (from > 0)
		fields_uint(&w, "from", from);
	json_end_object(&w);
}

/* Everything of the first page but the list and where it goes on; the list follows, open. */
static void
begin_block(struct json_writer *w, const struct json *first)
{
	json_put_object(w);
	for (const struct json *m = json_first(first); m; m = json_next(m)) {
		if (strcmp(json_key(m), "payloads") == 0 || strcmp(json_key(m), "next") == 0)
			continue;
		json_put_key(w, json_key(m));
		json_put_value(w, m);
	}
	json_put_key(w, "payloads");
	json_put_array(w);
}

int
query_payloads(struct tool *t, const char *place, int (*each)(void *arg, const struct json *payload), void *arg)
{
	struct buf params = {0};
	char what[160];
	uint64_t from = 0;
	bool more = true;
	int status = TOOL_DONE;
	snprintf(what, sizeof what, "block %s", place);
	while (more && !status) {
		struct answer a;
		put_block_params(&params, place, from);
		status = remote_ask(&a, t, "block", &params, what);
		for (const struct json *j = json_first(json_member(a.result, "payloads")); j && !status; j = json_next(j))
			status = each(arg, j);
		more = json_uint(&from, json_member(a.result, "next"), JSON_NUMBER_MAX) == ERR_OK && from > 0;
		answer_free(&a);
	}
	buf_free(&params);
	return status;
}

int
query_block(struct tool *t, const char *operand)
{
	struct buf params = {0}, whole = {0};
	struct json_writer w = json_writer(&whole);
	char what[160];
	uint64_t from = 0;
	bool more = true;
	int status = TOOL_DONE;
	snprintf(what, sizeof what, "block %s", operand);
	while (more && !status) {
		struct answer a;
		put_block_params(&params, operand, from);
		status = remote_ask(&a, t, "block", &params, what);
		if (!status && from == 0)
			begin_block(&w, a.result);
		for (const struct json *j = json_first(json_member(a.result, "payloads")); j; j = json_next(j))
			json_put_value(&w, j);
		more = json_uint(&from, json_member(a.result, "next"), JSON_NUMBER_MAX) == ERR_OK && from > 0;
		answer_free(&a);
	}
	json_end_array(&w);
	json_end_object(&w);
	if (!status && whole.failed)
		status = tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (!status)
		output_result(t, bytes_of(&whole));
	buf_free(&params);
	buf_free(&whole);
	return status;
}
