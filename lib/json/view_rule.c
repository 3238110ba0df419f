#include <stdlib.h>
#include <string.h>

#include "chain/account.h"
#include "json/view_impl.h"

/* The member that holds what a rule has; NULL: nothing. */
static const char *
member_of(enum spec_rule kind)
{
	static const char *const name[] = {[RULE_POW] = "rule_difficulty", [RULE_POS] = "tickets", [RULE_BFT] = "authorities"};
	return name[kind];
}

static void
put_authorities(struct json_writer *w, const char *key, const struct authorities *a)
{
	json_put_key(w, key);
	json_put_array(w);
	for (uint32_t i = 0; i < a->count; i++) {
		char text[ACCOUNT_TEXT];

		account_print(text, a->key[i].b);
		json_put_text(w, text);
	}
	json_end_array(w);
}

void
view_rule(struct json_writer *w, const struct rule *rule, const struct authorities *a)
{
	if (rule->kind == RULE_POW)
		fields_decimal(w, member_of(rule->kind), rule->difficulty);
	if (rule->kind == RULE_POS)
		fields_uint(w, member_of(rule->kind), rule->tickets);
	if (rule->kind == RULE_BFT)
		put_authorities(w, member_of(rule->kind), a);
}

/* --- the way back --- */

const char *
view_rule_member(const struct json *spec)
{
	const char *text;
	enum spec_rule kind;

	if (json_text(&text, json_member(spec, "rule")) || rule_parse(&kind, text))
		return NULL;
	return member_of(kind);
}

static enum err
read_tickets(struct rule *out, const struct json *j)
{
	uint64_t v;
	enum err e = json_uint(&v, j, RULE_TICKETS_MOST);

	if (!e)
		out->tickets = (uint16_t)v;
	return e;
}

static enum err
read_authorities(struct authorities *out, const struct json *j)
{
	if (json_kind_of(j) != JSON_ARRAY)
		return ERR_FIELD;
	if (json_count(j) > LIMIT_AUTHORITIES)
		return ERR_TOO_LONG;
	for (const struct json *at = json_first(j); at; at = json_next(at)) {
		const char *text;
		enum err e = json_text(&text, at);

		if (!e)
			e = account_parse(out->key[out->count++].b, text);
		if (e)
			return e;
	}
	return ERR_OK;
}

enum err
view_read_rule(struct spec *out, const struct json *member)
{
	if (out->rule.kind == RULE_POW)
		return json_decimal(&out->rule.difficulty, member);
	if (out->rule.kind == RULE_POS)
		return read_tickets(&out->rule, member);
	return out->rule.kind == RULE_BFT ? read_authorities(&out->authorities, member) : ERR_OK;
}
