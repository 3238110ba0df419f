/* A bit of what is kept of a chain's state, turned, and a row gone: found, whichever row it is. */
#include "memory.h"

#include "ledger/account.h"
#include "ledger/registry.h"
#include "ledger/root.h"
#include "ledger/state_key.h"
#include "ledger/verify.h"

/* Enough that the tree has rows of its own. */
enum { PEOPLE = 40 };

struct world {
	struct memory memory;
	struct genesis genesis;
	struct genesis_alloc alloc[PEOPLE];
	struct hash root;
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct hash registry, accounts;

	assert_true(hash_start());
	memory_init(&w->memory);
	genesis_defaults(&w->genesis);
	w->genesis.alloc = w->alloc;
	w->genesis.allocs = PEOPLE;
	for (uint8_t i = 0; i < PEOPLE; i++)
		w->alloc[i] = (struct genesis_alloc){ .account = { (uint8_t)(i + 1) }, .amount = { i + 1000 } };
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	assert_int_equal(registry_root(&w->memory.view, &registry), ERR_OK);
	assert_int_equal(state_root(&w->memory.view, &accounts, &(struct lane){ 0 }), ERR_OK);
	w->root = root_of_para(&registry, &accounts);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	free(w);
	return 0;
}

static enum err
look(struct world *w, struct verify_fault *fault)
{
	return verify_chain(&w->memory.view, fault, 0, &w->root);
}

/* The next row after *at, which becomes its key; NULL beyond the last. */
static struct buf *
next_row(struct world *w, struct key *at)
{
	struct bytes key, from = { at->b, at->len };
	struct buf *b;

	if (at->len > 0)
		at->b[from.len++] = 0;
	b = sorted_next(&w->memory.now, &key, from);
	if (b) {
		memcpy(at->b, key.data, key.len);
		at->len = key.len;
	}
	return b;
}

/* Of a name only the number is asked for, and of a spec only its hash: other bits of these count for nothing here. */
static bool
is_proven(const uint8_t *key)
{
	return key[0] == 'a' || key[0] == 'r';
}

static void
a_turned_bit_of_any_row_is_found(void **state)
{
	struct world *w = *state;
	struct verify_fault fault;
	struct key key = { .len = 0 };
	unsigned values = 0, rows = 0;

	assert_int_equal(look(w, &fault), ERR_OK);
	for (struct buf *b; (b = next_row(w, &key));) {
		bool value = key.b[0] == 'a' && key.len == 37;
		if (!is_proven(key.b))
			continue;
		for (size_t i = 0; i < b->len; i++) {
			b->data[i] ^= (uint8_t)(1 << i % 8);
			assert_int_equal(look(w, &fault), ERR_CORRUPT);
			if (value) {
				assert_int_equal(fault.what, VERIFY_VALUE);
				assert_memory_equal(fault.key.b, key.b + 5, 32);
			}
			b->data[i] ^= (uint8_t)(1 << i % 8);
		}
		values += value;
		rows += !value;
	}
	assert_true(values > PEOPLE && rows > 1);
	assert_int_equal(look(w, &fault), ERR_OK);
}

static void
a_row_that_is_gone_or_too_many_is_found(void **state)
{
	static const uint8_t extra[] = { 'a', 0, 0, 0, 0, 1, 2, 3 };
	struct world *w = *state;
	struct verify_fault fault;
	struct key key = { .len = 0 };

	for (struct buf *b; (b = next_row(w, &key));) {
		if (key.b[0] != 'a' && key.b[0] != 'c' && key.b[0] != 'n')
			continue;
		sorted_remove(&w->memory.now, key_bytes(&key));
		assert_int_equal(look(w, &fault), ERR_CORRUPT);
		assert_int_equal(sorted_put(&w->memory.now, key_bytes(&key), b), ERR_OK);
	}
	assert_int_equal(look(w, &fault), ERR_OK);
	assert_int_equal(memory_put(&w->memory, (struct bytes){ extra, sizeof extra }, (struct bytes){ extra, 4 }), ERR_OK);
	assert_int_equal(look(w, &fault), ERR_CORRUPT);
	assert_int_equal(fault.what, VERIFY_TREE);
}

static struct buf *
row_of(struct world *w, struct key *key, const uint8_t account[static 32])
{
	struct hash hash = state_key(account);

	*key = state_key_value(0, &hash);
	return sorted_get(&w->memory.now, key_bytes(key));
}

static void
a_question_hears_of_a_turned_bit(void **state)
{
	struct world *w = *state;
	static const uint8_t nobody[32] = { 200 };
	struct verify_fault fault;

	assert_int_equal(verify_account(&w->memory.view, 0, nobody), ERR_OK);
	for (unsigned i = 0; i < PEOPLE; i++) {
		const uint8_t *who = w->alloc[i].account;
		struct account a;
		struct key key;
		struct buf *b = row_of(w, &key, who);
		assert_non_null(b);
		assert_int_equal(verify_account(&w->memory.view, 0, who), ERR_OK);
		for (size_t at = 0; at < b->len; at++) {
			b->data[at] ^= 0x10;
			assert_int_equal(account_read(&a, &w->memory.view, 0, who), ERR_CORRUPT);
			assert_int_equal(verify_account(&w->memory.view, 0, who), ERR_CORRUPT);
			assert_int_equal(verify_values(&w->memory.view, &fault, 0), ERR_CORRUPT);
			assert_memory_equal(fault.key.b, key.b + 5, 32);
			b->data[at] ^= 0x10;
		}
		/* a coin that is gone is no empty purse */
		sorted_remove(&w->memory.now, key_bytes(&key));
		assert_int_equal(verify_account(&w->memory.view, 0, who), ERR_CORRUPT);
		assert_int_equal(sorted_put(&w->memory.now, key_bytes(&key), b), ERR_OK);
	}
}

/* It would go into the next root, and so become true. */
static void
execution_does_not_build_on_a_turned_bit(void **state)
{
	struct world *w = *state;
	struct state_set set;
	struct bytes value;
	struct key key;
	struct buf *b = row_of(w, &key, w->alloc[3].account);

	b->data[b->len - 1] ^= 1;
	state_set_init(&set, &w->memory.view, &(struct lane){ 0 }, 1);
	assert_int_equal(state_set_get(&set, &value, w->alloc[2].account), ERR_OK);
	assert_int_equal(state_set_get(&set, &value, w->alloc[3].account), ERR_CORRUPT);
	assert_int_equal(state_set_load(&set, w->alloc[3].account, 1), ERR_CORRUPT);
	state_set_free(&set);
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_turned_bit_of_any_row_is_found),
		story(a_row_that_is_gone_or_too_many_is_found),
		story(a_question_hears_of_a_turned_bit),
		story(execution_does_not_build_on_a_turned_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
