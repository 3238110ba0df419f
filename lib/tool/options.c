#include "tool/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tool/home.h"
#include "tool/input.h"
#include "tool/output.h"
#include "tool/remote.h"
#include "tool/table.h"

enum { LONG_ONLY = 256 };

static const struct command *
find_command(const struct program *p, const char *name)
{
	for (const struct command *c = p->commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* What getopt_long wants, from a table. */
struct getopt_tables {
	char letters[2 * TABLE_MAX + 2];
	struct option names[TABLE_MAX + 1];
};

static void
fill_getopt(struct getopt_tables *out, const struct table *table)
{
	char *letter = out->letters;
	*letter++ = ':'; /* a missing argument is told apart */
	for (size_t i = 0; i < table->count; i++) {
		const struct option_entry *e = &table->entry[i];
		bool flag = e->kind == OPTION_FLAG;
		out->names[i] =
		    (struct option){e->name, flag ? no_argument : required_argument, NULL, LONG_ONLY + (int)i};
		if (!e->letter)
			continue;
		*letter++ = e->letter;
		if (!flag)
			*letter++ = ':';
	}
	*letter = '\0';
	out->names[table->count] = (struct option){0};
}

static size_t
index_of(const struct table *table, int found)
{
	if (found >= LONG_ONLY)
		return (size_t)(found - LONG_ONLY);
	size_t i = 0;
	while (i < table->count && table->entry[i].letter != found)
		i++;
	return i;
}

/* The option as the user wrote it. */
static const char *
wrong_option(char text[static 64], char **argv)
{
	if (optopt && optopt < LONG_ONLY)
		snprintf(text, 64, "-%c", optopt);
	else
		snprintf(text, 64, "%s", argv[optind - 1]);
	return text;
}

static int
parse(struct tool *t, struct table *table, int argc, char **argv)
{
	struct getopt_tables tables;
	char wrong[64];
	fill_getopt(&tables, table);
	opterr = 0;
	optind = 0;
	for (int found; (found = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1;) {
		if (found == ':')
			return tool_usage(t, "option %s needs an argument", wrong_option(wrong, argv));
		if (found == '?')
			return tool_usage(t, "unknown option %s", wrong_option(wrong, argv));
		size_t i = index_of(table, found);
		if (table_set(t, &table->entry[i], optarg))
			return TOOL_TROUBLE;
		t->given[i / 64] |= (uint64_t)1 << i % 64;
	}
	t->argc = argc - optind;
	t->argv = argv + optind;
	return TOOL_DONE;
}

static int
check_node(struct tool *t)
{
	const char *set = getenv("PARA_NODE");
	if (!(t->command->common & OPTIONS_NODE))
		return TOOL_DONE;
	if (t->node)
		return home_check_url(t, "option --node", t->node);
	return set && set[0] ? home_check_url(t, "PARA_NODE", set) : TOOL_DONE;
}

static int
check(struct tool *t, const struct program *p)
{
	if (t->argc > 0 && !t->command->operands) {
		bool others = p->commands[1].name != NULL && !t->command->name[0];
		return tool_usage(t, "%s '%s'", others ? "unknown command" : "unexpected operand", t->argv[0]);
	}
	if (t->format && strcmp(t->format, "json") != 0 && strcmp(t->format, "table") != 0)
		return tool_usage(t, "option --output: '%s' is neither json nor table", t->format);
	if (!t->key && getenv("PARA_KEY") && getenv("PARA_KEY")[0])
		t->key = getenv("PARA_KEY");
	return check_node(t);
}

static int
print_help(struct tool *t, const struct program *p, const struct command *c)
{
	struct buf text = {0};
	int status = TOOL_DONE;
	table_help(&text, p, c);
	if (text.failed)
		status = tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	else
		output_raw(t, bytes_of(&text));
	buf_free(&text);
	return status;
}

static int
print_version(struct tool *t)
{
	char line[64];
	int n = snprintf(line, sizeof line, "%s %s\n", t->name, PARA_VERSION);
	output_raw(t, (struct bytes){(uint8_t *)line, (size_t)n});
	return TOOL_DONE;
}

static int
run(struct tool *t, const struct program *p, int argc, char **argv)
{
	struct table table = {.count = 0};
	table_of(&table, t, t->command);
	if (parse(t, &table, argc, argv))
		return TOOL_TROUBLE;
	if (table.help)
		return print_help(t, p, t->command->name[0] ? t->command : NULL);
	if (table.version)
		return print_version(t);
	if (check(t, p))
		return TOOL_TROUBLE;
	return t->command->run(t);
}

/* Help and version before any command, in a program that has no default command. */
static int
run_without_command(struct tool *t, const struct program *p, int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "";
	if (strcmp(first, "-h") == 0 || strcmp(first, "--help") == 0)
		return print_help(t, p, NULL);
	if (strcmp(first, "-V") == 0 || strcmp(first, "--version") == 0)
		return print_version(t);
	if (first[0] == '-' || !first[0])
		return tool_usage(t, "a command comes first");
	return tool_usage(t, "unknown command '%s'", first);
}

int
options_main(const struct program *program, int argc, char **argv)
{
	struct tool t = {.name = program->name, .connect_s = 5};
	enum err e = tool_start();
	if (e) {
		tool_fail(&t, TOOL_TROUBLE, "cannot start: %s", err_text(e));
		return t.status;
	}
	bool word = argc > 1 && argv[1][0] && argv[1][0] != '-';
	const struct command *named = word ? find_command(program, argv[1]) : NULL;
	t.command = named ? named : find_command(program, "");
	int skip = named ? 1 : 0;
	if (t.command)
		tool_status(&t, run(&t, program, argc - skip, argv + skip));
	else
		tool_status(&t, run_without_command(&t, program, argc, argv));
	output_close(&t);
	remote_close(&t);
	return t.status;
}

/* Values from files stay reachable as long as the process, as those of argv do. */
static struct arena file_values;

static char *
trimmed(char *text)
{
	text += strspn(text, " \t\r");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int
set_from_line(struct tool *t, const struct table *table, const struct input *in, char *line)
{
	line = trimmed(line);
	if (!line[0] || line[0] == '#')
		return TOOL_DONE;
	char *equals = strchr(line, '=');
	if (!equals)
		return tool_fail_at(t, in, TOOL_TROUBLE, "expected name = value");
	*equals = '\0';
	const char *name = trimmed(line), *value = trimmed(equals + 1);
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->entry[i].name, name) != 0)
			continue;
		if (t->given[i / 64] >> i % 64 & 1)
			return TOOL_DONE;
		if (table_set(t, &table->entry[i], value))
			return tool_fail_at(t, in, TOOL_TROUBLE, "bad value");
		return TOOL_DONE;
	}
	return tool_fail_at(t, in, TOOL_TROUBLE, "unknown option '%s'", name);
}

int
options_file(struct tool *t, const char *path)
{
	struct table table = {.count = 0};
	struct input in;
	struct bytes line;
	table_of(&table, t, t->command);
	table.count -= 2; /* help and version are no settings */
	for (size_t i = 0; i < table.count; i++)
		if (table.entry[i].kind == OPTION_LIST && !(t->given[i / 64] >> i % 64 & 1))
			((struct option_list *)table.entry[i].value)->count = 0;
	int status = input_open(&in, t, path);
	while (!status && input_next(&in, &line, t)) {
		char *copy = arena_alloc(&file_values, line.len + 1, 1);
		if (!copy)
			status = tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
		else
			status = set_from_line(t, &table, &in, memcpy(copy, line.data, line.len));
	}
	input_close(&in);
	return status;
}
