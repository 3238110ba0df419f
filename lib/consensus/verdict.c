#include "consensus/core.h"

enum err
verdict_head(const struct consensus *c, const struct lane_entry *lane, const struct seal_core *core,
    const struct hash *id)
{
	const struct rule_facts facts = { 0 };

	(void)c;
	return rule_seal(&lane->info.rule, &facts, core, id);
}
