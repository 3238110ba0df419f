/* A store that a node wrote is clean; each thing changed in it is found and named. */
#include "world.h"

#include "node/audit.h"
#include "store/store.h"

/* One store for all tests; each works on a copy. */
static struct world *made;
static struct hash note, waiting;
static uint32_t chain;

static int
make_store(void **state)
{
	(void)state;
	made = world_new(200);
	world_up(made);
	chain = world_chain(made, "notes");
	struct json *j = NULL;
	for (uint64_t seq = 1; seq <= 3; seq++) {
		j = world_submit(made, &note, chain, seq, (struct bytes){ (const uint8_t *)"note", 4 });
		json_free(j);
	}
	world_reach(made, &note, "final");
	struct hash failed;
	struct buf body = { 0 };
	world_registration(&body, "notes");
	j = world_submit(made, &failed, 0, ++made->seq, bytes_of(&body));
	json_free(j);
	buf_free(&body);
	world_reach(made, &failed, "sealed");
	j = world_submit(made, &waiting, chain, 9, (struct bytes){ (const uint8_t *)"ahead", 5 });
	json_free(j);
	world_down(made);
	return 0;
}

static int
remove_store(void **state)
{
	(void)state;
	world_free(made);
	return 0;
}

struct seen {
	char text[16384];
	uint64_t blocks;
};

static void
report(void *arg, const char *place, const char *what)
{
	struct seen *s = arg;
	size_t used = strlen(s->text);
	snprintf(s->text + used, sizeof(s->text) - used, "%s: %s\n", place, what);
}

static void
progress(void *arg, uint64_t hid, uint64_t tip)
{
	struct seen *s = arg;
	assert_int_equal(hid, ++s->blocks);
	assert_true(hid <= tip);
}

static uint64_t
audit(struct seen *seen, struct audit_result *result, const char *dir)
{
	struct audit_config config = { .report = report, .progress = progress, .arg = seen };
	*seen = (struct seen){ .text = "" };
	assert_int_equal(audit_run(result, dir, &config), ERR_OK);
	return result->problems;
}

static void
test_clean(void **state)
{
	struct seen seen;
	struct audit_result result;
	(void)state;
	uint64_t problems = audit(&seen, &result, made->dir);
	if (problems != 0)
		print_error("%s", seen.text);
	assert_int_equal(problems, 0);
	assert_true(result.hypers >= 4);
	assert_true(result.blocks >= 3);
	assert_int_equal(result.payloads, 5);
	assert_true(result.pooled >= 1);
	assert_int_equal(seen.blocks, result.hypers);
}

/* Changes a copy of the store and audits it: the report must say this. */
static void
assert_found(enum err (*change)(struct store_txn *t), const char *said)
{
	char dir[80], command[256];
	struct store *store;
	struct store_txn *t;
	struct seen seen;
	struct audit_result result;
	snprintf(dir, sizeof(dir), "%s/copy", made->dir);
	snprintf(command, sizeof(command), "mkdir %s && cp %s/data.mdb %s/", dir, made->dir, dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(store_open(&store, dir, STORE_WRITE), ERR_OK);
	assert_int_equal(store_begin_write(&t, store), ERR_OK);
	assert_int_equal(change(t), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);
	store_close(store);
	uint64_t problems = audit(&seen, &result, dir);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	if (problems == 0 || strstr(seen.text, said) == NULL)
		print_error("looked for \"%s\" in:\n%s", said, seen.text);
	assert_true(problems > 0);
	assert_non_null(strstr(seen.text, said));
}

static enum err
wrong_tip(struct store_txn *t)
{
	struct store_tip tip;
	enum err e = store_get_tip(t, &tip);
	tip.difficulty++;
	return e == ERR_OK ? store_put_tip(t, &tip) : e;
}

static enum err
wrong_final(struct store_txn *t)
{
	struct store_tip tip;
	enum err e = store_get_tip(t, &tip);
	tip.final_hid = tip.hid;
	return e == ERR_OK ? store_put_tip(t, &tip) : e;
}

static enum err
lost_payload(struct store_txn *t)
{
	uint64_t row;
	enum err e = store_find_payload(t, &row, &note);
	return e == ERR_OK ? store_erase_payload(t, row) : e;
}

/* A payload's bytes under another's row. */
static enum err
swapped_payload(struct store_txn *t)
{
	uint64_t row;
	struct buf raw = { 0 };
	struct bytes held = { 0 };
	enum err e = store_find_payload(t, &row, &note);
	if (e == ERR_OK)
		e = store_get_payload(t, &held, row);
	buf_add(&raw, held.data, held.len);
	raw.data[raw.len - 70] ^= 1;
	if (e == ERR_OK)
		e = store_put_payload(t, row, &note, bytes_of(&raw));
	buf_free(&raw);
	return e;
}

static enum err
stray_payload(struct store_txn *t)
{
	uint64_t row;
	struct buf raw = { 0 };
	struct bytes held = { 0 };
	enum err e = store_find_payload(t, &row, &note);
	if (e == ERR_OK)
		e = store_get_payload(t, &held, row);
	buf_add(&raw, held.data, held.len);
	if (e == ERR_OK)
		e = store_put_payload(t, 4711, &note, bytes_of(&raw));
	buf_free(&raw);
	return e;
}

static enum err
stray_receipt(struct store_txn *t)
{
	uint64_t row;
	enum err e = store_find_payload(t, &row, &note);
	return e == ERR_OK ? store_put_receipt(t, row, &(struct store_receipt){ ERR_OPERATION, 0 }) : e;
}

static enum err
wrong_lane(struct store_txn *t)
{
	struct lane_state s;
	enum err e = store_get_lane(t, &s, &(struct lane){ .chain = chain });
	s.tip_lid++;
	return e == ERR_OK ? store_put_lane(t, &s) : e;
}

static enum err
stray_lane(struct store_txn *t)
{
	return store_put_lane(t, &(struct lane_state){ .lane = { .chain = 77 } });
}

static enum err
wrong_state(struct store_txn *t)
{
	struct ledger_view view = store_ledger(t);
	return view.put(view.owner, (struct bytes){ (const uint8_t *)"zz", 2 }, (struct bytes){ (const uint8_t *)"y", 1 });
}

static enum err
lost_pooled(struct store_txn *t)
{
	uint64_t row;
	enum err e = store_find_payload(t, &row, &waiting);
	return e == ERR_OK ? store_drop_pooled(t, row) : e;
}

static enum err
stray_pooled(struct store_txn *t)
{
	uint64_t row;
	enum err e = store_find_payload(t, &row, &waiting);
	return e == ERR_OK ? store_put_pooled(t, row, 2) : e;
}

/* One bit of the third hyper block, in its certificates. */
static enum err
wrong_hyper(struct store_txn *t)
{
	struct hash hash;
	struct buf raw = { 0 };
	struct store_after after;
	enum err e = store_get_hyper(t, &hash, &raw, 3);
	if (e == ERR_OK)
		e = store_get_after(t, &after, 3);
	raw.data[HYPER_HEAD + 300] ^= 4;
	if (e == ERR_OK)
		e = store_put_hyper(t, 3, &hash, &after, bytes_of(&raw));
	buf_free(&raw);
	return e;
}

static enum err
no_endorsement(struct store_txn *t)
{
	struct store_tip tip;
	enum err e = store_get_tip(t, &tip);
	return e == ERR_OK ? store_put_endorsements(t, tip.hid, NULL, 0) : e;
}

static void
test_each_change_is_found(void **state)
{
	(void)state;
	assert_found(wrong_tip, "meta: the difficulty is 257");
	assert_found(wrong_final, "meta: final is");
	assert_found(lost_payload, "is missing");
	assert_found(swapped_payload, "its payloads do not give its root");
	assert_found(stray_payload, "payload: ");
	assert_found(stray_receipt, "its receipt is not what execution gives");
	assert_found(wrong_lane, "its tip is not its last block");
	assert_found(stray_lane, "lane 77: no chain has it");
	assert_found(wrong_state, "state: an entry is not what execution gives");
	assert_found(lost_pooled, "payload: ");
	assert_found(stray_pooled, "no block has it");
	assert_found(wrong_hyper, "3: ");
	assert_found(no_endorsement, "meta: the tip is not certified");
}

static void
test_no_store(void **state)
{
	struct seen seen = { .text = "" };
	struct audit_config config = { .report = report, .arg = &seen };
	struct audit_result result;
	(void)state;
	assert_int_equal(audit_run(&result, "/tmp/para-no-such-directory", &config), ERR_NOT_FOUND);
	assert_string_equal(seen.text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_each_change_is_found),
		cmocka_unit_test(test_no_store),
	};
	return cmocka_run_group_tests(tests, make_store, remove_store);
}
