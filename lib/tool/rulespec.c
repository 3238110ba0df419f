#include "tool/rulespec.h"

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

int
rulespec_make(struct spec *out, struct tool *t, const struct rulespec *given)
{
	if (rule_parse(&out->rule.kind, given->rule))
		return tool_usage(t, "option --rule: '%s' is not known", given->rule);
	return read_difficulty(&out->rule, t, given);
}
