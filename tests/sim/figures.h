/* figures: small worlds that are measured or looked at, and the tables made of them. */
#ifndef SIM_FIGURES_H
#define SIM_FIGURES_H

#include "world.h"

/* Without faults. */
struct options figures_options(uint32_t hosts, uint64_t seed);

/* Of the slots first .. last - 1, those with a block that the honest of most blocks hold for certified. */
uint32_t figures_certified(const struct world *w, uint64_t first, uint64_t last);

/* TAP lines; false: one is not ok. */
bool cuts_run(void);
bool controls_run(void);
bool scale_run(void);

/* NULL: all tables. 1: one of them breaks a bound; -1: there is none of that name. */
int tables_run(const char *name);
bool scale_messages(void);

/* False: something that many chains bring is not level, or beyond its bound; of chains_cramped: a world that lacks memory
 * does not end by itself. */
bool chains_table(void);
bool chains_level(void);
bool chains_everywhere(void);
bool chains_decoded(void);
bool chains_cramped(void);

#endif
