/* follow: each hyper block once, as it is certified or left behind; with local blocks before theirs when wanted. */
#ifndef TOOL_FOLLOW_H
#define TOOL_FOLLOW_H

#include <stdbool.h>

#include "tool/tool.h"

/* From hyper block `from` on, OPTION_NONE: the latest. Runs until the node stays away for a minute. */
int follow_run(struct tool *t, uint64_t from, bool blocks);

#endif
