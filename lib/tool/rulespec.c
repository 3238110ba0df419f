#include "tool/rulespec.h"

#include <stdlib.h>
#include <string.h>

#include "chain/account.h"

/* With all stake at work one slot in three thousand has no ticket. */
enum { TICKETS_DEFAULT = 8 };

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

int
rulespec_authorities(struct authorities *out, struct tool *t, const struct option_list *list)
{
	*out = (struct authorities){.count = 0};
	if (list->count > LIMIT_AUTHORITIES)
		return tool_usage(t, "option --authority: more than %d are given", LIMIT_AUTHORITIES);
	for (size_t i = 0; i < list->count; i++) {
		enum err e = account_parse(out->key[out->count++].b, list->item[i]);
		if (e)
			return tool_usage(t, "option --authority: '%s': %s", list->item[i], err_text(e));
	}
	qsort(out->key, out->count, sizeof out->key[0], compare_keys);
	if (rule_authorities_check(out) == ERR_ORDER)
		return tool_usage(t, "option --authority: one is given twice");
	return TOOL_DONE;
}

static int
read_authorities(struct spec *out, struct tool *t, const struct rulespec *given)
{
	bool bft = out->rule.kind == RULE_BFT;
	if (bft && given->authorities.count == 0)
		return tool_usage(t, "option --rule: 'bft' wants --authority ADDRESS");
	if (!bft && given->authorities.count > 0)
		return tool_usage(t, "option --authority: the rule is '%s', not bft", given->rule);
	return rulespec_authorities(&out->authorities, t, &given->authorities);
}

static int
read_difficulty(struct rule *out, struct tool *t, const struct rulespec *given)
{
	bool pow = out->kind == RULE_POW;
	if (pow && given->difficulty == OPTION_NONE)
		return tool_usage(t, "option --rule: 'pow' wants --rule-difficulty N");
	if (!pow && given->difficulty != OPTION_NONE)
		return tool_usage(t, "option --rule-difficulty: the rule is '%s', not pow", given->rule);
	out->difficulty = pow ? given->difficulty : 0;
	return TOOL_DONE;
}

static int
read_tickets(struct rule *out, struct tool *t, const struct rulespec *given)
{
	bool pos = out->kind == RULE_POS;
	if (!pos && given->tickets != OPTION_NONE)
		return tool_usage(t, "option --tickets: the rule is '%s', not pos", given->rule);
	out->tickets = !pos ? 0 : given->tickets == OPTION_NONE ? TICKETS_DEFAULT : (uint16_t)given->tickets;
	return TOOL_DONE;
}

int
rulespec_make(struct spec *out, struct tool *t, const struct rulespec *given)
{
	if (rule_parse(&out->rule.kind, given->rule))
		return tool_usage(t, "option --rule: '%s' is not known", given->rule);
	int status = read_difficulty(&out->rule, t, given);
	if (!status)
		status = read_tickets(&out->rule, t, given);
	return status ? status : read_authorities(out, t, given);
}
