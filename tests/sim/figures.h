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

/* NULL: all tables; false: there is none of that name. */
bool tables_run(const char *name);
void scale_messages(void);
void scale_chains(void);

#endif
