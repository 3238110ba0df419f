/* rewind: leaves the blocks after one, as para-node reset does. */
#ifndef TOOL_REWIND_H
#define TOOL_REWIND_H

#include "tool/options.h"

/* The node's directory, while no node runs on it; what is lost is said before it is. The exit status. */
int rewind_run(struct tool *t, const char *dir, uint64_t hid);

#endif
