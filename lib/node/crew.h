/* crew: threads that do one kind of work in parallel, until all of it is done. */
#ifndef NODE_CREW_H
#define NODE_CREW_H

#include <stdint.h>

#include "base/err.h"

struct crew;

/* workers: at most so many at work at once, who asks among them; 0: as many as there are processors. */
enum err crew_start(struct crew **out, unsigned workers);
void crew_stop(struct crew *c);

/* 1 for NULL. */
unsigned crew_size(const struct crew *c);

/*
 * Does work(arg, who, i) once for each i below n, and returns when all is done. who: below crew_size, no two at work at
 * once have the same. NULL: the caller does it alone. One call at a time.
 */
void crew_run(struct crew *c, void (*work)(void *arg, unsigned who, uint32_t i), void *arg, uint32_t n);

#endif
