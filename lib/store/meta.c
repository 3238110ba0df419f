#include <string.h>

#include "store/store_impl.h"

static enum err
get(struct store_txn *t, struct bytes *value, const char *word)
{
	return db_get(t, value, DB_META, word, strlen(word));
}

static enum err
copy(struct buf *out, struct store_txn *t, const char *word)
{
	struct bytes value;
	enum err e = get(t, &value, word);

	buf_reset(out);
	if (e)
		return e;
	buf_add(out, value.data, value.len);
	return out->failed ? ERR_NOMEM : ERR_OK;
}

static enum err
put(struct store_txn *t, const char *word)
{
	return t->value.failed ? ERR_NOMEM : db_put(t, DB_META, word, strlen(word), bytes_of(&t->value));
}

enum err
store_put_genesis(struct store_txn *t, struct bytes raw)
{
	struct bytes old;
	enum err e = get(t, &old, "genesis");

	if (!e)
		return bytes_equal(old, raw) ? ERR_OK : ERR_EXISTS;
	return e == ERR_NOT_FOUND ? db_put(t, DB_META, "genesis", strlen("genesis"), raw) : e;
}

enum err
store_get_genesis(struct store_txn *t, struct buf *raw)
{
	return copy(raw, t, "genesis");
}

enum err
store_put_tip(struct store_txn *t, const struct store_tip *tip)
{
	struct buf *b = &t->value;

	buf_reset(b);
	wire_put_u64(b, tip->hid);
	wire_put_u64(b, tip->slot);
	buf_add(b, tip->hash.b, sizeof(tip->hash.b));
	wire_put_u64(b, tip->final_hid);
	wire_put_u64(b, tip->difficulty);
	wire_put_u64(b, tip->next_row);
	wire_put_u32(b, tip->lanes_in_use);
	return put(t, "tip");
}

enum err
store_get_tip(struct store_txn *t, struct store_tip *tip)
{
	struct bytes value;
	struct reader r;
	enum err e = get(t, &value, "tip");

	if (e)
		return e;
	r = wire_reader(value);
	tip->hid = wire_get_u64(&r);
	tip->slot = wire_get_u64(&r);
	wire_get(&r, tip->hash.b, sizeof(tip->hash.b));
	tip->final_hid = wire_get_u64(&r);
	tip->difficulty = wire_get_u64(&r);
	tip->next_row = wire_get_u64(&r);
	tip->lanes_in_use = wire_get_u32(&r);
	return db_end(&r);
}

enum err
store_put_record(struct store_txn *t, const struct sign_record *record)
{
	struct buf *b = &t->value;

	buf_reset(b);
	wire_put_u64(b, record->list_slot);
	wire_put_u64(b, record->candidate_slot);
	wire_put_u64(b, record->endorse_slot);
	wire_put_u64(b, record->source_slot);
	buf_add(b, record->list.b, sizeof(record->list.b));
	buf_add(b, record->candidate.b, sizeof(record->candidate.b));
	buf_add(b, record->endorsed.b, sizeof(record->endorsed.b));
	buf_add(b, record->source.b, sizeof(record->source.b));
	return put(t, "record");
}

enum err
store_get_record(struct store_txn *t, struct sign_record *record)
{
	struct bytes value;
	struct reader r;
	enum err e = get(t, &value, "record");

	memset(record, 0, sizeof(*record));
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	r = wire_reader(value);
	record->list_slot = wire_get_u64(&r);
	record->candidate_slot = wire_get_u64(&r);
	record->endorse_slot = wire_get_u64(&r);
	record->source_slot = wire_get_u64(&r);
	wire_get(&r, record->list.b, sizeof(record->list.b));
	wire_get(&r, record->candidate.b, sizeof(record->candidate.b));
	wire_get(&r, record->endorsed.b, sizeof(record->endorsed.b));
	wire_get(&r, record->source.b, sizeof(record->source.b));
	return db_end(&r);
}

enum err
store_put_roles(struct store_txn *t, struct bytes raw)
{
	return db_put(t, DB_META, "roles", strlen("roles"), raw);
}

enum err
store_get_roles(struct store_txn *t, struct buf *raw)
{
	return copy(raw, t, "roles");
}

enum err
store_put_base(struct store_txn *t, uint64_t hid)
{
	buf_reset(&t->value);
	wire_put_u64(&t->value, hid);
	return put(t, "base");
}

enum err
store_get_base(struct store_txn *t, uint64_t *hid)
{
	struct bytes value;
	struct reader r;
	enum err e = get(t, &value, "base");

	*hid = 0;
	if (e)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	r = wire_reader(value);
	*hid = wire_get_u64(&r);
	return db_end(&r);
}
