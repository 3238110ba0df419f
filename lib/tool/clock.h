/* clock: time and randomness of this machine, for tools; nothing below lib/store has either. */
#ifndef TOOL_CLOCK_H
#define TOOL_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since 1970, and on a clock that never jumps. */
uint64_t clock_now_ms(void);
uint64_t clock_steady_ms(void);
uint64_t clock_steady_ns(void);
void clock_sleep_ms(uint64_t ms);

void clock_random(void *out, size_t len);

#endif
