/*
 * Snapshots: what was replayed from the genesis and what began with a snapshot are the same to the byte; and a snapshot
 * that is whole but wrong is found out.
 */
#include "world.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "chain/endorse.h"
#include "chain/limits.h"
#include "node/frames.h"
#include "node/snapshot.h"
#include "store/store.h"

/* One store and one snapshot of it for all tests. */
static struct world *made;
static char dir[80], file[80];

static enum err
write_snapshot(struct snapshot_info *info)
{
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err e = snapshot_write(info, made->dir, fd);
	close(fd);
	return e;
}

static int
begin(void **state)
{
	struct snapshot_info info;
	struct hash note;
	(void)state;
	made = world_new(200);
	snprintf(dir, sizeof(dir), "%s.new", made->dir);
	snprintf(file, sizeof(file), "%s.snap", made->dir);
	world_up(made);
	uint32_t chain = world_chain(made, "notes");
	for (uint64_t seq = 1; seq <= 3; seq++)
		json_free(world_submit(made, &note, chain, seq, (struct bytes){ (const uint8_t *)"note", 4 }));
	world_reach(made, &note, "final");
	world_down(made);
	assert_int_equal(write_snapshot(&info), ERR_OK);
	assert_int_equal(info.chains, 2);
	assert_true(info.accounts >= 1);
	assert_true(info.hid > 0 && info.hid < info.tip_hid);
	return 0;
}

static void
clear(void)
{
	char command[256];
	snprintf(command, sizeof(command), "rm -rf %s %s.import", dir, dir);
	assert_int_equal(system(command), 0);
}

static int
end(void **state)
{
	(void)state;
	clear();
	unlink(file);
	world_free(made);
	return 0;
}

/* --- changed pieces --- */

/* false: the piece is left out. */
typedef bool change(uint8_t kind, unsigned nth, struct buf *bytes);

static unsigned endorsements; /* that are said to certify the tip */

static void
endorse(struct frames *to)
{
	const struct endorsement none = { 0 };
	struct buf b = { 0 };
	endorse_put(&b, &none);
	for (unsigned i = 0; i < endorsements; i++)
		assert_int_equal(frames_put(to, SNAPSHOT_ENDORSEMENT, bytes_of(&b)), ERR_OK);
	buf_free(&b);
}

static int
changed(change *f)
{
	struct frames from, to;
	unsigned nth[256] = { 0 };
	uint8_t kind;
	struct bytes bytes;
	int in = open(file, O_RDONLY | O_CLOEXEC), out = memfd_create("snapshot", MFD_CLOEXEC);
	frames_begin(&from, in);
	frames_begin(&to, out);
	while (frames_next(&from, &kind, &bytes) == ERR_OK && kind != FRAMES_END) {
		struct buf b = { 0 };
		buf_add(&b, bytes.data, bytes.len);
		if (f(kind, nth[kind]++, &b))
			assert_int_equal(frames_put(&to, kind, bytes_of(&b)), ERR_OK);
		buf_free(&b);
	}
	assert_int_equal(from.err, ERR_OK);
	endorse(&to);
	assert_int_equal(frames_end(&to), ERR_OK);
	frames_free(&from);
	frames_free(&to);
	close(in);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	return out;
}

static char said[8192];

static void
report(void *arg, const char *place, const char *what)
{
	size_t used = strlen(said);
	(void)arg;
	snprintf(said + used, sizeof(said) - used, "%s: %s\n", place, what);
}

static enum err
import(change *f)
{
	struct snapshot_info info;
	const struct snapshot_config config = { .report = report };
	int fd = changed(f);
	struct stat st;
	said[0] = '\0';
	enum err e = snapshot_read(&info, dir, fd, &config);
	close(fd);
	assert_int_equal(stat(dir, &st), e == ERR_OK ? 0 : -1);
	return e;
}

static void
refused(change *f, enum err want, const char *what)
{
	enum err e = import(f);
	if (e != want || strstr(said, what) == NULL)
		fail_msg("%s, and said: %s", err_text(e), said);
	clear();
}

static bool
nothing(uint8_t kind, unsigned nth, struct buf *bytes)
{
	(void)kind;
	(void)nth;
	(void)bytes;
	return true;
}

static bool
richer(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_PAIR && nth == 0)
		bytes->data[bytes->len - 1] ^= 1;
	return true;
}

static bool
poorer(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_ACCOUNTS && nth == 0)
		memset(bytes->data + 4, 0, bytes->len - 4);
	return kind != SNAPSHOT_PAIR;
}

static bool
another_owner(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_CHAIN && nth == 1)
		bytes->data[1 + 8] ^= 1;
	return true;
}

static bool
another_spec(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_CHAIN && nth == 1)
		*(uint8_t *)memmem(bytes->data, bytes->len, "notes", 5) = 'v';
	return true;
}

static bool
another_note(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_BODY && nth == 0)
		*(uint8_t *)memmem(bytes->data, bytes->len, "note", 4) = 'v';
	return true;
}

/* The time of a block, which its signature covers. */
static bool
another_time(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_HYPER && nth == 2)
		bytes->data[8 + 4 + HYPER_HEADER - 32 - 32 - 8] ^= 1;
	return true;
}

static bool
another_difficulty(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_HYPER && nth == 2)
		bytes->data[0] ^= 1;
	return true;
}

static bool
one_block_less(uint8_t kind, unsigned nth, struct buf *bytes)
{
	(void)bytes;
	return kind != SNAPSHOT_HYPER || nth != 0;
}

static bool beyond;

/* As if nothing stood on the block that is said to be final. */
static bool
without_witness(uint8_t kind, unsigned nth, struct buf *bytes)
{
	if (kind == SNAPSHOT_START && nth == 0)
		memcpy(bytes->data + 9, bytes->data + 1, 8);
	beyond = kind == SNAPSHOT_ACCOUNTS || (beyond && kind != SNAPSHOT_START);
	return !beyond || kind == SNAPSHOT_ACCOUNTS || kind == SNAPSHOT_PAIR;
}

static bool
of_version_2(uint8_t kind, unsigned nth, struct buf *bytes)
{
	(void)nth;
	if (kind == SNAPSHOT_START)
		bytes->data[0] = 2;
	return true;
}

static void
test_what_is_wrong_is_found(void **state)
{
	(void)state;
	refused(richer, ERR_HASH, "");
	refused(poorer, ERR_CORRUPT, "lane 0: no certificate commits the state of its accounts");
	refused(another_owner, ERR_CORRUPT, "lane 0: no certificate commits");
	refused(another_spec, ERR_CORRUPT, "lane 0: no certificate commits");
	refused(another_note, ERR_MERKLE, "");
	refused(another_time, ERR_CORRUPT, "3: ");
	refused(another_difficulty, ERR_CORRUPT, "3: what follows from it is not what is kept");
	refused(one_block_less, ERR_ORDER, "");
	refused(without_witness, ERR_CORRUPT, "is not shown to be final");
	refused(of_version_2, ERR_VERSION, "");
}

static void
test_more_endorsements_than_there_may_be_are_refused(void **state)
{
	(void)state;
	endorsements = LIMIT_VOTERS + 1;
	refused(nothing, ERR_TOO_LONG, "");
	endorsements = 0;
}

static unsigned piece, at_piece;

/* A bit of one piece, whatever it is. */
static bool
a_bit(uint8_t kind, unsigned nth, struct buf *bytes)
{
	(void)kind;
	(void)nth;
	if (at_piece++ == piece)
		bytes->data[piece * 7919 % bytes->len] ^= (uint8_t)(1 << piece % 8);
	return true;
}

static void
test_no_piece_can_be_changed(void **state)
{
	unsigned pieces;
	(void)state;
	piece = UINT32_MAX;
	at_piece = 0;
	close(changed(a_bit));
	pieces = at_piece;
	assert_true(pieces > 10);
	for (piece = 0; piece < pieces; piece++) {
		at_piece = 0;
		if (import(a_bit) == ERR_OK)
			fail_msg("piece %u may be changed", piece);
	}
}

/* --- the same to the byte --- */

struct entries {
	struct buf all;
	unsigned count;
};

static enum err
add_entry(void *arg, struct bytes key, struct bytes value)
{
	struct entries *x = arg;
	buf_add(&x->all, key.data, key.len);
	buf_add(&x->all, value.data, value.len);
	x->count++;
	return ERR_OK;
}

static struct entries
state_of(const char *path)
{
	struct entries x = { 0 };
	struct store *store;
	struct store_txn *t;
	struct store_tip tip;
	struct lane_state root;
	assert_int_equal(store_open(&store, path, STORE_READ), ERR_OK);
	assert_int_equal(store_begin_read(&t, store), ERR_OK);
	assert_int_equal(store_each_state(t, add_entry, &x), ERR_OK);
	assert_int_equal(store_get_tip(t, &tip), ERR_OK);
	assert_int_equal(store_get_lane(t, &root, &(struct lane){ 0 }), ERR_OK);
	assert_int_equal(root.executed.executed, tip.hid);
	buf_add(&x.all, tip.hash.b, sizeof(tip.hash.b));
	buf_add(&x.all, root.executed.state.b, sizeof(root.executed.state.b));
	store_abort(t);
	store_close(store);
	return x;
}

static bool
is_executed(struct world *w)
{
	struct json *status = world_call(w, "status", "{}"), *chain = world_call(w, "chain", "{\"chain\":0}");
	bool done = world_uint(status, "result.hid") == world_uint(chain, "result.lanes.0.executed");
	json_free(status);
	json_free(chain);
	return done;
}

static void
test_import_and_replay_give_the_same_state(void **state)
{
	char old_url[sizeof(made->url)];
	(void)state;
	assert_int_equal(import(nothing), ERR_OK);
	/* Its node executes what lies beyond the last final block. */
	strcpy(old_url, made->url);
	snprintf(made->url, sizeof(made->url), "ipc://%s/node.ipc", dir);
	made->config.dir = dir;
	world_up(made);
	for (int i = 0; i < 6000 && !is_executed(made); i++)
		usleep(10000);
	world_down(made);
	made->config.dir = made->dir;
	strcpy(made->url, old_url);
	struct entries replayed = state_of(made->dir), imported = state_of(dir);
	assert_int_equal(replayed.count, imported.count);
	assert_true(replayed.count > 3);
	assert_true(bytes_equal(bytes_of(&replayed.all), bytes_of(&imported.all)));
	buf_free(&replayed.all);
	buf_free(&imported.all);
	clear();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_wrong_is_found),
		cmocka_unit_test(test_more_endorsements_than_there_may_be_are_refused),
		cmocka_unit_test(test_no_piece_can_be_changed),
		cmocka_unit_test(test_import_and_replay_give_the_same_state),
	};
	return cmocka_run_group_tests_name("node/snapshot", tests, begin, end);
}
