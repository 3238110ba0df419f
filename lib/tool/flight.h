/* flight: batches of a sender on their way to the node, one ahead of the answers. */
#ifndef TOOL_FLIGHT_H
#define TOOL_FLIGHT_H

#include "tool/sender.h"

enum { FLIGHT_ITEMS = 1000, FLIGHT_BYTES = 4 << 20 }; /* the most a batch holds */

/* Sends one batch of what is unsent, if anything is. 0 or a status with the message printed. */
int flight_send(struct sender *s);

/* Sends all there is and takes all answers. */
int flight_land(struct sender *s);

#endif
