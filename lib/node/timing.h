/* timing: the clocks of a node, in ms. */
#ifndef NODE_TIMING_H
#define NODE_TIMING_H

#include <pthread.h>
#include <stdint.h>

uint64_t timing_now_ms(void);    /* since 1970; what the core is told */
uint64_t timing_steady_ms(void); /* never jumps */

/* Waits for the condition, at most so long on the steady clock: a clock set back must not hold anybody up. */
void timing_wait(pthread_cond_t *wake, pthread_mutex_t *mutex, uint64_t ms);

#endif
