/*
 * specfile: a chain spec as JSON, from a file or stdin, for the tools that read one.
 */
#ifndef TOOL_SPECFILE_H
#define TOOL_SPECFILE_H

#include "base/arena.h"
#include "chain/spec.h"
#include "tool/tool.h"

/* The spec at path ("-" is stdin), its lists in the arena. 0 or a status with the message printed. */
int specfile_load(struct spec *out, struct arena *arena, struct tool *t, const char *path);

#endif
