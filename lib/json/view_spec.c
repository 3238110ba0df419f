#include <string.h>

#include "json/view_impl.h"

enum { MEMBERS = 5 }; /* that every spec has */

void
view_spec(struct json_writer *w, const struct spec *spec)
{
	fields_text(w, "name", spec->name);
	fields_text(w, "engine", spec_engine_name(spec->engine));
	fields_text(w, "rule", rule_name(spec->rule.kind));
	fields_uint(w, "witnesses", spec->witnesses);
	fields_uint(w, "body_bytes", spec->body_bytes);
	view_rule(w, &spec->rule, &spec->authorities);
	if (spec->engine == ENGINE_COIN)
		view_coin(w, &spec->coin);
}

static enum err
read_name(struct spec *out, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	if (e)
		return e;
	if (!spec_name_ok(text))
		return ERR_NAME;
	memcpy(out->name, text, strlen(text) + 1);
	return ERR_OK;
}

static enum err
read_engine(struct spec *out, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : spec_engine_parse(&out->engine, text);
}

static enum err
read_rule(struct spec *out, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : rule_parse(&out->rule.kind, text);
}

static enum err
read_witnesses(struct spec *out, const struct json *j)
{
	uint64_t v;
	enum err e = json_uint(&v, j, UINT16_MAX);

	if (!e)
		out->witnesses = (uint16_t)v;
	return e;
}

static enum err
read_body_bytes(struct spec *out, const struct json *j)
{
	uint64_t v;
	enum err e = json_uint(&v, j, LIMIT_BODY);

	if (!e)
		out->body_bytes = (uint32_t)v;
	return e;
}

/* Is there a coin to read? The engine decides; whether it is a good name is found out later. */
static bool
has_coin(const struct json *j)
{
	const char *engine;

	return json_text(&engine, json_member(j, "engine")) == ERR_OK &&
	    strcmp(engine, spec_engine_name(ENGINE_COIN)) == 0;
}

enum err
view_read_spec(struct spec *out, struct arena *arena, const char **field, const struct json *j)
{
	static const char *const name[] = {"name", "engine", "rule", "witnesses", "body_bytes"};
	static enum err (*const read[])(struct spec *, const struct json *) = {
	    read_name, read_engine, read_rule, read_witnesses, read_body_bytes};
	const char *member[MEMBERS + 3] = {NULL}, *rule = view_rule_member(j);
	bool coin = has_coin(j);
	enum err e;

	memset(out, 0, sizeof(*out));
	memcpy(member, name, sizeof(name));
	member[MEMBERS] = rule ? rule : coin ? "coin" : NULL;
	member[MEMBERS + 1] = rule && coin ? "coin" : NULL;
	*field = NULL;
	e = view_expect(j, member, field);
	for (size_t i = 0; i < MEMBERS && !e; i++) {
		e = read[i](out, json_member(j, name[i]));
		*field = e ? name[i] : NULL;
	}
	if (rule && !e) {
		e = view_read_rule(out, json_member(j, rule));
		*field = e ? rule : NULL;
	}
	if (coin && !e)
		e = view_read_coin(&out->coin, arena, field, json_member(j, "coin"));
	return e ? e : spec_check(out);
}
