#include "node/body.h"

enum err
body_put(struct buf *out, struct store_txn *t, const struct seal_head *head, const uint64_t *row)
{
	uint32_t n = head->core.payloads;
	struct arena arena = { 0 };
	struct seal seal = { .head = *head, .payload = arena_alloc(&arena, n + (size_t)1, sizeof(*seal.payload)) };
	enum err e = seal.payload != NULL ? ERR_OK : ERR_NOMEM;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = store_get_payload(t, &seal.payload[i].raw, row[i]);
	if (e == ERR_OK)
		seal_put(out, &seal);
	arena_free(&arena);
	return e == ERR_OK && out->failed ? ERR_NOMEM : e;
}
