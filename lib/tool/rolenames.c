#include "tool/rolenames.h"

#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/json.h"
#include "node/roles.h"
#include "tool/query.h"
#include "tool/remote.h"

/* Names with commas between them, one option or several. They last as long as the process. */
static int
split_names(struct option_list *out, struct tool *t, const struct option_list *follows)
{
	static const char *names[ROLES_NAMES];
	out->item = names;
	for (size_t i = 0; i < follows->count; i++) {
		char *rest = strdup(follows->item[i]);
		if (!rest)
			return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
		for (char *name; (name = strsep(&rest, ","));) {
			if (!spec_name_ok(name))
				return tool_usage(t, "--follow %s: \"%s\" is no name of a chain", follows->item[i], name);
			if (out->count == ROLES_NAMES)
				return tool_usage(t, "--follow: more than %d chains; follow them all with --role full", ROLES_NAMES);
			names[out->count++] = name;
		}
	}
	return TOOL_DONE;
}

int
rolenames_read(struct node_config *c, struct tool *t, const char *role, const struct option_list *follows)
{
	static struct option_list names;
	for (enum role r = ROLE_FULL; role && r <= ROLE_LIGHT; r++) {
		if (strcmp(role, roles_word(r)) == 0)
			c->role = r;
	}
	if (role && c->role == 0)
		return tool_usage(t, "--role %s: neither full nor partial nor light", role);
	if (follows->count && (c->role == ROLE_FULL || c->role == ROLE_LIGHT))
		return tool_usage(t, "--follow is for --role partial");
	names.count = 0;
	int status = split_names(&names, t, follows);
	c->follow = names.item;
	c->follows = (unsigned)names.count;
	return status;
}

static int
keep(struct tool *t, bool follow)
{
	struct buf params = {0};
	struct json_writer w = json_writer(&params);
	if (t->argc != 1)
		return tool_usage(t, "one CHAIN is wanted");
	json_put_object(&w);
	json_put_key(&w, "chain");
	remote_put_chain(&w, t->argv[0]);
	fields_bool(&w, "follow", follow);
	json_end_object(&w);
	int status = query_one(t, "keep", &params, t->argv[0]);
	buf_free(&params);
	return status;
}

int
rolenames_follow(struct tool *t)
{
	return keep(t, true);
}

int
rolenames_unfollow(struct tool *t)
{
	return keep(t, false);
}
