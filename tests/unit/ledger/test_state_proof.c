/*
 * Proofs of what is there and of what is not, and that nothing else passes for one. `test_state_proof write` makes the
 * vectors anew. Runs at the root of the tree.
 */
#include "memory.h"
#include "vector.h"

#include "ledger/state_proof.h"
#include "ledger/state_set.h"
#include "ledger/state_tree.h"

enum { ACCOUNTS = 200 };

struct world {
	struct memory memory;
	struct hash root;
};

static const struct lane whole = { .chain = 7 };

static void
account_of(uint8_t out[static 32], uint32_t number)
{
	memset(out, 0, 32);
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> 8 * i);
}

static void
put_accounts(struct world *w, uint32_t from, uint32_t n)
{
	struct state_set set;

	state_set_init(&set, &w->memory.view, &whole, 1);
	for (uint32_t i = from; i < from + n; i++) {
		uint8_t account[32];
		account_of(account, i);
		assert_int_equal(state_set_put(&set, account, (struct bytes){ account, 4 }), ERR_OK);
	}
	assert_int_equal(state_set_apply(&w->root, &set), ERR_OK);
	state_set_free(&set);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_true(hash_start());
	memory_init(&w->memory);
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

static struct state_proof
prove(struct world *w, const struct lane *lane, uint32_t number)
{
	uint8_t account[32];
	struct state_proof proof;

	account_of(account, number);
	assert_int_equal(state_proof_make(&proof, &w->memory.view, lane, account), ERR_OK);
	return proof;
}

static enum err
check(const struct state_proof *proof, const struct hash *root, const struct lane *lane, uint32_t number, size_t len)
{
	uint8_t account[32];

	account_of(account, number);
	return state_proof_check(proof, root, lane, account, (struct bytes){ account, len });
}

/* --- tests --- */

static void
there_and_not_there(void **state)
{
	struct world *w = *state;

	for (uint32_t n = 0; n < ACCOUNTS; n++) {
		for (uint32_t i = 0; i < n + 20; i += 1 + n / 10) {
			struct state_proof proof = prove(w, &whole, i);
			assert_int_equal(check(&proof, &w->root, &whole, i, i < n ? 4 : 0), ERR_OK);
			assert_int_equal(check(&proof, &w->root, &whole, i, i < n ? 0 : 4), ERR_MERKLE);
			assert_int_equal(check(&proof, &w->root, &whole, i, 3), ERR_MERKLE);
		}
		put_accounts(w, n, 1);
	}
}

static struct lane
lane_of(uint32_t number, uint8_t depth)
{
	uint8_t account[32];
	struct hash key;
	uint32_t bits;

	account_of(account, number);
	key = state_key(account);
	bits = (uint32_t)key.b[0] << 24 | (uint32_t)key.b[1] << 16 | (uint32_t)key.b[2] << 8 | key.b[3];
	return (struct lane){ .chain = 7, .prefix = depth ? bits & ~(uint32_t)0 << (32 - depth) : 0, .depth = depth };
}

static void
a_lane_has_proofs_of_its_own(void **state)
{
	struct world *w = *state;
	uint32_t empty = 0;

	put_accounts(w, 0, ACCOUNTS);
	for (uint32_t i = 0; i < 2 * ACCOUNTS; i++) {
		struct lane lane = lane_of(i, (uint8_t)(i % 15)), other = lane_of(i, 15);
		struct state_proof proof = prove(w, &lane, i);
		struct hash root;
		uint8_t account[32];
		state_root(&w->memory.view, &root, &lane);
		empty += proof.kind == STATE_PROOF_EMPTY;
		assert_int_equal(check(&proof, &root, &lane, i, i < ACCOUNTS ? 4 : 0), ERR_OK);
		other.prefix ^= 1U << 17;
		account_of(account, i);
		assert_int_equal(check(&proof, &root, &other, i, i < ACCOUNTS ? 4 : 0), ERR_LANE);
		assert_int_equal(state_proof_make(&proof, &w->memory.view, &other, account), ERR_LANE);
	}
	assert_true(empty > 10);
}

/* The last row of all stands for more bits than a key has. */
static void
an_account_is_proved_among_keys_that_share_all_but_four_bits(void **state)
{
	struct world *w = *state;
	struct state_change change[16];
	struct state_proof proof;
	uint8_t account[32];
	struct hash key;
	struct buf *row;
	struct key at;

	account_of(account, 0);
	key = state_key(account);
	for (uint8_t i = 0; i < 16; i++) {
		change[i] = (struct state_change){ .key = key, .value = { account, 4 } };
		change[i].key.b[31] = (uint8_t)((key.b[31] & 0xf0) | i);
	}
	assert_int_equal(state_tree_apply(&w->memory.view, whole.chain, change, 16), ERR_OK);
	assert_int_equal(state_root(&w->memory.view, &w->root, &whole), ERR_OK);
	proof = prove(w, &whole, 0);
	assert_int_equal(proof.nodes, 4);
	assert_int_equal(check(&proof, &w->root, &whole, 0, 4), ERR_OK);
	/* A row of slots that no key has. */
	at = state_key_row(whole.chain, &key, 252);
	row = sorted_get(&w->memory.now, key_bytes(&at));
	assert_non_null(row);
	assert_int_equal(row->data[0], 0x01);
	row->data[0] = 0x10;
	assert_int_equal(state_proof_make(&proof, &w->memory.view, &whole, account), ERR_CORRUPT);
}

static void
any_byte_that_changes_spoils_it(void **state)
{
	struct world *w = *state;

	put_accounts(w, 0, ACCOUNTS);
	for (uint32_t i = ACCOUNTS - 3; i < ACCOUNTS + 3; i++) {
		struct state_proof proof = prove(w, &whole, i);
		struct buf raw = { 0 };
		size_t value = i < ACCOUNTS ? 4 : 0;
		state_proof_put(&raw, &proof);
		assert_false(raw.failed);
		for (size_t at = 0; at < raw.len; at++) {
			for (int by = 1; by < 256; by += 13) {
				raw.data[at] ^= (uint8_t)by;
				if (state_proof_unpack(&proof, bytes_of(&raw)) == ERR_OK)
					assert_int_equal(check(&proof, &w->root, &whole, i, value), ERR_MERKLE);
				raw.data[at] ^= (uint8_t)by;
			}
			assert_int_not_equal(state_proof_unpack(&proof, (struct bytes){ raw.data, at }), ERR_OK);
		}
		assert_int_equal(state_proof_unpack(&proof, bytes_of(&raw)), ERR_OK);
		assert_int_equal(check(&proof, &w->root, &whole, i, value), ERR_OK);
		buf_free(&raw);
	}
}

/* A leaf that is in the tree, but not where the account's bits lead, proves nothing. */
static void
another_s_proof_does_not_show_absence(void **state)
{
	struct world *w = *state;

	put_accounts(w, 0, ACCOUNTS);
	for (uint32_t i = 1; i < ACCOUNTS; i++) {
		struct state_proof proof = prove(w, &whole, i);
		uint8_t account[32], other[32];
		account_of(account, i);
		account_of(other, i - 1);
		proof.kind = STATE_PROOF_OTHER;
		proof.key = state_key(account);
		proof.value_hash = state_value_hash((struct bytes){ account, 4 });
		assert_int_equal(state_proof_check(&proof, &w->root, &whole, other, (struct bytes){ 0 }), ERR_MERKLE);
		assert_int_equal(state_proof_check(&proof, &w->root, &whole, account, (struct bytes){ 0 }), ERR_MERKLE);
	}
}

static void
only_one_form_is_read(void **state)
{
	struct world *w = *state;
	struct state_proof proof;
	struct buf raw = { 0 };
	static uint8_t huge[3 + 33 * 300] = { 1, 300 & 255, 300 >> 8 };

	put_accounts(w, 0, 50);
	proof = prove(w, &whole, 7);
	assert_true(proof.nodes >= 2);
	proof.node[1].depth = proof.node[0].depth;
	state_proof_put(&raw, &proof);
	assert_int_equal(state_proof_unpack(&proof, bytes_of(&raw)), ERR_ORDER);
	for (int i = 0; i < 300; i++)
		huge[3 + 33 * i] = (uint8_t)i;
	assert_int_equal(state_proof_unpack(&proof, (struct bytes){ huge, sizeof huge }), ERR_TOO_LONG);
	raw.data[0] = 3;
	assert_int_equal(state_proof_unpack(&proof, bytes_of(&raw)), ERR_TYPE);
	assert_int_equal(state_proof_unpack(&proof, (struct bytes){ (const uint8_t *)"\0\0\0\0", 4 }), ERR_TRAILING);
	assert_int_equal(state_proof_unpack(&proof, (struct bytes){ (const uint8_t *)"\0\0\0", 3 }), ERR_OK);
	buf_free(&raw);
}

/* --- vectors: the accounts 01 00.. to 05 00.. hold one byte each, 01 to 05; proofs of the first and of 09 00.. --- */

static const struct vector {
	const char *path;
	uint32_t account;
} vectors[] = { { "tests/vectors/state_proof.hex", 1 }, { "tests/vectors/state_proof_absent.hex", 9 } };

static struct buf
text_of(struct world *w, const struct vector *v)
{
	struct state_proof proof = prove(w, &whole, v->account);
	struct buf raw = { 0 }, text;

	state_proof_put(&raw, &proof);
	text = vector_text(&w->root, &raw);
	buf_free(&raw);
	return text;
}

static void
put_five(struct world *w)
{
	struct state_set set;

	state_set_init(&set, &w->memory.view, &whole, 1);
	for (uint8_t i = 1; i <= 5; i++) {
		uint8_t account[32] = { i };
		assert_int_equal(state_set_put(&set, account, (struct bytes){ &i, 1 }), ERR_OK);
	}
	assert_int_equal(state_set_apply(&w->root, &set), ERR_OK);
	state_set_free(&set);
}

static void
vectors_stand(void **state)
{
	struct world *w = *state;

	put_five(w);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct buf want = text_of(w, &vectors[i]);
		vector_stands(vectors[i].path, &want);
		buf_free(&want);
	}
}

static int
write_vectors(void)
{
	struct world *w;
	int failed = 0;

	begin((void **)&w);
	put_five(w);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct buf text = text_of(w, &vectors[i]);
		failed |= vector_write(vectors[i].path, &text);
		buf_free(&text);
	}
	end((void **)&w);
	return failed;
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		story(there_and_not_there),
		story(a_lane_has_proofs_of_its_own),
		story(an_account_is_proved_among_keys_that_share_all_but_four_bits),
		story(any_byte_that_changes_spoils_it),
		story(another_s_proof_does_not_show_absence),
		story(only_one_form_is_read),
		story(vectors_stand),
	};

	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return write_vectors();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
