/*
 * budget: how much memory the node may hold for requests. A node that is given little takes less at once, so that a
 * flood is slow instead of fatal.
 */
#ifndef NODE_BUDGET_H
#define NODE_BUDGET_H

#include <stddef.h>

struct budget {
	size_t message; /* most bytes of one request */
	size_t total;   /* most bytes of all requests under way; what is made of them takes some three times more */
};

/* From what the machine has, the limit on data (RLIMIT_DATA) and those of the control groups, the least. */
struct budget budget_read(void);

#endif
