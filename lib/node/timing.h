/* timing: the clocks of a node, in ms. */
#ifndef NODE_TIMING_H
#define NODE_TIMING_H

#include <stdint.h>
#include <time.h>

uint64_t timing_now_ms(void);    /* since 1970; what the core is told */
uint64_t timing_steady_ms(void); /* never jumps */

/* For pthread_cond_timedwait: a point of the clock that timing_now_ms reads. */
struct timespec timing_at(uint64_t now_ms);

#endif
