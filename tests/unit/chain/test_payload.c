/* Payloads: signed records that nobody can change, cut or move to another network. */
#include "world.h"

#include "chain/limits.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct payload p;
	enum err e = payload_unpack(&p, hash, NULL, in);

	if (e == ERR_OK)
		payload_put(again, &p);
	return e ? e : payload_check(&p, hash, &p.network);
}

static struct bytes
hello(struct world *w)
{
	return world_payload(w, 1, 1, w->alice, "hello").raw;
}

static void
it_reads_back(void **state)
{
	struct world *w = *state;
	struct payload p;
	struct hash id, leaf, expected;
	struct bytes raw = hello(w);

	assert_int_equal(raw.len, PAYLOAD_FIXED + 5);
	assert_int_equal(payload_unpack(&p, &id, &leaf, raw), ERR_OK);
	assert_int_equal(p.chain, 1);
	assert_int_equal(p.seq, 1);
	assert_int_equal(p.expiry, 0);
	assert_int_equal(p.fee.units, 0);
	assert_memory_equal(&p.signer, sign_key_public(w->alice), 32);
	assert_true(bytes_equal(p.body, (struct bytes){ (const uint8_t *)"hello", 5 }));
	assert_true(p.body.data > raw.data && p.body.data < raw.data + raw.len);
	expected = hash_of(HASH_PAYLOAD, raw.data, raw.len - 64);
	assert_true(hash_equal(&id, &expected));
	expected = payload_leaf(&id, &p.signature);
	assert_true(hash_equal(&leaf, &expected));
	assert_int_equal(payload_check(&p, &id, &w->network), ERR_OK);
}

static void
damage_is_refused(void **state)
{
	struct bytes raw = hello(*state);

	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 1);
}

static void
an_empty_body_is_a_payload(void **state)
{
	struct world *w = *state;

	world_check_ends(probe, world_payload(w, 1, 1, w->alice, "").raw);
}

static void
another_network_is_refused(void **state)
{
	struct world *w = *state;
	struct payload p;
	struct hash id;
	struct network other = w->network;

	other.b[7] ^= 1;
	assert_int_equal(payload_unpack(&p, &id, NULL, hello(w)), ERR_OK);
	assert_int_equal(payload_check(&p, &id, &other), ERR_NETWORK);
}

/* The encoding with the four bytes at an offset replaced. */
static enum err
unpack_with(struct world *w, size_t at, uint32_t v)
{
	struct bytes raw = hello(w);
	uint8_t copy[PAYLOAD_FIXED + 5];
	struct payload p;

	memcpy(copy, raw.data, sizeof copy);
	for (int i = 0; i < 4; i++)
		copy[at + (size_t)i] = (uint8_t)(v >> 8 * i);
	return payload_unpack(&p, NULL, NULL, (struct bytes){ copy, sizeof copy });
}

static void
a_lying_length_is_refused(void **state)
{
	enum { LENGTH = 70 };

	assert_int_equal(unpack_with(*state, LENGTH, 4), ERR_TRAILING);
	assert_int_equal(unpack_with(*state, LENGTH, 6), ERR_TRUNCATED);
	assert_int_equal(unpack_with(*state, LENGTH, LIMIT_BODY), ERR_TRUNCATED);
	assert_int_equal(unpack_with(*state, LENGTH, LIMIT_BODY + 1), ERR_TOO_LONG);
	assert_int_equal(unpack_with(*state, LENGTH, UINT32_MAX), ERR_TOO_LONG);
}

static void
seq_begins_with_one(void **state)
{
	enum { SEQ = 22 };

	assert_int_equal(unpack_with(*state, SEQ, 0), ERR_RANGE);
}

static void
a_body_has_a_bound(void **state)
{
	struct world *w = *state;
	uint8_t *body = calloc(LIMIT_BODY + 1, 1);
	struct payload p = { .network = w->network, .seq = 1, .body = { body, LIMIT_BODY + 1 } };
	struct hash id;
	struct buf b = { 0 };

	assert_int_equal(payload_sign(&p, &id, w->alice), ERR_TOO_LONG);
	p.body.len--;
	assert_int_equal(payload_sign(&p, &id, w->alice), ERR_OK);
	payload_put(&b, &p);
	assert_int_equal(payload_unpack(&p, NULL, NULL, bytes_of(&b)), ERR_OK);
	buf_free(&b);
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_back),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(an_empty_body_is_a_payload),
		cmocka_unit_test(another_network_is_refused),
		cmocka_unit_test(a_lying_length_is_refused),
		cmocka_unit_test(seq_begins_with_one),
		cmocka_unit_test(a_body_has_a_bound),
	};

	return cmocka_run_group_tests_name("chain/payload", tests, world_new, world_free);
}
