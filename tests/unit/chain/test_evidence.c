/* Two words of one key for one slot: what is evidence, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/evidence.h"

struct pair {
	struct sign_key *key, *other;
	struct endorsement a, b;
};

static struct sign_key *
key_of(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return sign_key_new(seed);
}

static int
begin(void **state)
{
	static struct pair p;

	assert_true(hash_start());
	p = (struct pair){ .key = key_of(1), .other = key_of(2) };
	p.a = (struct endorsement){ .slot = 7, .hash.b = { 1 } };
	p.b = (struct endorsement){ .slot = 7, .hash.b = { 2 } };
	endorse_sign(&p.a, p.key);
	endorse_sign(&p.b, p.key);
	*state = &p;
	return 0;
}

static int
end(void **state)
{
	struct pair *p = *state;

	sign_key_free(p->key);
	sign_key_free(p->other);
	return 0;
}

/* Packs, reads back, packs again: the same bytes. */
static void
round_trip(const struct evidence *e)
{
	struct buf first = { 0 }, second = { 0 };
	struct evidence back;

	evidence_put(&first, e);
	assert_int_equal(evidence_unpack(&back, bytes_of(&first)), ERR_OK);
	assert_int_equal(evidence_check(&back), ERR_OK);
	evidence_put(&second, &back);
	assert_true(bytes_equal(bytes_of(&first), bytes_of(&second)));
	for (size_t len = 0; len < first.len; len++)
		assert_int_equal(evidence_unpack(&back, (struct bytes){ first.data, len }), ERR_TRUNCATED);
	buf_free(&first);
	buf_free(&second);
}

static void
two_endorsements_are_evidence_in_one_order(void **state)
{
	struct pair *p = *state;
	struct evidence x, y;
	struct hash a, b;

	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_OK);
	assert_int_equal(evidence_of_endorsements(&y, &p->b, &p->a), ERR_OK);
	a = evidence_root(&x, 1);
	b = evidence_root(&y, 1);
	assert_memory_equal(&a, &b, sizeof a);
	round_trip(&x);
}

static void
what_is_said_twice_or_elsewhere_is_none(void **state)
{
	struct pair *p = *state;
	struct evidence x;

	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->a), ERR_HASH);
	p->b.slot++;
	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_SLOT);
	p->b.slot--;
	endorse_sign(&p->b, p->other);
	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_VOTER);
	p->b.network.b[0] ^= 1;
	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_NETWORK);
}

static void
forged_evidence_is_refused(void **state)
{
	struct pair *p = *state;
	struct evidence x, y;

	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_OK);
	y = x;
	y.second.signature.b[3] ^= 1;
	assert_int_equal(evidence_check(&y), ERR_SIGNATURE);
	y = x;
	y.slot++;
	assert_int_not_equal(evidence_check(&y), ERR_OK);
	y = x;
	y.first = x.second;
	y.second = x.first;
	assert_int_equal(evidence_check(&y), ERR_ORDER);
	y.second = y.first;
	assert_int_equal(evidence_check(&y), ERR_ORDER);
	y = x;
	y.voter = *sign_key_public(p->other);
	assert_int_equal(evidence_check(&y), ERR_SIGNATURE);
}

static void
two_lists_are_evidence(void **state)
{
	struct pair *p = *state;
	struct hash id = { { 9 } };
	struct list_entry entry = { .lane.chain = 1, .count = 1, .id = &id };
	struct list a = { .slot = 3 }, b = { .slot = 3, .count = 1, .entry = &entry };
	struct evidence x;

	assert_int_equal(list_sign(&a, p->key), ERR_OK);
	assert_int_equal(list_sign(&b, p->key), ERR_OK);
	assert_int_equal(evidence_of_lists(&x, &a, &b), ERR_OK);
	round_trip(&x);
	assert_int_equal(evidence_of_lists(&x, &b, &b), ERR_HASH);
}

static void
two_candidates_are_evidence(void **state)
{
	struct pair *p = *state;
	struct hyper_header a = { .hid = 1, .slot = 4, .assembler = *sign_key_public(p->key) }, b = a;
	struct hash hash = hyper_hash(&a);
	struct signature first = sign_make(p->key, &hash), second;
	struct evidence x;

	b.source.b[0] = 1;
	hash = hyper_hash(&b);
	second = sign_make(p->key, &hash);
	assert_int_equal(evidence_of_candidates(&x, &a, &first, &b, &second), ERR_OK);
	round_trip(&x);
	x.first.header.slot++;
	assert_int_not_equal(evidence_check(&x), ERR_OK);
	assert_int_equal(evidence_of_candidates(&x, &a, &first, &a, &first), ERR_HASH);
	b.assembler = *sign_key_public(p->other);
	assert_int_equal(evidence_of_candidates(&x, &a, &first, &b, &second), ERR_VOTER);
}

static void
other_kinds_are_refused(void **state)
{
	struct pair *p = *state;
	struct evidence x;
	struct buf raw = { 0 };

	assert_int_equal(evidence_of_endorsements(&x, &p->a, &p->b), ERR_OK);
	evidence_put(&raw, &x);
	raw.data[OBJECT_HEAD] = 0;
	assert_int_equal(evidence_unpack(&x, bytes_of(&raw)), ERR_RANGE);
	raw.data[OBJECT_HEAD] = 4;
	assert_int_equal(evidence_unpack(&x, bytes_of(&raw)), ERR_RANGE);
	buf_free(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_endorsements_are_evidence_in_one_order, begin, end),
		cmocka_unit_test_setup_teardown(what_is_said_twice_or_elsewhere_is_none, begin, end),
		cmocka_unit_test_setup_teardown(forged_evidence_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(two_lists_are_evidence, begin, end),
		cmocka_unit_test_setup_teardown(two_candidates_are_evidence, begin, end),
		cmocka_unit_test_setup_teardown(other_kinds_are_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
