/*
 * proposal: the payload by which an authority of a bft chain asks for a set of authorities.
 */
#ifndef TOOL_PROPOSAL_H
#define TOOL_PROPOSAL_H

#include "tool/draft.h"

/* For the tool's chain; signs it and prints its line. 0 or a status with the message printed. */
int proposal_print(struct tool *t, const struct option_list *authorities, const struct draft_options *options);

#endif
