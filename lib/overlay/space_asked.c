#include "overlay/space_impl.h"

enum { TOKEN = 1000 };

enum err
space_asked(struct space *s, const struct pubkey *key, unsigned count, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);

	if (!p)
		return ERR_BUSY;
	if (count > SPACE_WINDOW)
		return ERR_RANGE;
	uint64_t more = (now_ms - p->tokens_ms) * SPACE_ASKED_RATE;
	p->tokens_ms = now_ms;
	p->tokens = more < SPACE_ASKED_RATE * TOKEN - p->tokens ? p->tokens + more : SPACE_ASKED_RATE * TOKEN;
	if (p->served > 0 && now_ms - p->served_ms >= SPACE_STALL_MS)
		p->served = 0;
	if (p->served >= SPACE_ASKED || p->tokens < TOKEN)
		return ERR_BUSY;
	p->tokens -= TOKEN;
	p->served++;
	p->served_ms = now_ms;
	return ERR_OK;
}

void
space_answered(struct space *s, const struct pubkey *key)
{
	struct spacer *p = space_find(s, key);

	if (p && p->served > 0)
		p->served--;
}
