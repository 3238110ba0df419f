/*
 * rulespec: a chain's rule of layer 2 out of a command's options.
 */
#ifndef TOOL_RULESPEC_H
#define TOOL_RULESPEC_H

#include "chain/spec.h"
#include "crypto/work.h"
#include "tool/options.h"

/* As they were given; OPTION_NONE: not. */
struct rulespec {
	const char *rule;
	uint64_t difficulty, tickets;
	struct option_list authorities;
};

#define RULESPEC_DEFAULTS {.rule = "open", .difficulty = OPTION_NONE, .tickets = OPTION_NONE}

#define RULESPEC_OPTIONS(given) \
	{0, "rule", "open|pow|pos|bft", "its rule of layer 2 (open)", OPTION_TEXT, &(given).rule, 0, 0}, \
	    {0, "rule-difficulty", "N", "tries that a seal has to stand for, with pow", OPTION_NUMBER, \
	        &(given).difficulty, WORK_DIFFICULTY_LEAST, OPTION_NONE - 1}, \
	    {0, "tickets", "N", "tickets that all stake wins in a slot, with pos (8)", OPTION_NUMBER, \
	        &(given).tickets, 1, RULE_TICKETS_MOST}, \
	    {0, "authority", "ADDRESS", "a node key that decides, with bft (may be repeated)", OPTION_LIST, \
	        &(given).authorities, 0, 0}

/* The keys of --authority, in their order. 0 or a status with the message printed. */
int rulespec_authorities(struct authorities *out, struct tool *t, const struct option_list *list);

/* Fills the spec's rule. 0 or a status with the message printed. */
int rulespec_make(struct spec *out, struct tool *t, const struct rulespec *given);

#endif
