/* What execution leaves does not depend on how many workers there are, on when it happens, or on what it reads from. */
#include "schedule.h"

/* --- a schedule of random payloads, the same for every store --- */

/* Some fail, some come too early, some are there twice, some make new accounts. */
static void
any_payload(struct schedule *s, uint32_t chain)
{
	uint8_t from[32], to[32];
	uint32_t who = (uint32_t)schedule_draw(s, PEOPLE);
	uint64_t kind = schedule_draw(s, 20), seq = s->seq[chain][who] + 1 + (kind == 0), units = 1 + schedule_draw(s, kind == 1 ? 100000 : 300);
	if (kind == 2 && s->row[chain] != 0) {
		laid_row(s->laid, chain, s->row[chain]);
		return;
	}
	laid_person(from, chain, who);
	laid_person(to, chain, (uint32_t)schedule_draw(s, kind < 5 ? 1000 : PEOPLE));
	if (memcmp(from, to, 32) == 0)
		to[0]++;
	laid_transfer(s->laid, chain, from, seq, to, units);
	s->row[chain] = s->laid->rows - 1;
	s->seq[chain][who] = kind == 0 ? s->seq[chain][who] : seq;
}

static void
any_block(struct schedule *s)
{
	struct laid *l = s->laid;
	if (l->chains < COINS && schedule_draw(s, 2) == 0)
		laid_register(l, PEOPLE, 1000);
	for (uint32_t chain = 1; chain <= l->chains && l->hid > 6; chain++) {
		for (uint64_t i = schedule_draw(s, 4) == 0 ? 0 : schedule_draw(s, MOST_PAYLOADS); i > 0; i--)
			any_payload(s, chain);
	}
}

/* lag: as many blocks are connected before the first of them is executed. */
static void
live(struct laid *l, bool at_once, unsigned lag)
{
	struct schedule s = { .laid = l, .seed = 3 };
	while (l->chains < COINS)
		laid_register(l, PEOPLE, 1000);
	for (unsigned i = 1; i <= BLOCKS; i++) {
		any_block(&s);
		laid_connect(l, at_once);
		while (i % lag == 0 && laid_execute(l))
			;
	}
	while (laid_execute(l))
		;
}

/* --- what is on disk --- */

/* The whole file, byte for byte. */
static struct hash
file_of(const struct laid *l)
{
	static uint8_t page[65536];
	FILE *f = tmpfile();
	struct hasher h;
	assert_non_null(f);
	assert_int_equal(store_copy(l->node->store, fileno(f)), ERR_OK);
	rewind(f);
	hash_init(&h, HASH_LEAF);
	for (size_t n; (n = fread(page, 1, sizeof(page), f)) > 0;)
		hash_add(&h, page, n);
	fclose(f);
	return hash_end(&h);
}

static enum err
add_entry(void *arg, struct bytes key, struct bytes value)
{
	hash_add(arg, key.data, key.len);
	hash_add(arg, value.data, value.len);
	return ERR_OK;
}

static enum err
add_before(void *arg, const struct store_before *b)
{
	hash_add(arg, b->key.data, b->key.len);
	hash_add(arg, b->value.data, b->value.len);
	return ERR_OK;
}

struct told {
	uint32_t errors[ERR_COUNT_OF];
};

static void
add_receipts(struct hasher *h, struct told *told, struct store_txn *t, uint64_t rows)
{
	for (uint64_t row = 1; row < rows; row++) {
		struct store_receipt r = { ERR_OK, 0 };
		uint64_t sealed = 0;
		enum err e = store_get_receipt(t, &r, row), p = store_get_pooled(t, &sealed, row);
		assert_true((e == ERR_OK || e == ERR_NOT_FOUND) && (p == ERR_OK || p == ERR_NOT_FOUND));
		hash_add(h, &row, sizeof(row));
		hash_add(h, &r.err, sizeof(r.err));
		hash_add(h, &r.result, sizeof(r.result));
		hash_add(h, &sealed, sizeof(sealed));
		told->errors[r.err]++;
	}
}

/* State, notes, receipts, what waits, roots: all that execution has to do with. */
static struct hash
meaning_of(const struct laid *l, struct told *told)
{
	struct arena arena = { 0 };
	struct lane_state *lane;
	struct store_txn *t;
	struct hasher h;
	uint32_t lanes;
	*told = (struct told){ 0 };
	assert_int_equal(store_begin_read(&t, l->node->store), ERR_OK);
	hash_init(&h, HASH_LEAF);
	assert_int_equal(store_each_state(t, add_entry, &h), ERR_OK);
	for (uint64_t hid = 1; hid <= l->hid; hid++)
		assert_int_equal(store_each_before(t, hid, add_before, &h), ERR_OK);
	add_receipts(&h, told, t, l->rows);
	assert_int_equal(store_get_lanes(t, &lane, &lanes, &arena), ERR_OK);
	assert_int_equal(lanes, COINS + 1);
	for (uint32_t i = 0; i < lanes; i++) {
		assert_int_equal(lane[i].executed.executed, BLOCKS);
		hash_add(&h, &lane[i].executed, sizeof(lane[i].executed));
	}
	store_abort(t);
	arena_free(&arena);
	return hash_end(&h);
}

static void
as_many_workers_as_one_likes(void **state)
{
	static const struct way {
		unsigned workers, lag;
		bool at_once;
	} way[] = { { 1, 1, false }, { 2, 1, false }, { 8, 1, false }, { 2, 3, false }, { 8, 3, false }, { 8, BLOCKS + 1, false },
		{ 0, 1, true } };
	struct hash file[3], meaning;
	(void)state;
	for (unsigned i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		struct laid l;
		struct told told;
		laid_open(&l, way[i].workers);
		live(&l, way[i].at_once, way[i].lag);
		struct hash here = meaning_of(&l, &told);
		meaning = i == 0 ? here : meaning;
		assert_true(hash_equal(&here, &meaning));
		assert_true(told.errors[ERR_OK] > 500 && told.errors[ERR_FUNDS] > 0 && told.errors[ERR_SEQ_GAP] > 0 && told.errors[ERR_SEQ_USED] > 0);
		if (i < 3)
			file[i] = file_of(&l);
		laid_close(&l);
	}
	assert_true(hash_equal(&file[0], &file[1]) && hash_equal(&file[0], &file[2]));
}

/* --- taking back what is not executed, or not yet written --- */

static void
leave(struct laid *l, struct effect_disconnect *to)
{
	laid_effect(l, EFFECT_DISCONNECT)->disconnect = *to;
	laid_apply(l, &(struct apply_order){ .effects = &l->batch });
	effects_free(&l->batch);
}

/* The block is gone before its results come: they are not written, and nothing of it is left. */
static void
results_of_a_block_that_is_gone_are_dropped(void **state)
{
	struct laid l;
	struct results *r;
	struct told told;
	(void)state;
	laid_open(&l, 2);
	live(&l, false, 1);
	struct hash before = meaning_of(&l, &told);
	struct effect_disconnect back = { .tip = { l.hid, l.hid, l.hash, 0, { 0, 0 } }, .difficulty = 256 };
	struct schedule s = { .laid = &l, .seed = 9 };
	uint64_t rows = l.rows;
	any_block(&s);
	laid_connect(&l, false);
	back.hid = l.hid;
	back.hash = l.hash;
	assert_int_equal(results_run(&r, &(uint64_t){ 0 }, l.node), ERR_OK);
	assert_int_equal(r->hid, BLOCKS + 1);
	leave(&l, &back);
	laid_apply(&l, &(struct apply_order){ .results = r });
	results_free(r);
	assert_int_equal(results_run(&r, &(uint64_t){ 0 }, l.node), ERR_NOT_FOUND);
	l.hid = BLOCKS;
	assert_true(l.rows > rows);
	l.rows = rows;
	struct hash after = meaning_of(&l, &told);
	assert_true(hash_equal(&before, &after));
	laid_close(&l);
}

static size_t
allocated(void)
{
	const struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}

/* A node with little memory executes what it could order. */
static void
bodies_are_not_copied(void **state)
{
	enum { PAYLOADS = 200, BODY = 60000 };
	static const uint8_t body[BODY];
	uint8_t who[32];
	struct laid l;
	struct results *r;
	(void)state;
	laid_open(&l, 0);
	laid_person(who, 0, 1);
	for (uint64_t seq = 1; seq <= PAYLOADS; seq++)
		laid_payload(&l, 0, who, seq, (struct bytes){ body, BODY });
	laid_connect(&l, false);
	size_t before = allocated();
	assert_int_equal(results_run(&r, &(uint64_t){ 0 }, l.node), ERR_OK);
	assert_int_equal(r->run[0].count, PAYLOADS);
	assert_true(allocated() - before < PAYLOADS * BODY / 10);
	laid_apply(&l, &(struct apply_order){ .results = r });
	results_free(r);
	laid_close(&l);
}

/* Neither an execution nor a broken one: the store will have readers to spare again. */
static void
too_many_readers_are_waited_for(void **state)
{
	enum { MOST = 4096 };
	static struct store_txn *look[MOST];
	struct laid l;
	struct results *r;
	unsigned looks = 0;
	(void)state;
	laid_open(&l, 2);
	struct schedule s = { .laid = &l, .seed = 11 };
	any_block(&s);
	laid_connect(&l, false);
	while (looks < MOST && store_begin_read(&look[looks], l.node->store) == ERR_OK)
		looks++;
	assert_true(looks < MOST);
	assert_int_equal(results_run(&r, &(uint64_t){ 0 }, l.node), ERR_BUSY);
	while (looks > 0)
		store_abort(look[--looks]);
	assert_true(laid_execute(&l));
	assert_false(laid_execute(&l));
	laid_close(&l);
}

/* --- crews --- */

struct task_of_crew {
	uint32_t done[1000];
	_Atomic uint32_t busy[8], clashes;
};

static void
count(void *arg, unsigned who, uint32_t i)
{
	struct task_of_crew *t = arg;
	t->clashes += t->busy[who]++ != 0;
	t->done[i]++;
	t->busy[who]--;
}

static void
a_crew_does_all_once(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 8; workers++) {
		struct task_of_crew *t = calloc(1, sizeof(*t));
		struct crew *c;
		assert_int_equal(crew_start(&c, workers), ERR_OK);
		assert_int_equal(crew_size(c), workers);
		for (uint32_t n = 0; n < 200; n++)
			crew_run(c, count, t, n);
		for (uint32_t i = 0; i < 200; i++)
			assert_int_equal(t->done[i], 199 - i);
		assert_int_equal(t->clashes, 0);
		crew_stop(c);
		free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_workers_as_one_likes),
		cmocka_unit_test(results_of_a_block_that_is_gone_are_dropped),
		cmocka_unit_test(bodies_are_not_copied),
		cmocka_unit_test(bodies_are_not_copied),
		cmocka_unit_test(too_many_readers_are_waited_for),
		cmocka_unit_test(a_crew_does_all_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
