#include "story.h"

static enum err
write_meta(struct store_txn *t, uint64_t n)
{
	struct endorsement endorsement[STORY_ENDORSEMENTS];
	uint32_t count = story_endorsements(endorsement, n);
	struct store_tip tip = story_tip(n);
	struct sign_record record = story_record(n);
	enum err e = n == 1 ? store_put_genesis(t, story_genesis()) : ERR_OK;

	if (!e)
		e = store_put_tip(t, &tip);
	if (!e)
		e = store_put_record(t, &record);
	return e ? e : store_put_endorsements(t, n, endorsement, count);
}

static enum err
write_chain(struct store_txn *t, uint64_t n)
{
	struct lane_state lane = story_lane_state(n);
	struct story_block block;
	struct story_hyper hyper;
	enum err e;

	story_block(&block, n);
	story_hyper(&hyper, n);
	e = hyper.raw.failed ? ERR_NOMEM : store_put_hyper(t, n, &hyper.hash, &(struct store_after){n, 1, n}, bytes_of(&hyper.raw));
	buf_free(&hyper.raw);
	if (!e)
		e = store_put_block(t, n, &block.kept);
	if (!e)
		e = store_put_lane(t, &lane);
	return e ? e : store_put_executed(t, &lane.lane, &lane.executed);
}

/* Row by row, whatever changes from transaction n - 1 to n. */
static enum err
write_row(const struct story *s, struct store_txn *t, uint64_t row, uint64_t n)
{
	struct story_row before = story_row(row, n - 1), now = story_row(row, n);
	struct store_receipt receipt = story_receipt(row);
	enum err e = ERR_OK;

	if (row / STORY_PER + 1 == n)
		e = store_put_payload(t, row, &s->id[row], s->payload[row]);
	if (!e && now.pooled)
		e = store_put_pooled(t, row, now.sealed_hid);
	if (!e && before.pooled && !now.pooled)
		e = store_drop_pooled(t, row);
	if (!e && now.erased)
		e = store_erase_payload(t, row);
	if (!e && now.receipted && !before.receipted)
		e = store_put_receipt(t, row, &receipt);
	return e;
}

static enum err
write_all(const struct story *s, struct store_txn *t, uint64_t n)
{
	struct ledger_view view = store_ledger(t);
	struct story_state state = story_state(n);
	uint64_t first = (n > 3 ? n - 4 : 0) * STORY_PER;
	enum err e = write_meta(t, n);

	for (uint64_t row = first; row < n * STORY_PER && !e; row++)
		e = write_row(s, t, row, n);
	if (!e)
		e = store_note(t, n);
	if (!e)
		e = write_chain(t, n);
	if (!e)
		e = store_note_end(t);
	if (!e)
		e = store_settle(t, n - 1, n - 1);
	if (!e)
		e = view.put(view.owner, (struct bytes){state.key, sizeof(state.key)},
		    (struct bytes){state.data, state.len});
	return e;
}

enum err
story_write(const struct story *s, struct store *store, uint64_t n)
{
	struct store_txn *t;
	enum err e = store_begin_write(&t, store);

	if (e)
		return e;
	e = write_all(s, t, n);
	if (!e)
		return store_commit(t);
	store_abort(t);
	return e;
}

enum err
story_reached(struct store *store, uint64_t *n)
{
	struct store_txn *t;
	struct store_tip tip;
	enum err e = store_begin_read(&t, store);

	*n = 0;
	if (e)
		return e;
	e = store_get_tip(t, &tip);
	store_abort(t);
	if (!e)
		*n = tip.hid;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
