#include <string.h>

#include "store/store_impl.h"

/*
 * Numbers name ids, in the order in which the payloads left; an id names why, and under which number: one that leaves
 * again gets a new number, and its old one names nothing any more. The oldest number makes room for the newest.
 */
struct span {
	uint64_t first, next;
};

static enum err
get_span(struct store_txn *t, struct span *out)
{
	struct bytes value;
	struct reader r;
	enum err e = db_get(t, &value, DB_META, "left", strlen("left"));

	*out = (struct span){0};
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	r = wire_reader(value);
	out->first = wire_get_u64(&r);
	out->next = wire_get_u64(&r);
	return db_end(&r);
}

static enum err
put_span(struct store_txn *t, const struct span *span)
{
	buf_reset(&t->value);
	wire_put_u64(&t->value, span->first);
	wire_put_u64(&t->value, span->next);
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_META, "left", strlen("left"), bytes_of(&t->value));
}

static enum err
read_left(struct store_left *out, uint64_t *number, struct hash *id, struct bytes value)
{
	struct reader r = wire_reader(value);
	uint8_t why;

	*number = wire_get_u64(&r);
	why = wire_get_u8(&r);
	out->why = why;
	out->hid = wire_get_u64(&r);
	wire_get(&r, id->b, sizeof(id->b));
	wire_get(&r, out->by.b, sizeof(out->by.b));
	return why == LEFT_EXPIRED || why == LEFT_REPLACED ? db_end(&r) : ERR_CORRUPT;
}

/* The number's id goes with it, unless a later number has it. */
static enum err
erase_oldest(struct store_txn *t, uint64_t number)
{
	uint8_t key[ROW_KEY], id_key[HASH_KEY];
	struct store_left left;
	struct hash id;
	struct bytes value;
	uint64_t named;
	enum err e;

	key_put_u64(key, number);
	e = db_get(t, &value, DB_LEFT, key, sizeof(key));
	if (e || value.len != sizeof(id_key))
		return e && e != ERR_NOT_FOUND ? e : ERR_CORRUPT;
	memcpy(id_key, value.data, sizeof(id_key));
	e = db_get(t, &value, DB_LEFT, id_key, sizeof(id_key));
	if (!e)
		e = read_left(&left, &named, &id, value);
	if (e)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	e = db_erase(t, DB_LEFT, key, sizeof(key));
	return e || named != number ? e : db_erase(t, DB_LEFT, id_key, sizeof(id_key));
}

static enum err
put_left(struct store_txn *t, uint64_t number, const struct hash *id, const struct store_left *left)
{
	struct buf *b = &t->value;
	uint8_t key[ROW_KEY];
	enum err e;

	key_put_u64(key, number);
	e = db_put(t, DB_LEFT, key, sizeof(key), (struct bytes){id->b, HASH_KEY});
	buf_reset(b);
	wire_put_u64(b, number);
	wire_put_u8(b, (uint8_t)left->why);
	wire_put_u64(b, left->hid);
	buf_add(b, id->b, sizeof(id->b));
	buf_add(b, left->by.b, sizeof(left->by.b));
	if (!e)
		e = b->failed ? ERR_NOMEM : db_put(t, DB_LEFT, id->b, HASH_KEY, bytes_of(b));
	return e;
}

enum err
store_put_left(struct store_txn *t, const struct hash *id, const struct store_left *left)
{
	struct span span;
	enum err e = get_span(t, &span);

	if (!e && span.next - span.first >= STORE_LEFT_MOST)
		e = erase_oldest(t, span.first++);
	if (!e)
		e = put_left(t, span.next++, id, left);
	return e ? e : put_span(t, &span);
}

enum err
store_get_left(struct store_txn *t, struct store_left *left, const struct hash *id)
{
	struct bytes value;
	struct hash found;
	uint64_t number;
	enum err e = db_get(t, &value, DB_LEFT, id->b, HASH_KEY);

	if (!e)
		e = read_left(left, &number, &found, value);
	if (e)
		return e;
	return hash_equal(&found, id) ? ERR_OK : ERR_NOT_FOUND;
}
