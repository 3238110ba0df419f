#include "tool/proposal.h"

#include <string.h>

#include "chain/spec.h"
#include "json/json.h"
#include "tool/remote.h"
#include "tool/rulespec.h"

static int
ask_number(uint64_t *out, struct tool *t)
{
	struct buf params = {0};
	struct answer a;
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	json_put_key(&w, "chain");
	remote_put_chain(&w, t->chain);
	json_end_object(&w);
	int status = remote_ask(&a, t, "chain", &params, t->chain);
	if (!status && json_uint(out, json_member(a.result, "chain"), UINT32_MAX))
		status = tool_fail(t, TOOL_TROUBLE, "chain %s: the node's answer lacks its number", t->chain);
	answer_free(&a);
	buf_free(&params);
	return status;
}

static int
read_chain(uint64_t *out, struct tool *t)
{
	if (!t->chain)
		return tool_usage(t, "no chain: give -c NAME|NUMBER");
	return number_parse(out, t->chain, strlen(t->chain), UINT32_MAX) ? ask_number(out, t) : TOOL_DONE;
}

static int
print(struct tool *t, uint32_t chain, const struct authorities *set, const struct draft_options *options)
{
	struct draft d;
	struct buf body = {0};
	int status = draft_open(&d, t, options, "0");
	if (status)
		return status;
	wire_put_u8(&body, ROOT_AUTHORITIES);
	wire_put_u32(&body, chain);
	rule_put(&body, &(struct rule){.kind = RULE_BFT}, set);
	enum err e = body.failed ? ERR_NOMEM : draft_payload(&d, t, bytes_of(&body));
	if (e)
		status = tool_fail(t, tool_status_of(e), "%s", err_text(e));
	draft_close(&d);
	buf_free(&body);
	return status;
}

int
proposal_print(struct tool *t, const struct option_list *authorities, const struct draft_options *options)
{
	struct authorities set;
	uint64_t chain;
	if (authorities->count == 0)
		return tool_usage(t, "no authorities: give --authority ADDRESS");
	int status = rulespec_authorities(&set, t, authorities);
	if (!status)
		status = read_chain(&chain, t);
	return status ? status : print(t, (uint32_t)chain, &set, options);
}
