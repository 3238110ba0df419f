/* The state as it was, read through the notes that would take blocks back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "node/past.h"
#include "store/store.h"

static char dir[64];
static struct store *store;

static struct bytes
text(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

/* "key=value", or "key" to erase. */
static void
put(struct store_txn *t, const char *what)
{
	struct ledger_view view = store_ledger(t);
	const char *equals = strchr(what, '=');
	struct bytes key = text(what), value = { 0 };
	if (equals != NULL) {
		key.len = (size_t)(equals - what);
		value = text(equals + 1);
	}
	assert_int_equal(view.put(view.owner, key, value), ERR_OK);
}

static void
block(struct store_txn *t, uint64_t hid, const char *const *change)
{
	assert_int_equal(store_note(t, hid), ERR_OK);
	for (; *change != NULL; change++)
		put(t, *change);
	assert_int_equal(store_note_end(t), ERR_OK);
}

/* Blocks 1 to 3, none of them final. */
static int
begin(void **state)
{
	struct store_txn *t;
	(void)state;
	assert_true(hash_start());
	strcpy(dir, "/tmp/para-past-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(&store, dir, STORE_CREATE), ERR_OK);
	assert_int_equal(store_begin_write(&t, store), ERR_OK);
	put(t, "b=0");
	put(t, "bb=0");
	put(t, "d=0");
	block(t, 1, (const char *const[]){ "b=1", "c=1", NULL });
	block(t, 2, (const char *const[]){ "bb", "c=2", "b=2", "b=2again", NULL });
	block(t, 3, (const char *const[]){ "bb=3", "a=3", "b", "d=3", NULL });
	assert_int_equal(store_put_tip(t, &(struct store_tip){ .hid = 3 }), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);
	return 0;
}

static int
end(void **state)
{
	char command[96];
	(void)state;
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
add(char out[static 256], struct bytes key, struct bytes value)
{
	size_t used = strlen(out);
	snprintf(out + used, 256 - used, "%.*s=%.*s ", (int)key.len, (const char *)key.data, (int)value.len,
	    (const char *)value.data);
}

/* All of it by next, each found by get as well. */
static void
is_at(uint64_t hid, const char *want)
{
	struct store_txn *t;
	struct past past;
	struct bytes key, value;
	char walked[256] = "", from[LEDGER_KEY_MAX + 1];
	size_t len = 0;
	assert_int_equal(store_begin_read(&t, store), ERR_OK);
	assert_int_equal(past_begin(&past, t, hid), ERR_OK);
	struct ledger_view *v = &past.view;
	while (v->next(v->owner, &key, &value, (struct bytes){ (uint8_t *)from, len }) == ERR_OK) {
		add(walked, key, value);
		memcpy(from, key.data, key.len);
		from[key.len] = 0;
		len = key.len + 1;
		struct bytes again;
		assert_int_equal(v->get(v->owner, &again, (struct bytes){ (uint8_t *)from, len - 1 }), ERR_OK);
	}
	assert_string_equal(walked, want);
	assert_int_equal(v->get(v->owner, &value, text("nothing")), ERR_NOT_FOUND);
	assert_int_equal(v->put(v->owner, text("b"), text("9")), ERR_PERMISSION);
	past_end(&past);
	store_abort(t);
}

static void
each_block_left_its_state(void **state)
{
	(void)state;
	is_at(0, "b=0 bb=0 d=0 ");
	is_at(1, "b=1 bb=0 c=1 d=0 ");
	is_at(2, "b=2again c=2 d=0 ");
	is_at(3, "a=3 bb=3 c=2 d=3 ");
}

static void
beyond_what_is_noted_there_is_nothing(void **state)
{
	struct store_txn *t;
	struct past past;
	(void)state;
	assert_int_equal(store_begin_write(&t, store), ERR_OK);
	assert_int_equal(past_begin(&past, t, 4), ERR_RANGE);
	past_end(&past);
	assert_int_equal(store_put_tip(t, &(struct store_tip){ .hid = 3, .final_hid = 1 }), ERR_OK);
	assert_int_equal(store_settle(t, 1, 1), ERR_OK);
	assert_int_equal(past_begin(&past, t, 0), ERR_RANGE);
	past_end(&past);
	/* A note that should be there is the disk's fault. */
	assert_int_equal(store_settle(t, 1, 2), ERR_OK);
	assert_int_equal(past_begin(&past, t, 1), ERR_CORRUPT);
	past_end(&past);
	store_abort(t);
	is_at(1, "b=1 bb=0 c=1 d=0 ");
}

/* What a certificate has committed may be older than what is final by now: stakes are read there. */
static void
a_few_final_blocks_are_noted_too(void **state)
{
	struct store_txn *t;
	struct past past;
	struct bytes value;
	(void)state;
	assert_int_equal(store_begin_write(&t, store), ERR_OK);
	assert_int_equal(store_put_tip(t, &(struct store_tip){ .hid = 3, .final_hid = 3 }), ERR_OK);
	assert_int_equal(store_settle(t, 3, 1), ERR_OK);
	assert_int_equal(past_begin(&past, t, 1), ERR_OK);
	assert_int_equal(past.view.get(past.view.owner, &value, text("c")), ERR_OK);
	assert_memory_equal(value.data, "1", 1);
	past_end(&past);
	assert_int_equal(past_begin(&past, t, 0), ERR_RANGE);
	past_end(&past);
	store_abort(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_block_left_its_state),
		cmocka_unit_test(beyond_what_is_noted_there_is_nothing),
		cmocka_unit_test(a_few_final_blocks_are_noted_too),
	};
	return cmocka_run_group_tests_name("node/past", tests, begin, end);
}
