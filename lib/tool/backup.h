/* backup: a consistent copy of a node's store, while the node runs. */
#ifndef TOOL_BACKUP_H
#define TOOL_BACKUP_H

#include "tool/tool.h"

/* Copies the store of directory dir to a file, which it replaces whole, or to stdout ("-"). A status. */
int backup_run(struct tool *t, const char *dir, const char *file);

#endif
