#include "consensus/core.h"

static struct rule_facts
facts_of(const struct consensus *c, const struct node *parent, const struct lane_entry *lane)
{
	return (struct rule_facts){ .authorities = branch_authorities(c, parent, lane) };
}

enum err
verdict_head(const struct consensus *c, const struct node *parent, const struct lane_entry *lane,
    const struct seal_core *core, const struct hash *id)
{
	struct rule_facts facts = facts_of(c, parent, lane);

	return rule_seal(&lane->info.rule, &facts, core, id);
}

enum err
verdict_fill(const struct consensus *c, const struct lane_entry *lane, struct seal_core *core)
{
	struct rule_facts facts = facts_of(c, c->tree.tip, lane);

	return rule_fill(core, &lane->info.rule, &facts);
}
