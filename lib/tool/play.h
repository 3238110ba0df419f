/* play: para-mine --equilibrium: reads the miners' game and prints a line a round. */
#ifndef TOOL_PLAY_H
#define TOOL_PLAY_H

#include "tool/tool.h"

/* path "-" is stdin. An exit status, its message printed. */
int play_file(struct tool *t, const char *path);

#endif
