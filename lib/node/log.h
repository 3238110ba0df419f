/* log: one event, one line. */
#ifndef NODE_LOG_H
#define NODE_LOG_H

#include "node/inside.h"

__attribute__((format(printf, 2, 3))) void log_error(struct node *n, const char *format, ...);
__attribute__((format(printf, 2, 3))) void log_event(struct node *n, const char *format, ...);
__attribute__((format(printf, 2, 3))) void log_detail(struct node *n, const char *format, ...);

#endif
