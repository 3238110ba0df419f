#include <fcntl.h>
#include <sys/stat.h>

#include "shelf.h"

enum { ROWS = 300, HYPERS = 20, TIMES = 300 };

/* A store with something in every table, pages of its own for big values, and a free list. */
static void
fill(struct shelf *s)
{
	struct lane lane = {.chain = 1};
	uint64_t row[ROWS];
	struct lane_state lane_state = {.lane = lane};
	struct endorsement e = {.slot = 1};

	for (uint64_t i = 0; i < ROWS; i++) {
		struct hash id;
		struct bytes raw = some_payload(&s->arena, &id, i + 1, i % 50 == 0 ? 9000 : 200);
		struct store_receipt receipt = {ERR_NAME_TAKEN, (uint32_t)i};

		row[i] = i;
		if (i % 10 == 0)
			shelf_write(s);
		OK(store_put_payload(s->txn, i, &id, raw));
		OK(store_put_pooled(s->txn, i, 0));
		if (i >= 10)
			OK(store_drop_pooled(s->txn, i - 10));
		if (i % 9 == 0)
			OK(store_put_receipt(s->txn, i, &receipt));
		OK(store_ledger(s->txn).put(s->txn, (struct bytes){id.b, 32}, (struct bytes){id.b, 20}));
		if (i % 10 == 9)
			shelf_commit(s);
	}
	shelf_write(s);
	OK(store_put_genesis(s->txn, (struct bytes){(const uint8_t *)"genesis", 7}));
	OK(store_put_tip(s->txn, &(struct store_tip){.hid = HYPERS}));
	OK(store_put_record(s->txn, &(struct sign_record){.list_slot = 1}));
	OK(store_put_endorsements(s->txn, HYPERS, &e, 1));
	OK(store_put_lane(s->txn, &lane_state));
	for (uint32_t i = 1; i <= HYPERS; i++) {
		struct kept_block kept = some_block(lane, i, row + 10 * i, 15);
		struct hyper_header header = {.hid = i};
		struct hash hash;
		struct buf raw = {0};

		hyper_header_put(&raw, &header);
		memset(buf_extend(&raw, 64 + 100 * i), 7, 64 + 100 * i);
		hash = hyper_hash(&header);
		OK(store_put_hyper(s->txn, i, &hash, &(struct store_after){i, 1, i}, bytes_of(&raw)));
		OK(store_note(s->txn, i));
		OK(store_put_block(s->txn, i, &kept));
		OK(store_note_end(s->txn));
		buf_free(&raw);
	}
	shelf_commit(s);
}

static enum err
see_before(void *arg, const struct store_before *before)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < before->key.len; i++)
		*sum += before->key.data[i];
	for (size_t i = 0; i < before->value.len; i++)
		*sum += before->value.data[i];
	return ERR_OK;
}

static enum err
see_pooled(void *arg, uint64_t row, uint64_t sealed_hid, struct bytes raw)
{
	uint64_t *sum = arg;

	*sum += row + sealed_hid + raw.data[raw.len - 1];
	return ERR_OK;
}

static enum err
see_state(void *arg, struct bytes key, struct bytes value)
{
	uint64_t *sum = arg;

	*sum += key.data[0] + (value.len ? value.data[value.len - 1] : 0u);
	return ERR_OK;
}

/* Reads all there is. What it gives does not matter, only that it comes back. */
static void
read_blocks(struct store_txn *t, struct arena *arena)
{
	struct lane lane = {.chain = 1}, found;
	struct buf raw = {0};

	for (uint64_t i = 1; i <= HYPERS; i++) {
		struct hyper_header header;
		struct signature auth;
		struct store_block block;
		struct hash hash;
		uint64_t hid, lid;
		bool is_hyper;

		store_get_hyper(t, &hash, &raw, i);
		if (store_get_hyper_head(t, &hash, &header, &auth, i) == ERR_OK)
			store_find_hash(t, &is_hyper, &hid, &found, &lid, &hash);
		if (store_get_block(t, &block, arena, &lane, i) == ERR_OK)
			store_find_hash(t, &is_hyper, &hid, &found, &lid, &block.hash);
	}
	buf_free(&raw);
}

static void
read_rows(struct store_txn *t)
{
	struct bytes raw;

	for (uint64_t i = 0; i < ROWS; i++) {
		struct store_receipt receipt;
		struct payload p;
		struct place place;
		struct hash id;
		uint64_t row;

		if (store_get_payload(t, &raw, i) == ERR_OK && payload_unpack(&p, &id, NULL, raw) == ERR_OK)
			store_find_payload(t, &row, &id);
		store_get_place(t, &place, i);
		store_get_receipt(t, &receipt, i);
	}
}

static void
read_all(struct store *s)
{
	struct arena arena = {0};
	struct buf raw = {0};
	struct store_tip tip;
	struct sign_record record;
	struct endorsement *e;
	struct lane_state *lanes;
	uint64_t count[STORE_DBS], sum = 0;
	struct store_txn *t;
	uint32_t n;

	if (store_begin_read(&t, s))
		return;
	store_get_genesis(t, &raw);
	store_get_tip(t, &tip);
	store_get_record(t, &record);
	store_get_endorsements(t, &e, &n, &arena, HYPERS);
	store_get_lanes(t, &lanes, &n, &arena);
	store_each_pooled(t, 0, see_pooled, &sum);
	store_each_state(t, see_state, &sum);
	store_counts(t, count);
	store_each_before(t, 1, see_before, &sum);
	read_blocks(t, &arena);
	read_rows(t);
	store_abort(t);
	arena_free(&arena);
	buf_free(&raw);
}

static void
write_some(struct store *s)
{
	struct arena arena = {0};
	struct store_txn *t;

	if (store_begin_write(&t, s))
		return;
	for (uint64_t i = 0; i < ROWS; i++) {
		struct hash id;
		struct bytes raw = some_payload(&arena, &id, 1000 + i, 300);

		if (store_put_payload(t, ROWS + i, &id, raw) || store_erase_payload(t, i) || store_drop_pooled(t, i))
			break;
	}
	store_take_back(t, HYPERS);
	store_settle(t, 2, 2);
	store_commit(t);
	arena_free(&arena);
}

/* Opens in a child, reads and writes what it can; true when it opened. A signal fails the test. */
static bool
survives(const char *dir, enum store_mode mode)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *s;
		enum err e;

		alarm(20);
		e = store_open(&s, dir, mode);
		if (!e) {
			read_all(s);
			if (mode == STORE_WRITE)
				write_some(s);
			store_close(s);
		}
		_exit(e == ERR_OK ? 0 : e == ERR_CORRUPT || e == ERR_SCHEMA ? 1 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		fail_msg("child ended with status %#x", status);
	return WEXITSTATUS(status) == 0;
}

struct image {
	uint8_t *data;
	size_t len;
};

static struct image
take_image(struct shelf *s)
{
	char path[256];
	struct image image;
	struct stat st;
	int fd;

	fill(s);
	shelf_close(s);
	snprintf(path, sizeof(path), "%s/data.mdb", s->dir);
	fd = open(path, O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	image.len = (size_t)st.st_size;
	image.data = malloc(image.len);
	assert_int_equal(read(fd, image.data, image.len), image.len);
	close(fd);
	assert_int_equal(mkdir(s->sub, 0700), 0);
	return image;
}

static void
lay_image(struct shelf *s, const struct image *image, size_t len)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/data.mdb", s->sub);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, image->data, len), len);
	close(fd);
}

static void
a_whole_store_is_whole(void **state)
{
	struct shelf *s = *state;
	struct image image = take_image(s);

	lay_image(s, &image, image.len);
	assert_true(survives(s->sub, STORE_READ));
	assert_true(survives(s->sub, STORE_WRITE));
	free(image.data);
}

/* Only the last page may lack, when nothing in it counts. */
static void
a_cut_store_is_refused(void **state)
{
	struct shelf *s = *state;
	struct image image = take_image(s);
	int opened = 0;

	for (size_t i = 1; i < 64; i++) {
		lay_image(s, &image, (image.len - 2 * 4096) * i / 64 + i % 3);
		opened += survives(s->sub, i % 2 ? STORE_READ : STORE_WRITE);
	}
	assert_int_equal(opened, 0);
	free(image.data);
}

/*
 * Bits turned anywhere, half of them where pages keep their books: a value may come out changed, for which objects have
 * their hashes; but no read or write ends the process.
 */
static void
turned_bits_end_no_process(void **state)
{
	struct shelf *s = *state;
	struct image image = take_image(s);
	uint64_t random = 88172645463325252u;
	int refused = 0;

	for (int i = 0; i < TIMES; i++) {
		size_t at;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		at = random % image.len;
		if (i % 2)
			at = at / 4096 * 4096 + at % 48;
		image.data[at] ^= (uint8_t)(1u << (random >> 40) % 8);
		lay_image(s, &image, image.len);
		refused += !survives(s->sub, i % 4 < 2 ? STORE_READ : STORE_WRITE);
		image.data[at] ^= (uint8_t)(1u << (random >> 40) % 8);
	}
	assert_in_range(refused, TIMES / 8, TIMES);
	free(image.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shelf_new, shelf_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_whole_store_is_whole), TEST(a_cut_store_is_refused), TEST(turned_bits_end_no_process)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
