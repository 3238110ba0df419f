#include "overlay/waiting.h"

#include <stdlib.h>
#include <string.h>

struct waiting_item {
	struct waiting_item *next;
	struct pubkey to;
	uint64_t until_ms;
	size_t len;
	uint8_t data[];
};

static bool
is_for(const struct waiting_item *item, const struct pubkey *to)
{
	return memcmp(item->to.b, to->b, sizeof to->b) == 0;
}

static void
take_out(struct waiting *w, struct waiting_item **at)
{
	struct waiting_item *item = *at;

	*at = item->next;
	if (!*at)
		w->end = at;
	w->count--;
	w->bytes -= item->len;
	free(item);
}

void
waiting_free(struct waiting *w)
{
	while (w->first)
		take_out(w, &w->first);
}

static bool
has_room(const struct waiting *w, const struct pubkey *to, size_t len)
{
	unsigned count = 0;
	size_t bytes = 0;

	for (const struct waiting_item *item = w->first; item; item = item->next) {
		if (is_for(item, to)) {
			count++;
			bytes += item->len;
		}
	}
	return w->count < WAITING_MOST && len <= WAITING_BYTES - w->bytes && count < WAITING_KEY
	    && len <= WAITING_KEY_BYTES - bytes;
}

enum err
waiting_add(struct waiting *w, const struct pubkey *to, struct bytes raw, uint64_t until_ms)
{
	if (!has_room(w, to, raw.len))
		return ERR_BUSY;
	struct waiting_item *item = malloc(sizeof *item + raw.len);
	if (!item)
		return ERR_NOMEM;
	*item = (struct waiting_item){.to = *to, .until_ms = until_ms, .len = raw.len};
	if (raw.len)
		memcpy(item->data, raw.data, raw.len);
	if (!w->first)
		w->end = &w->first;
	*w->end = item;
	w->end = &item->next;
	w->count++;
	w->bytes += raw.len;
	return ERR_OK;
}

bool
waiting_oldest(const struct waiting *w, struct bytes *out, const struct pubkey *to)
{
	for (const struct waiting_item *item = w->first; item; item = item->next) {
		if (is_for(item, to)) {
			*out = (struct bytes){item->data, item->len};
			return true;
		}
	}
	return false;
}

void
waiting_drop(struct waiting *w, const struct pubkey *to)
{
	for (struct waiting_item **at = &w->first; *at; at = &(*at)->next) {
		if (is_for(*at, to)) {
			take_out(w, at);
			return;
		}
	}
}

void
waiting_expire(struct waiting *w, uint64_t now_ms)
{
	for (struct waiting_item **at = &w->first; *at;) {
		if ((*at)->until_ms <= now_ms)
			take_out(w, at);
		else
			at = &(*at)->next;
	}
}

uint64_t
waiting_deadline_ms(const struct waiting *w)
{
	uint64_t first = UINT64_MAX;

	for (const struct waiting_item *item = w->first; item; item = item->next)
		first = item->until_ms < first ? item->until_ms : first;
	return first;
}
