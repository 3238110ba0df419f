#include <string.h>

#include "story.h"

#define MUST(holds) \
	do { \
		if (!(holds)) \
			return #holds; \
	} while (0)

/* In the order of the databases in store.h. */
enum { COUNT_HYPER = 1, COUNT_HASH, COUNT_BLOCK, COUNT_LANE, COUNT_PAYLOAD, COUNT_ID, COUNT_POOL, COUNT_PLACE,
	COUNT_RECEIPT, COUNT_STATE, COUNT_ENDORSED, COUNT_UNDO };

/* What every check is given: the story, a read transaction, how far the story went, and room. */
struct look {
	const struct story *s;
	struct store_txn *t;
	uint64_t n;
	struct arena arena;
	struct buf raw;
};

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const char *
check_meta(struct look *l)
{
	struct endorsement expected[STORY_ENDORSEMENTS], *endorsement;
	uint32_t expected_count = story_endorsements(expected, l->n), count;
	struct store_tip tip, expected_tip = story_tip(l->n);
	struct sign_record record, expected_record = story_record(l->n);

	MUST(store_get_genesis(l->t, &l->raw) == ERR_OK && bytes_equal(bytes_of(&l->raw), story_genesis()));
	MUST(store_get_tip(l->t, &tip) == ERR_OK);
	MUST(tip.hid == expected_tip.hid && tip.slot == expected_tip.slot && tip.final_hid == expected_tip.final_hid);
	MUST(hash_equal(&tip.hash, &expected_tip.hash) && tip.difficulty == expected_tip.difficulty);
	MUST(tip.next_row == expected_tip.next_row && tip.lanes_in_use == expected_tip.lanes_in_use);
	MUST(store_get_record(l->t, &record) == ERR_OK && memcmp(&record, &expected_record, sizeof(record)) == 0);
	MUST(store_get_endorsements(l->t, &endorsement, &count, &l->arena, l->n) == ERR_OK && count == expected_count);
	MUST(memcmp(endorsement, expected, count * sizeof(*expected)) == 0);
	return NULL;
}

static const char *
check_hyper(struct look *l, uint64_t hid, const struct story_hyper *expected)
{
	struct hyper_header header;
	struct signature auth;
	struct lane lane;
	struct hash hash;
	uint64_t found, lid;
	bool is_hyper;

	MUST(store_get_hyper(l->t, &hash, &l->raw, hid) == ERR_OK && hash_equal(&hash, &expected->hash));
	MUST(bytes_equal(bytes_of(&l->raw), bytes_of(&expected->raw)));
	MUST(store_get_hyper_head(l->t, &hash, &header, &auth, hid) == ERR_OK && header.slot == expected->header.slot);
	MUST(store_find_hash(l->t, &is_hyper, &found, &lane, &lid, &expected->hash) == ERR_OK);
	MUST(is_hyper && found == hid);
	return NULL;
}

static const char *
check_block(struct look *l, uint64_t hid)
{
	struct story_block expected;
	const struct kept_block *kept = &expected.kept;
	struct lane at = story_lane(hid), lane;
	struct store_block block;
	uint64_t found, lid;
	bool is_hyper;

	story_block(&expected, hid);
	MUST(store_get_block(l->t, &block, &l->arena, &at, hid) == ERR_OK && block.hid == hid);
	MUST(hash_equal(&block.hash, &kept->hash));
	block.hash = block_hash(&block.block);
	MUST(hash_equal(&block.hash, &kept->hash));
	for (uint32_t i = 0; i < kept->block.head.core.payloads; i++)
		MUST(block.row[i] == kept->row[i]);
	MUST(store_find_hash(l->t, &is_hyper, &found, &lane, &lid, &kept->hash) == ERR_OK && !is_hyper);
	MUST(lid == hid && lane_compare(&lane, &at) == 0);
	return NULL;
}

static const char *
check_chain(struct look *l)
{
	const char *wrong = NULL;

	for (uint64_t hid = 1; hid <= l->n && !wrong; hid++) {
		struct story_hyper expected;

		story_hyper(&expected, hid);
		wrong = expected.raw.failed ? "memory ran out" : check_hyper(l, hid, &expected);
		buf_free(&expected.raw);
		if (!wrong)
			wrong = check_block(l, hid);
	}
	return wrong;
}

static bool
same_roots(const struct roots *a, const struct roots *b)
{
	return a->executed == b->executed && hash_equal(&a->state, &b->state) && hash_equal(&a->outbox, &b->outbox);
}

static const char *
check_lanes(struct look *l)
{
	struct lane_state *all, lane;
	uint32_t count;

	MUST(store_get_lanes(l->t, &all, &count, &l->arena) == ERR_OK && count == least(l->n, STORY_LANES));
	for (uint64_t n = l->n; n > 0 && l->n - n < STORY_LANES; n--) {
		struct lane_state expected = story_lane_state(n);

		MUST(store_get_lane(l->t, &lane, &expected.lane) == ERR_OK);
		MUST(lane_compare(&lane.lane, &expected.lane) == 0 && lane.tip_lid == expected.tip_lid);
		MUST(hash_equal(&lane.tip, &expected.tip) && same_roots(&lane.committed, &expected.committed));
		MUST(same_roots(&lane.executed, &expected.executed) && lane.busy_hid == expected.busy_hid);
	}
	return NULL;
}

static const char *
check_payload(struct look *l, uint64_t row, const struct story_row *r)
{
	enum err expected = r->erased ? ERR_NOT_FOUND : ERR_OK;
	struct bytes raw;
	uint64_t found;

	MUST(store_get_payload(l->t, &raw, row) == expected);
	MUST(store_find_payload(l->t, &found, &l->s->id[row]) == expected);
	MUST(r->erased || (bytes_equal(raw, l->s->payload[row]) && found == row));
	return NULL;
}

static const char *
check_row(struct look *l, uint64_t row)
{
	struct story_row r = story_row(row, l->n);
	struct store_receipt receipt, expected = story_receipt(row);
	struct lane lane = story_lane(r.sealed_hid);
	struct place place;
	uint64_t sealed_hid;

	MUST(store_get_pooled(l->t, &sealed_hid, row) == (r.pooled ? ERR_OK : ERR_NOT_FOUND));
	MUST(!r.pooled || sealed_hid == r.sealed_hid);
	MUST(store_get_receipt(l->t, &receipt, row) == (r.receipted ? ERR_OK : ERR_NOT_FOUND));
	MUST(!r.receipted || (receipt.err == expected.err && receipt.result == expected.result));
	MUST(store_get_place(l->t, &place, row) == (r.placed ? ERR_OK : ERR_NOT_FOUND));
	MUST(!r.placed || (place.hid == r.sealed_hid && place.lid == r.sealed_hid && place.index == row % STORY_PER));
	MUST(!r.placed || (place.kind == PLACE_PAYLOAD && lane_compare(&place.lane, &lane) == 0));
	return check_payload(l, row, &r);
}

static enum err
see_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	struct look *l = arg;
	struct story_row r = {0};

	if (row < l->n * STORY_PER)
		r = story_row(row, l->n);
	return r.pooled && r.sealed_hid == sealed_hid && bytes_equal(raw, l->s->payload[row]) ? ERR_OK : ERR_CORRUPT;
}

static enum err
see_state(void *arg, struct bytes key, struct bytes value)
{
	const struct look *l = arg;
	struct story_state expected;

	for (uint64_t n = l->n; n > 0 && l->n - n < STORY_KEYS; n--) {
		expected = story_state(n);
		if (bytes_equal(key, (struct bytes){expected.key, sizeof(expected.key)}))
			return bytes_equal(value, (struct bytes){expected.data, expected.len}) ? ERR_OK : ERR_CORRUPT;
	}
	return ERR_CORRUPT;
}

/* With the right number of entries and each of them right, nothing is missing and nothing too much. */
static const char *
check_counts(struct look *l)
{
	uint64_t count[STORE_DBS], payloads = 0, pooled = 0, receipts = 0;

	for (uint64_t row = 0; row < l->n * STORY_PER; row++) {
		struct story_row r = story_row(row, l->n);

		payloads += !r.erased;
		pooled += r.pooled;
		receipts += r.receipted;
	}
	MUST(store_counts(l->t, count) == ERR_OK);
	MUST(count[COUNT_HYPER] == l->n && count[COUNT_HASH] == 2 * l->n && count[COUNT_BLOCK] == l->n);
	MUST(count[COUNT_LANE] == least(l->n, STORY_LANES) && count[COUNT_STATE] == least(l->n, STORY_KEYS));
	MUST(count[COUNT_PAYLOAD] == payloads && count[COUNT_ID] == payloads);
	MUST(count[COUNT_POOL] == pooled && count[COUNT_RECEIPT] == receipts);
	MUST(count[COUNT_ENDORSED] <= 1 && count[COUNT_UNDO] == (l->n > 0));
	/* places of 64 rows stand together; n - 1 blocks have some */
	MUST(count[COUNT_PLACE] == (l->n + 64 / STORY_PER - 2) / (64 / STORY_PER));
	return NULL;
}

static const char *
check_all(struct look *l)
{
	const char *wrong = check_counts(l);

	if (!wrong && l->n > 0)
		wrong = check_meta(l);
	if (!wrong)
		wrong = check_chain(l);
	if (!wrong)
		wrong = check_lanes(l);
	for (uint64_t row = 0; row < l->n * STORY_PER && !wrong; row++)
		wrong = check_row(l, row);
	if (wrong)
		return wrong;
	MUST(store_each_pooled(l->t, 0, see_pooled, l) == ERR_OK);
	MUST(store_each_state(l->t, see_state, l) == ERR_OK);
	return NULL;
}

const char *
story_check(const struct story *s, struct store *store, uint64_t n)
{
	struct look look = {.s = s, .n = n};
	const char *wrong;

	MUST(store_begin_read(&look.t, store) == ERR_OK);
	wrong = check_all(&look);
	store_abort(look.t);
	arena_free(&look.arena);
	buf_free(&look.raw);
	return wrong;
}
