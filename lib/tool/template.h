/*
 * template: payloads packed into signed seals that still need their nonce.
 */
#ifndef TOOL_TEMPLATE_H
#define TOOL_TEMPLATE_H

#include "tool/pile.h"
#include "tool/round.h"

/*
 * Prints one template after the other until the pile is used up, each within the round's limits. Payloads of another
 * network or chain, or larger than the chain allows, are refused by the number of their line. A pile without
 * payloads gives one empty template. 0 or a status with the message printed.
 */
int template_print(struct tool *t, const struct pile *p, const struct round *round, const struct sign_key *key);

#endif
