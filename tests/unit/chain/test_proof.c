/* Proofs: a payload in a hyper block, believed without a node. */
#include "world.h"

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct proof proof;
	enum err e = proof_unpack(&proof, &arena, in);

	if (e == ERR_OK) {
		proof_put(again, &proof);
		e = proof_check(hash, &proof);
	}
	arena_free(&arena);
	return e;
}

static struct bytes
encoded(struct world *w)
{
	struct buf b = { 0 };

	proof_put(&b, &w->proof);
	return world_keep(w, &b);
}

static enum err
check(struct world *w)
{
	struct hash hash;

	return proof_check(&hash, &w->proof);
}

static void
it_shows_where_the_payload_is(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w);
	struct proof proof;
	struct hash hash, expected = hyper_hash(&w->hyper.header);
	struct place place;
	char text[PLACE_TEXT];

	assert_int_equal(proof_unpack(&proof, &w->arena, raw), ERR_OK);
	assert_int_equal(proof_check(&hash, &proof), ERR_OK);
	assert_true(hash_equal(&hash, &expected));
	assert_true(bytes_equal(proof.payload.body, (struct bytes){ (const uint8_t *)"world", 5 }));
	place = proof_place(&proof);
	place_print(text, &place);
	assert_string_equal(text, w->proof.in_cert.index == 0 ? "2.1.42.1" : "2.1.43.1");
}

static void
every_flipped_bit_breaks_it(void **state)
{
	struct bytes raw = encoded(*state);
	uint8_t *copy = malloc(raw.len);
	struct hash hash;

	memcpy(copy, raw.data, raw.len);
	world_check_ends(probe, raw);
	for (size_t bit = 0; bit < raw.len * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(world_try(probe, &hash, (struct bytes){ copy, raw.len }), ERR_OK);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(copy);
}

/* Each part good by itself, but of different objects. */
static void
parts_of_different_objects_do_not_fit(void **state)
{
	struct world *w = *state;
	struct proof kept = w->proof, *p = &w->proof;
	struct seal_payload other = world_payload(w, 1, 9, w->bob, "never sealed");

	p->payload = other.payload;
	p->id = other.id;
	assert_int_equal(check(w), ERR_MERKLE);
	other = world_payload(w, 2, 9, w->bob, "never sealed");
	p->payload = other.payload;
	p->id = other.id;
	assert_int_equal(check(w), ERR_CHAIN_UNKNOWN);
	*p = kept;
	p->anchor.cert = w->cert[1].core;
	assert_int_equal(check(w), ERR_LANE);
	*p = kept;
	p->block.head = w->cert[0].head[p->in_cert.index ^ 1];
	assert_int_equal(check(w), ERR_MERKLE);
	*p = kept;
	p->block.lid++;
	assert_int_equal(check(w), ERR_MERKLE);
	*p = kept;
	p->anchor.cert.slot++;
	assert_int_equal(check(w), ERR_SLOT);
	*p = kept;
	p->anchor.header.network.b[0] ^= 1;
	assert_int_equal(check(w), ERR_NETWORK);
	*p = kept;
	p->anchor.header.hid++;
	assert_int_equal(check(w), ERR_SIGNATURE);
	*p = kept;
	p->anchor.header.prev.b[0] ^= 1;
	assert_int_equal(check(w), ERR_PARENT);
	*p = kept;
	assert_int_equal(check(w), ERR_OK);
}

static void
a_path_of_another_shape_is_refused(void **state)
{
	struct world *w = *state;
	struct merkle_path kept = w->proof.in_seal, *path = &w->proof.in_seal;

	path->len--;
	assert_int_equal(check(w), ERR_MERKLE);
	*path = kept;
	path->index ^= 1;
	assert_int_equal(check(w), ERR_MERKLE);
	*path = kept;
	path->count++;
	assert_int_equal(check(w), ERR_MERKLE);
}

static void
it_is_made_of_what_is_there_only(void **state)
{
	struct world *w = *state;
	uint32_t at = (uint32_t)w->proof.in_cert.index;
	const struct seal_payload *p = w->seal[at].payload;
	struct hash leaf[2] = { p[0].leaf, p[1].leaf };
	struct proof_parts good = { .raw = p[0].raw, .hyper = &w->hyper, .block = at, .tip_lid = LANE_ONE_LID,
		.tip = w->tip_one }, parts;
	struct proof out;
	struct hash hash;

	assert_int_equal(merkle_prove(&good.in_seal, leaf, 2, 0), ERR_OK);
	parts = good;
	assert_int_equal(proof_make(&out, &w->arena, &parts), ERR_OK);
	assert_int_equal(proof_check(&hash, &out), ERR_OK);
	parts.in_seal.count = 3;
	assert_int_equal(proof_make(&out, &w->arena, &parts), ERR_RANGE);
	parts = good;
	parts.block = 2;
	assert_int_equal(proof_make(&out, &w->arena, &parts), ERR_RANGE);
	parts = good;
	parts.cert = 2;
	assert_int_equal(proof_make(&out, &w->arena, &parts), ERR_RANGE);
	parts = good;
	parts.tip_lid = 0;
	assert_int_equal(proof_make(&out, &w->arena, &parts), ERR_LINK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(it_shows_where_the_payload_is),
		WORLD_TEST(every_flipped_bit_breaks_it),
		WORLD_TEST(parts_of_different_objects_do_not_fit),
		WORLD_TEST(a_path_of_another_shape_is_refused),
		WORLD_TEST(it_is_made_of_what_is_there_only),
	};

	return cmocka_run_group_tests_name("chain/proof", tests, NULL, NULL);
}
