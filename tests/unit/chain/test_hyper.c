/* Hyper blocks: two lanes sealed under one header. */
#include "world.h"

#include "chain/limits.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct hyper h;
	enum err e = hyper_unpack(&h, &arena, in);

	if (e == ERR_OK) {
		hyper_put(again, &h);
		*hash = hyper_hash(&h.header);
		e = hyper_check(&h);
	}
	arena_free(&arena);
	return e;
}

static struct bytes
encoded(struct world *w)
{
	struct buf b = { 0 };

	hyper_put(&b, &w->hyper);
	return world_keep(w, &b);
}

/* The block as it is now, with sums, roots and Auth made anew. */
static enum err
signed_anew(struct world *w)
{
	world_hyper(w, &w->hyper);
	return hyper_check(&w->hyper);
}

/* The header as it is now, with Auth alone made anew. */
static enum err
header_signed_anew(struct world *w)
{
	struct hash self = hyper_hash(&w->hyper.header);

	w->hyper.auth = sign_make(w->founder, &self);
	return hyper_check(&w->hyper);
}

static void
it_reads_back(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w);
	struct hyper h;
	struct hyper_header header;
	struct signature auth;
	struct hash a = hyper_hash(&w->hyper.header), b;

	assert_int_equal(hyper_unpack(&h, &w->arena, raw), ERR_OK);
	b = hyper_hash(&h.header);
	assert_true(hash_equal(&a, &b));
	assert_int_equal(h.header.hid, 2);
	assert_int_equal(h.header.seals, 3);
	assert_int_equal(h.header.difficulty.lo, 3 * WORK_DIFFICULTY_LEAST);
	assert_int_equal(h.cert[1].core.lane.depth, 2);
	assert_int_equal(h.endorsements, 1);
	assert_int_equal(hyper_head_unpack(&header, &auth, (struct bytes){ raw.data, HYPER_HEAD }), ERR_OK);
	b = hyper_hash(&header);
	assert_true(hash_equal(&a, &b));
	assert_memory_equal(&auth, &h.auth, sizeof auth);
	assert_int_equal(hyper_head_unpack(&header, &auth, (struct bytes){ raw.data, HYPER_HEAD - 1 }), ERR_TRUNCATED);
}

static void
damage_is_refused(void **state)
{
	struct bytes raw = encoded(*state);

	world_check_ends(probe, raw);
	/* Odd, so that each bit of a byte has its turn. */
	world_check_flips(probe, raw, 5);
}

static void
the_same_seals_make_the_same_bytes(void **state)
{
	struct world *w = *state, *other;
	void *second;

	world_new(&second);
	other = second;
	assert_true(bytes_equal(encoded(w), encoded(other)));
	world_free(&second);
}

static void
sums_must_be_those_of_the_body(void **state)
{
	struct world *w = *state;
	struct hyper_header kept = w->hyper.header, *header = &w->hyper.header;

	header->seals++;
	assert_int_equal(header_signed_anew(w), ERR_COUNT);
	*header = kept;
	header->difficulty.lo++;
	assert_int_equal(header_signed_anew(w), ERR_COUNT);
	*header = kept;
	header->certs_root.b[0] ^= 1;
	assert_int_equal(header_signed_anew(w), ERR_MERKLE);
	*header = kept;
	header->endorsements_root.b[0] ^= 1;
	assert_int_equal(header_signed_anew(w), ERR_MERKLE);
	*header = kept;
	header->evidence_root.b[0] ^= 1;
	assert_int_equal(header_signed_anew(w), ERR_MERKLE);
	*header = kept;
	header->message_root.b[0] ^= 1;
	assert_int_equal(header_signed_anew(w), ERR_MERKLE);
	*header = kept;
	assert_int_equal(header_signed_anew(w), ERR_OK);
	header->time_ms++;
	assert_int_equal(hyper_check(&w->hyper), ERR_SIGNATURE);
}

static void
a_block_without_seals_is_refused(void **state)
{
	struct world *w = *state;

	w->hyper.header.lanes = 0;
	assert_int_equal(signed_anew(w), ERR_COUNT);
}

static void
a_body_of_another_slot_parent_or_network_is_refused(void **state)
{
	struct world *w = *state;
	struct hyper_header kept = w->hyper.header, *header = &w->hyper.header;

	header->slot++;
	assert_int_equal(signed_anew(w), ERR_SLOT);
	*header = kept;
	header->prev.b[0] ^= 1;
	assert_int_equal(signed_anew(w), ERR_PARENT);
	*header = kept;
	header->network.b[0] ^= 1;
	assert_int_equal(signed_anew(w), ERR_NETWORK);
}

static void
endorsements_speak_of_the_source(void **state)
{
	struct world *w = *state;
	struct endorsement *e = &w->endorsement, kept = *e;

	e->hash.b[0] ^= 1;
	endorse_sign(e, w->founder);
	assert_int_equal(signed_anew(w), ERR_HASH);
	*e = kept;
	e->slot = SLOT;
	endorse_sign(e, w->founder);
	assert_int_equal(signed_anew(w), ERR_SLOT);
	*e = kept;
	e->network.b[0] ^= 1;
	endorse_sign(e, w->founder);
	assert_int_equal(signed_anew(w), ERR_NETWORK);
	*e = kept;
	e->signature.b[0] ^= 1;
	assert_int_equal(signed_anew(w), ERR_SIGNATURE);
	*e = kept;
	assert_int_equal(signed_anew(w), ERR_OK);
}

static void
a_bad_seal_or_list_inside_is_found(void **state)
{
	struct world *w = *state;

	w->cert[1].list[0].signature.b[0] ^= 1;
	assert_int_equal(signed_anew(w), ERR_SIGNATURE);
	w->cert[1].list[0].signature.b[0] ^= 1;
	w->cert[1].head[0].nonce++;
	assert_int_equal(signed_anew(w), ERR_WORK);
}

static void
order_is_strict(void **state)
{
	struct world *w = *state;
	struct cert kept = w->cert[0];
	struct endorsement twice[2] = { w->endorsement, w->endorsement };
	struct hyper out;

	w->cert[0] = w->cert[1];
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_ORDER);
	w->cert[1] = kept;
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_ORDER);
	w->cert[1] = w->cert[0];
	w->cert[0] = kept;
	w->hyper.endorsements = 2;
	w->hyper.endorsement = twice;
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_ORDER);
}

static void
impossible_numbers_are_refused(void **state)
{
	struct world *w = *state;
	struct hyper_header kept = w->hyper.header, *header = &w->hyper.header;
	struct hyper out;
	/* Zeroed pages that nobody touches. */
	uint8_t *huge = calloc(LIMIT_HYPER_BYTES + 1, 1);

	header->hid = 0;
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_RANGE);
	header->hid = SLOT + 1;
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_RANGE);
	*header = kept;
	header->seals = LIMIT_SEALS + 1;
	assert_int_equal(hyper_unpack(&out, &w->arena, encoded(w)), ERR_TOO_LONG);
	*header = kept;
	struct bytes raw = encoded(w);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	memcpy(data, raw.data, raw.len);
	data[raw.len - 4] = 1;
	assert_int_equal(hyper_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_TRUNCATED);
	data[raw.len - 4] = LIMIT_EVIDENCE + 1;
	assert_int_equal(hyper_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_TOO_LONG);
	assert_int_equal(hyper_unpack(&out, &w->arena, (struct bytes){ huge, LIMIT_HYPER_BYTES + 1 }), ERR_TOO_LONG);
	free(huge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(it_reads_back),
		WORLD_TEST(damage_is_refused),
		WORLD_TEST(the_same_seals_make_the_same_bytes),
		WORLD_TEST(sums_must_be_those_of_the_body),
		WORLD_TEST(a_block_without_seals_is_refused),
		WORLD_TEST(a_body_of_another_slot_parent_or_network_is_refused),
		WORLD_TEST(endorsements_speak_of_the_source),
		WORLD_TEST(a_bad_seal_or_list_inside_is_found),
		WORLD_TEST(order_is_strict),
		WORLD_TEST(impossible_numbers_are_refused),
	};

	return cmocka_run_group_tests_name("chain/hyper", tests, NULL, NULL);
}
