#include "tool/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

struct common {
	unsigned mask; /* 0: every command */
	struct option_entry entry;
	size_t offset; /* of the value in struct tool */
};

#define AT(member) offsetof(struct tool, member)

static const struct common commons[] = {
	{OPTIONS_CHAIN, {'c', "chain", "NAME|NUMBER", "the chain", OPTION_TEXT, NULL, 0, 0}, AT(chain)},
	{OPTIONS_KEY, {'k', "key", "FILE", "the key file (else $PARA_KEY)", OPTION_TEXT, NULL, 0, 0}, AT(key)},
	{OPTIONS_KEY | OPTIONS_PASSPHRASE,
	    {0, "passphrase-file", "FILE", "its first line is the key's passphrase", OPTION_TEXT, NULL, 0, 0},
	    AT(passphrase_file)},
	{OPTIONS_NODE, {'n', "node", "URL", "the node's control socket (else $PARA_NODE)", OPTION_TEXT, NULL, 0, 0},
	    AT(node)},
	{OPTIONS_NODE,
	    {0, "connect-timeout", "S", "try S seconds to reach the node (5; 0: at once)", OPTION_NUMBER, NULL, 0,
	        86400},
	    AT(connect_s)},
	{OPTIONS_NODE | OPTIONS_DIR,
	    {'d', "dir", "DIR", "the data directory (else $PARA_HOME)", OPTION_TEXT, NULL, 0, 0}, AT(dir)},
	{OPTIONS_OUTPUT | OPTIONS_TABLE, {'o', "output", "json|table", "form of the results", OPTION_TEXT, NULL, 0, 0},
	    AT(format)},
	{OPTIONS_OUTPUT | OPTIONS_TABLE,
	    {'f', "fields", "NAME,...", "print these members alone, TAB-separated", OPTION_TEXT, NULL, 0, 0},
	    AT(fields)},
	{0, {'q', "quiet", NULL, "say nothing but errors", OPTION_FLAG, NULL, 0, 0}, AT(quiet)},
	{0, {'v', "verbose", NULL, "say more on stderr", OPTION_FLAG, NULL, 0, 0}, AT(verbose)},
};

static void
add(struct table *out, struct option_entry entry)
{
	if (out->count < TABLE_MAX)
		out->entry[out->count++] = entry;
}

void
table_of(struct table *out, struct tool *t, const struct command *command)
{
	out->count = 0;
	for (const struct option_entry *own = command->options; own && own->name; own++)
		add(out, *own);
	for (size_t i = 0; i < sizeof commons / sizeof commons[0]; i++) {
		struct option_entry entry = commons[i].entry;
		entry.value = (char *)t + commons[i].offset;
		if (commons[i].mask == 0 || (commons[i].mask & command->common))
			add(out, entry);
	}
	add(out, (struct option_entry){'h', "help", NULL, "print this and exit", OPTION_FLAG, &out->help, 0, 0});
	add(out, (struct option_entry){'V', "version", NULL, "print the version and exit", OPTION_FLAG, &out->version,
	             0, 0});
}

/* The highest number says that nothing was given: nobody may mean it and get what stands for nothing. */
static int
set_number(struct tool *t, const struct option_entry *entry, const char *value)
{
	uint64_t v;
	uint64_t most = entry->most && entry->most != OPTION_NONE ? entry->most : OPTION_NONE - 1;
	if (number_parse(&v, value, strlen(value), most) != ERR_OK || v < entry->least)
		return tool_usage(t, "option --%s: '%s' is no number from %llu to %llu", entry->name, value,
		    (unsigned long long)entry->least, (unsigned long long)most);
	*(uint64_t *)entry->value = v;
	return TOOL_DONE;
}

static int
add_to_list(struct tool *t, struct option_list *list, const char *value)
{
	const char **grown = realloc(list->item, (list->count + 1) * sizeof *grown);
	if (!grown)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	list->item = grown;
	list->item[list->count++] = value;
	return TOOL_DONE;
}

int
table_set(struct tool *t, const struct option_entry *entry, const char *value)
{
	switch (entry->kind) {
	case OPTION_FLAG:
		if (value && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return tool_usage(t, "option --%s: '%s' is neither yes nor no", entry->name, value);
		*(bool *)entry->value = !value || strcmp(value, "yes") == 0;
		return TOOL_DONE;
	case OPTION_TEXT:
		*(const char **)entry->value = value;
		return TOOL_DONE;
	case OPTION_NUMBER: return set_number(t, entry, value);
	case OPTION_LIST: return add_to_list(t, entry->value, value);
	}
	return TOOL_TROUBLE;
}

static void
help_command(struct buf *out, const struct program *program, const struct command *c)
{
	struct tool t = {.name = program->name};
	struct table table = {.count = 0};
	char line[256], option[96];
	table_of(&table, &t, c);
	snprintf(line, sizeof line, "usage: %s%s%s [OPTION...]%s%s\n", program->name, c->name[0] ? " " : "", c->name,
	    c->operands ? " " : "", c->operands ? c->operands : "");
	buf_add_text(out, line);
	buf_add_text(out, c->help);
	buf_add_text(out, "\n\n");
	for (size_t i = 0; i < table.count; i++) {
		const struct option_entry *e = &table.entry[i];
		char letter[8] = "    ";
		if (e->letter)
			snprintf(letter, sizeof letter, "-%c, ", e->letter);
		snprintf(option, sizeof option, "%s--%s%s%s", letter, e->name, e->argument ? " " : "",
		    e->argument ? e->argument : "");
		snprintf(line, sizeof line, "  %-30s %s\n", option, e->help);
		buf_add_text(out, line);
	}
}

/* Commands by name with their sentences; the options are those of the command that needs no name. */
static void
help_program(struct buf *out, const struct program *program)
{
	char line[256];
	const struct command *nameless = NULL, *c = program->commands;
	int width = 10;
	for (const struct command *each = c; each->name; each++)
		width = (int)strlen(each->name) > width ? (int)strlen(each->name) : width;
	snprintf(line, sizeof line, "%s: %s\n\nCommands:\n", program->name, program->help);
	buf_add_text(out, line);
	for (; c->name; c++) {
		if (!c->name[0]) {
			nameless = c;
			continue;
		}
		snprintf(line, sizeof line, "  %-*s %s\n", width, c->name, c->help);
		buf_add_text(out, line);
	}
	snprintf(line, sizeof line, "\n%s COMMAND --help tells the options of a command.\n", program->name);
	buf_add_text(out, line);
	if (!nameless)
		return;
	buf_add_text(out, "\n");
	help_command(out, program, nameless);
}

void
table_help(struct buf *out, const struct program *program, const struct command *command)
{
	bool single = program->commands[0].name && !program->commands[1].name;
	if (command || single)
		help_command(out, program, command ? command : program->commands);
	else
		help_program(out, program);
}
