/* table: a command's own and common options as one list; what parsing, --help and configuration files share. */
#ifndef TOOL_TABLE_H
#define TOOL_TABLE_H

#include "base/bytes.h"
#include "tool/options.h"

enum { TABLE_MAX = 96 };

struct table {
	struct option_entry entry[TABLE_MAX];
	size_t count;
	bool help, version;
};

/* Own options first, in their order, then the common ones, whose values are in t and out. */
void table_of(struct table *out, struct tool *t, const struct command *command);

/* Stores a value (NULL for a flag that is met). 0 or TOOL_TROUBLE with a message that names the option. */
int table_set(struct tool *t, const struct option_entry *entry, const char *value);

/* What --help prints: of one command, or of the program when command is NULL. */
void table_help(struct buf *out, const struct program *program, const struct command *command);

#endif
