#include "world.h"

bool
hostile_send(struct world *w, uint32_t who, uint32_t to, struct letter *l)
{
	(void)w;
	(void)who;
	(void)to;
	(void)l;
	return false;
}

bool
hostile_may_mine(struct world *w, uint32_t who, const struct seal_core *core)
{
	(void)w;
	(void)who;
	(void)core;
	return true;
}
