/* genesisfile: a network's genesis as JSON in a file. */
#ifndef TOOL_GENESISFILE_H
#define TOOL_GENESISFILE_H

#include "chain/genesis.h"
#include "tool/tool.h"

/* 0, or TOOL_TROUBLE with a message that names the member at fault. "-" is stdin. */
int genesisfile_read(struct genesis *out, struct arena *arena, struct tool *t, const char *path);

/* Replaces the file at once and for good: it is on disk when this returns 0. */
int genesisfile_write(struct tool *t, const char *path, const struct genesis *genesis);

#endif
