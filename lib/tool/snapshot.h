/* snapshot: a node's final state to a file, and a store made of it (node/snapshot.h). Statuses, messages printed. */
#ifndef TOOL_SNAPSHOT_H
#define TOOL_SNAPSHOT_H

#include "tool/tool.h"

/* Of the store in dir, to a file, which is replaced whole, or to stdout ("-"). */
int snapshot_export(struct tool *t, const char *dir, const char *file);

/* From a file or stdin ("-"), into a directory that is not there or empty. expect: hash of a hyper block, or NULL. */
int snapshot_import(struct tool *t, const char *dir, const char *file, const char *expect);

#endif
