/* Blocks, the rows that they name, and the place of a row. */
#include "shelf.h"

#include "store/store_impl.h"

static void
put_block(struct shelf *s, uint64_t hid, struct lane lane, uint64_t lid, const uint64_t *row, uint32_t n)
{
	struct kept_block kept = some_block(lane, lid, row, n);

	OK(store_put_block(s->txn, hid, &kept));
}

static void
check_place(struct shelf *s, uint64_t row, const char *expected)
{
	char text[PLACE_TEXT];
	struct place place;

	OK(store_get_place(s->txn, &place, row));
	assert_int_equal(place.kind, PLACE_PAYLOAD);
	place_print(text, &place);
	assert_string_equal(text, expected);
}

static void
check_unplaced(struct shelf *s, uint64_t row)
{
	struct place place;

	assert_int_equal(store_get_place(s->txn, &place, row), ERR_NOT_FOUND);
}

static void
blocks_come_back_with_their_rows(void **state)
{
	struct shelf *s = *state;
	struct lane lane = {.chain = 2, .prefix = 1u << 30, .depth = 2}, found = {0};
	const uint64_t row[] = {10, 11, 12, 5, 40, 41, 7, 6, UINT64_MAX - 1};
	struct kept_block kept = some_block(lane, 3, row, 9), empty = some_block(lane, 4, NULL, 0);
	struct store_block block;
	uint64_t hid, lid;
	bool is_hyper = true;

	shelf_write(s);
	OK(store_put_block(s->txn, 77, &kept));
	OK(store_put_block(s->txn, 77, &kept));
	OK(store_put_block(s->txn, 78, &empty));
	shelf_reopen(s);
	OK(store_get_block(s->txn, &block, &s->arena, &lane, 3));
	assert_int_equal(block.hid, 77);
	assert_true(hash_equal(&block.hash, &kept.hash));
	assert_memory_equal(block.row, row, sizeof(row));
	assert_int_equal(block.block.lid, 3);
	assert_int_equal(block.block.head.core.slot, 5);
	OK(store_get_block(s->txn, &block, &s->arena, &lane, 4));
	assert_int_equal(block.hid, 78);
	assert_null(block.row);
	OK(store_find_hash(s->txn, &is_hyper, &hid, &found, &lid, &kept.hash));
	assert_false(is_hyper);
	assert_int_equal(hid, 0);
	assert_int_equal(lid, 3);
	assert_int_equal(lane_compare(&found, &lane), 0);
	assert_int_equal(store_get_block(s->txn, &block, &s->arena, &lane, 5), ERR_NOT_FOUND);
	found.depth = 3;
	assert_int_equal(store_get_block(s->txn, &block, &s->arena, &found, 3), ERR_NOT_FOUND);
}

/* Rows 1..9 in three blocks of two lanes; row 2 and rows 5, 6 are named once more by a later block. */
static void
the_first_block_that_names_a_row_is_its_place(void **state)
{
	struct shelf *s = *state;
	struct lane a = {.chain = 1}, b = {.chain = 2};
	const uint64_t one[] = {1, 2, 3}, two[] = {5, 6}, three[] = {4, 2, 5, 6, 7, 8, 9};

	shelf_write(s);
	put_block(s, 10, a, 1, one, 3);
	put_block(s, 10, b, 1, two, 2);
	put_block(s, 11, a, 2, three, 7);
	put_block(s, 11, a, 2, three, 7);
	shelf_reopen(s);
	check_unplaced(s, 0);
	check_place(s, 1, "10.1.1.0");
	check_place(s, 2, "10.1.1.1");
	check_place(s, 3, "10.1.1.2");
	check_place(s, 4, "11.1.2.0");
	check_place(s, 5, "10.2.1.0");
	check_place(s, 6, "10.2.1.1");
	check_place(s, 7, "11.1.2.4");
	check_place(s, 9, "11.1.2.6");
	check_unplaced(s, 10);
}

/* One long run over places that exist: only the gaps are new. */
static void
a_run_fills_the_gaps_between_places(void **state)
{
	struct shelf *s = *state;
	struct lane a = {.chain = 1};
	const uint64_t two[] = {2, 3}, six[] = {6}, nine[] = {9, 10, 11}, all[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

	shelf_write(s);
	put_block(s, 1, a, 1, two, 2);
	put_block(s, 1, a, 2, six, 1);
	put_block(s, 1, a, 3, nine, 3);
	put_block(s, 2, a, 4, all, 10);
	shelf_reopen(s);
	check_place(s, 1, "2.1.4.0");
	check_place(s, 2, "1.1.1.0");
	check_place(s, 3, "1.1.1.1");
	check_place(s, 4, "2.1.4.3");
	check_place(s, 5, "2.1.4.4");
	check_place(s, 6, "1.1.2.0");
	check_place(s, 7, "2.1.4.6");
	check_place(s, 8, "2.1.4.7");
	check_place(s, 9, "1.1.3.0");
	check_place(s, 11, "1.1.3.2");
	check_unplaced(s, 12);
}

/* Rows go to eight lanes in turn; one lane leaves, and the places of the others stay. */
static void
lanes_that_share_rows_share_their_places(void **state)
{
	enum { LANES = 8, ROWS = 4000 };
	struct shelf *s = *state;
	static uint64_t row[ROWS / LANES];
	uint64_t before, more;
	bool left;

	shelf_write(s);
	before = store_bytes(s->txn);
	for (uint32_t lane = 0; lane < LANES; lane++) {
		for (uint64_t i = 0; i < ROWS / LANES; i++)
			row[i] = 1 + i * LANES + lane;
		put_block(s, 7, (struct lane){.chain = lane}, 3, row, ROWS / LANES);
	}
	shelf_reopen(s);
	/* the block keeps 12 bytes of each */
	more = store_bytes(s->txn) - before;
	assert_true(more < 30 * ROWS);
	check_place(s, 1, "7.0.3.0");
	check_place(s, 8, "7.7.3.0");
	check_place(s, ROWS, "7.7.3.499");
	store_abort(s->txn);
	shelf_write(s);
	OK(store_erase_lane(s->txn, &left, &(struct lane){.chain = 7}, UINT32_MAX));
	check_unplaced(s, 8);
	check_unplaced(s, ROWS);
	check_place(s, 7, "7.6.3.0");
	check_place(s, ROWS - 1, "7.6.3.499");
}

/* Against a plain table: random blocks over a few hundred rows, each row's first place wins. */
static void
places_agree_with_a_plain_table(void **state)
{
	enum { ROWS = 400, BLOCKS = 120, MOST = 30 };
	struct shelf *s = *state;
	struct lane lane = {.chain = 1};
	static uint32_t lid_of[ROWS + MOST], index_of[ROWS + MOST];
	uint64_t random = 88172645463325252u;

	memset(lid_of, 0, sizeof(lid_of));
	shelf_write(s);
	for (uint32_t lid = 1; lid <= BLOCKS; lid++) {
		uint64_t row[MOST];
		uint32_t n = 0;

		while (n < MOST) {
			random ^= random << 13, random ^= random >> 7, random ^= random << 17;
			for (uint64_t r = random % ROWS, end = r + 1 + random / ROWS % 9; r < end && n < MOST; r++)
				row[n++] = r;
		}
		for (uint32_t i = 0; i < n; i++)
			if (lid_of[row[i]] == 0) {
				lid_of[row[i]] = lid;
				index_of[row[i]] = i;
			}
		put_block(s, 1000 + lid, lane, lid, row, n);
	}
	shelf_reopen(s);
	for (uint64_t row = 0; row < ROWS + MOST; row++) {
		struct place place;
		enum err e = store_get_place(s->txn, &place, row);

		assert_int_equal(e, lid_of[row] ? ERR_OK : ERR_NOT_FOUND);
		if (e)
			continue;
		assert_int_equal(place.lid, lid_of[row]);
		assert_int_equal(place.hid, 1000 + lid_of[row]);
		assert_int_equal(place.index, index_of[row]);
	}
}

/* Of payloads with a body of 200 bytes, sealed as they came: what the disk holds for a byte of the wire. */
static void
a_byte_costs_little_disk(void **state)
{
	enum { ROWS = 20000, BATCH = 1000 };
	struct shelf *s = *state;
	struct lane lane = {.chain = 1};
	static uint64_t row[BATCH];
	struct hash id;
	struct bytes raw = some_payload(&s->arena, &id, 1, 200);

	for (uint64_t first = 0; first < ROWS; first += BATCH) {
		shelf_write(s);
		for (uint64_t i = 0; i < BATCH; i++) {
			id = some_hash(first + i);
			row[i] = first + i;
			OK(store_put_payload(s->txn, first + i, &id, raw));
			OK(store_put_pooled(s->txn, first + i, 0));
		}
		shelf_commit(s);
		shelf_write(s);
		put_block(s, first + 1, lane, first + 1, row, BATCH);
		for (uint64_t i = 0; i < BATCH; i++)
			OK(store_drop_pooled(s->txn, first + i));
		shelf_commit(s);
	}
	shelf_read(s);
	double ratio = (double)store_bytes(s->txn) / ((double)ROWS * (double)raw.len);
	shelf_commit(s);
	assert_true(ratio > 1 && ratio <= 2.2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_new, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_come_back_with_their_rows),
		TEST(the_first_block_that_names_a_row_is_its_place),
		TEST(a_run_fills_the_gaps_between_places),
		TEST(lanes_that_share_rows_share_their_places),
		TEST(places_agree_with_a_plain_table),
		TEST(a_byte_costs_little_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
