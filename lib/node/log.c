#include "node/log.h"

#include <stdarg.h>
#include <stdio.h>

static void
tell(struct node *n, enum node_log level, const char *format, va_list args)
{
	char line[512];
	if (n->config.log == NULL || (int)level > atomic_load(&n->log_level))
		return;
	vsnprintf(line, sizeof(line), format, args);
	pthread_mutex_lock(&n->log_mutex);
	n->config.log(n->config.arg, level, line);
	pthread_mutex_unlock(&n->log_mutex);
}

void
log_error(struct node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	tell(n, NODE_LOG_ERROR, format, args);
	va_end(args);
}

void
log_event(struct node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	tell(n, NODE_LOG_EVENT, format, args);
	va_end(args);
}

void
log_detail(struct node *n, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	tell(n, NODE_LOG_DETAIL, format, args);
	va_end(args);
}
