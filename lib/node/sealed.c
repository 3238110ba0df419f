#include "node/sealed.h"

enum err
sealed_read(struct seal *out, struct arena *arena, struct bytes raw, const struct seal_head *head)
{
	struct buf mine = { 0 }, theirs = { 0 };
	uint32_t bad;
	enum err e = seal_unpack(out, arena, raw);
	if (e != ERR_OK)
		return e;
	seal_head_put(&mine, head);
	seal_head_put(&theirs, &out->head);
	if (mine.failed || theirs.failed)
		e = ERR_NOMEM;
	else if (!bytes_equal(bytes_of(&mine), bytes_of(&theirs)))
		e = ERR_HASH;
	buf_free(&mine);
	buf_free(&theirs);
	return e == ERR_OK ? seal_body_check(out, &bad) : e;
}

static enum err
keep_payload(uint64_t *row, uint64_t *next, struct store_txn *t, const struct seal_payload *p)
{
	struct bytes old;
	enum err e = store_find_payload(t, row, &p->id);
	if (e == ERR_OK)
		e = store_get_payload(t, &old, *row);
	bool same = e == ERR_OK && bytes_equal(old, p->raw);
	if (same || (e != ERR_OK && e != ERR_NOT_FOUND))
		return e;
	*row = (*next)++;
	return store_put_payload(t, *row, &p->id, p->raw);
}

enum err
sealed_keep(uint64_t **row, uint64_t *next, struct arena *arena, struct store_txn *t, const struct seal *seal)
{
	uint32_t n = seal->head.core.payloads;
	*row = arena_alloc(arena, n + (size_t)1, sizeof(**row));
	enum err e = *row == NULL ? ERR_NOMEM : ERR_OK;
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		e = keep_payload(&(*row)[i], next, t, &seal->payload[i]);
	return e;
}
