#include "tool/round.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "chain/account.h"
#include "chain/limits.h"
#include "json/view.h"
#include "tool/clock.h"
#include "tool/document.h"
#include "tool/remote.h"

enum { FILE_MOST = 65536, WAITS = 100, WAIT_MOST_MS = 3600000 };

enum err
round_read(struct round *out, const char **field, const struct json *j)
{
	const char *text;
	uint64_t seal_bytes, body_bytes, index;
#define MEMBER(name) json_member(j, *field = (name))
	if (json_hex(out->network.b, sizeof out->network.b, MEMBER("network")) || json_text(&text, MEMBER("lane")) ||
	    lane_parse(&out->lane, text) || json_uint(&out->slot, MEMBER("slot"), JSON_NUMBER_MAX) ||
	    json_hex(out->prev_hyper.b, 32, MEMBER("prev_hyper")) ||
	    json_decimal(&out->difficulty, MEMBER("difficulty")) || out->difficulty < WORK_DIFFICULTY_LEAST ||
	    json_decimal(&out->effort, MEMBER("effort")) || out->effort < out->difficulty ||
	    json_hex(out->script.b, 32, MEMBER("script")) || json_text(&text, MEMBER("voter")) ||
	    account_parse(out->voter.b, text) ||
	    json_uint(&index, MEMBER("index"), UINT16_MAX) || json_uint(&body_bytes, MEMBER("body_bytes"), LIMIT_BODY) ||
	    json_uint(&seal_bytes, MEMBER("seal_bytes"), LIMIT_SEAL_BYTES) ||
	    json_uint(&out->seal_left_ms, MEMBER("seal_left_ms"), JSON_NUMBER_MAX) ||
	    json_uint(&out->next_left_ms, MEMBER("next_left_ms"), JSON_NUMBER_MAX) ||
	    json_uint(&out->period_ms, MEMBER("period_ms"), JSON_NUMBER_MAX))
		return ERR_FIELD;
#undef MEMBER
	out->index = (uint16_t)index;
	out->body_bytes = (uint32_t)body_bytes;
	out->seal_bytes = (uint32_t)seal_bytes;
	return ERR_OK;
}

static bool
is_of(const struct round *r, const struct json *document, const char *chain)
{
	uint64_t number;
	const char *name;
	if (number_parse(&number, chain, strlen(chain), UINT32_MAX) == ERR_OK)
		return number == r->lane.chain;
	return json_text(&name, json_member(document, "chain_name")) == ERR_OK && strcmp(name, chain) == 0;
}

int
round_load(struct round *out, struct tool *t, const char *path, const char *chain)
{
	struct json *document;
	const char *shown, *field = "";
	int status = document_read(&document, &shown, t, path, FILE_MOST, TOOL_NO);
	enum err e = status ? ERR_OK : round_read(out, &field, document);
	if (e)
		status = tool_fail(t, tool_status_of(e), "%s is no round: %s%s%s", shown, err_text(e), field[0] ? ": " : "",
		    field);
	if (!status && chain && !is_of(out, document, chain))
		status = tool_fail(t, TOOL_NO, "%s is not a round of chain %s", shown, chain);
	json_free(document);
	return status;
}

/* In slots that have just begun seal_left is the whole phase: what has passed and what is left. */
static bool
late(const struct round *r)
{
	uint64_t passed = r->period_ms > r->next_left_ms ? r->period_ms - r->next_left_ms : 0;
	return r->seal_left_ms * 4 < passed + r->seal_left_ms || r->seal_left_ms == 0;
}

static int
ask_once(struct round *out, struct tool *t, const char *chain, const struct pubkey *signer)
{
	struct buf params = {0};
	struct answer a;
	char what[128];
	const char *field = "";
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	json_put_key(&w, "chain");
	remote_put_chain(&w, chain);
	view_address(&w, "signer", signer->b);
	json_end_object(&w);
	snprintf(what, sizeof what, "round of chain %s", chain);
	int status = remote_ask(&a, t, "round", &params, what);
	if (!status && round_read(out, &field, a.result))
		status = tool_fail(t, TOOL_TROUBLE, "%s: the node's answer lacks %s", what, field);
	answer_free(&a);
	buf_free(&params);
	return status;
}

int
round_ask(struct round *out, struct tool *t, const char *chain, const struct pubkey *signer)
{
	for (int i = 0; i < WAITS; i++) {
		int status = ask_once(out, t, chain, signer);
		if (status || !late(out))
			return status;
		uint64_t wait = out->next_left_ms < WAIT_MOST_MS ? out->next_left_ms : WAIT_MOST_MS;
		tool_detail(t, "little of the seal phase is left: waiting %llu ms", (unsigned long long)wait);
		clock_sleep_ms(wait + 1);
	}
	return tool_fail(t, TOOL_LATER, "no seal phase of chain %s has time left", chain);
}
