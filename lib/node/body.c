#include "node/body.h"

#include <string.h>

static enum err
copy_payload(struct bytes *out, struct arena *arena, struct buf *scratch, struct store_txn *t, uint64_t row)
{
	enum err e = store_get_payload(t, scratch, row);
	uint8_t *copy = e == ERR_OK ? arena_alloc(arena, scratch->len, 1) : NULL;
	if (e != ERR_OK || copy == NULL)
		return e != ERR_OK ? e : ERR_NOMEM;
	memcpy(copy, scratch->data, scratch->len);
	*out = (struct bytes){ copy, scratch->len };
	return ERR_OK;
}

enum err
body_put(struct buf *out, struct store_txn *t, const struct seal_head *head, const uint64_t *row)
{
	uint32_t n = head->core.payloads;
	struct arena arena = { 0 };
	struct buf scratch = { 0 };
	struct seal seal = { .head = *head, .payload = arena_alloc(&arena, n + (size_t)1, sizeof(*seal.payload)) };
	enum err e = seal.payload != NULL ? ERR_OK : ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = copy_payload(&seal.payload[i].raw, &arena, &scratch, t, row[i]);
	if (e == ERR_OK)
		seal_put(out, &seal);
	buf_free(&scratch);
	arena_free(&arena);
	return e == ERR_OK && out->failed ? ERR_NOMEM : e;
}
