/* Seals, templates and local blocks. */
#include "world.h"

#include "unit/consensus/resign.h"

#include "chain/limits.h"

static enum err
check_body(const struct seal *seal)
{
	uint32_t bad;

	return seal_body_check(seal, &bad);
}

static enum err
probe(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct seal seal;
	enum err e = seal_unpack(&seal, &arena, in);

	if (e == ERR_OK) {
		seal_put(again, &seal);
		*hash = seal_id(&seal.head);
		e = seal_head_check(&seal.head);
	}
	if (e == ERR_OK)
		e = check_body(&seal);
	arena_free(&arena);
	return e;
}

static enum err
probe_template(struct buf *again, struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct seal seal;
	enum err e = seal_template_unpack(&seal, &arena, in);

	if (e == ERR_OK) {
		struct hash core = seal_core_hash(&seal.head.core);
		seal_template_put(again, &seal);
		*hash = seal_digest(&seal.head.core, &seal.head.auth);
		e = sign_verify(&seal.head.core.signer, &core, &seal.head.auth) ? check_body(&seal) : ERR_SIGNATURE;
	}
	arena_free(&arena);
	return e;
}

static enum err
probe_block(struct buf *again, struct hash *hash, struct bytes in)
{
	struct block block;
	enum err e = block_unpack(&block, in);

	if (e)
		return e;
	block_put(again, &block);
	*hash = block_hash(&block);
	return ERR_OK;
}

/* The seal that holds alice's two payloads. */
static struct seal *
pair(struct world *w)
{
	return &w->seal[w->seal[0].head.core.payloads == 2 ? 0 : 1];
}

static struct bytes
encoded(struct world *w, const struct seal *seal)
{
	struct buf b = { 0 };

	seal_put(&b, seal);
	return world_keep(w, &b);
}

static void
a_seal_reads_back(void **state)
{
	struct world *w = *state;
	struct bytes raw = encoded(w, pair(w));
	struct seal seal;
	struct hash id = seal_id(&pair(w)->head), again;

	assert_int_equal(raw.len, SEAL_HEAD + pair(w)->head.core.bytes);
	assert_int_equal(seal_unpack(&seal, &w->arena, raw), ERR_OK);
	again = seal_id(&seal.head);
	assert_true(hash_equal(&id, &again));
	assert_true(work_meets(&id, seal.head.core.difficulty));
	assert_int_equal(seal.head.core.payloads, 2);
	assert_true(bytes_equal(seal.payload[1].raw, pair(w)->payload[1].raw));
	assert_true(hash_equal(&seal.payload[1].id, &pair(w)->payload[1].id));
}

static void
a_damaged_seal_is_refused(void **state)
{
	struct bytes raw = encoded(*state, pair(*state));

	world_check_ends(probe, raw);
	world_check_flips(probe, raw, 1);
}

static void
a_seal_may_be_empty(void **state)
{
	struct world *w = *state;
	struct seal seal;

	world_seal(w, &seal, (struct lane){ .chain = 1 }, NULL, 0);
	assert_true(hash_is_zero(&seal.head.core.root));
	world_check_ends(probe, encoded(w, &seal));
}

static void
a_template_lacks_only_its_nonce(void **state)
{
	struct world *w = *state;
	struct buf b = { 0 };
	struct bytes raw;
	struct seal seal;

	seal_template_put(&b, pair(w));
	raw = world_keep(w, &b);
	world_check_ends(probe_template, raw);
	world_check_flips(probe_template, raw, 1);
	assert_int_equal(seal_template_unpack(&seal, &w->arena, raw), ERR_OK);
	assert_int_equal(seal.head.nonce, 0);
	world_mine(&seal.head);
	assert_int_equal(seal.head.nonce, pair(w)->head.nonce);
}

static void
other_work_is_refused(void **state)
{
	struct seal_head head = pair(*state)->head;

	assert_int_equal(seal_head_check(&head), ERR_OK);
	head.nonce++;
	assert_int_equal(seal_head_check(&head), ERR_WORK);
	head = pair(*state)->head;
	head.core.difficulty = WORK_DIFFICULTY_LEAST - 1;
	assert_int_equal(seal_head_check(&head), ERR_DIFFICULTY);
}

/* Work is done over whatever Auth there is, so a thief of work needs the signer's key too. */
static void
another_signature_is_refused(void **state)
{
	struct world *w = *state;
	struct seal_head head = pair(w)->head;

	head.auth = seal_sign(&head.core, w->bob);
	world_mine(&head);
	assert_int_equal(seal_head_check(&head), ERR_SIGNATURE);
}

static enum err
body_with(struct world *w, struct lane lane, struct seal_payload *p, uint32_t n, uint32_t *bad)
{
	struct seal seal;

	world_seal(w, &seal, lane, p, n);
	return seal_body_check(&seal, bad);
}

/* Who signs a core twice has two seals only when both are worked for: the work covers the signature. */
static void
one_work_is_one_vote(void **state)
{
	struct world *w = *state;
	struct seal_head head = pair(w)->head, other;
	struct hash core;

	head.core.difficulty = 65536;
	core = seal_core_hash(&head.core);
	head.auth = seal_sign(&head.core, w->miner);
	world_mine(&head);
	assert_int_equal(seal_head_check(&head), ERR_OK);
	other = head;
	other.auth = resign(4, &head.core.signer, &core);
	assert_memory_not_equal(&other.auth, &head.auth, sizeof head.auth);
	assert_true(sign_verify(&head.core.signer, &core, &other.auth));
	assert_int_equal(seal_head_check(&other), ERR_WORK);
	world_mine(&other);
	assert_int_equal(seal_head_check(&other), ERR_OK);
	assert_true(other.nonce != head.nonce);
}

static void
the_payload_at_fault_is_named(void **state)
{
	struct world *w = *state;
	struct seal_payload p[2] = { pair(w)->payload[0], pair(w)->payload[1] };
	struct network kept = w->network;
	uint32_t bad;

	assert_int_equal(body_with(w, (struct lane){ .chain = 1 }, p, 2, &bad), ERR_OK);
	assert_int_equal(bad, UINT32_MAX);
	assert_int_equal(body_with(w, (struct lane){ .chain = 2 }, p, 2, &bad), ERR_CHAIN_UNKNOWN);
	assert_int_equal(bad, 0);
	p[1].payload.signature.b[3] ^= 1;
	assert_int_equal(body_with(w, (struct lane){ .chain = 1 }, p, 2, &bad), ERR_SIGNATURE);
	assert_int_equal(bad, 1);
	w->network.b[0] ^= 1;
	p[1] = world_payload(w, 1, 2, w->alice, "other network");
	w->network = kept;
	assert_int_equal(body_with(w, (struct lane){ .chain = 1 }, p, 2, &bad), ERR_NETWORK);
	assert_int_equal(bad, 1);
}

static void
a_body_of_another_root_is_nobodys_fault(void **state)
{
	struct seal seal = *pair(*state);
	struct seal_payload swapped[2] = { seal.payload[1], seal.payload[0] };
	uint32_t bad;

	seal.payload = swapped;
	assert_int_equal(seal_body_check(&seal, &bad), ERR_MERKLE);
	assert_int_equal(bad, UINT32_MAX);
}

static enum err
unpack_core(struct seal_core core)
{
	struct buf b = { 0 };

	seal_core_put(&b, &core);
	assert_int_equal(b.len, SEAL_CORE);
	struct reader r = wire_reader(bytes_of(&b));
	seal_core_get(&r, &core);
	buf_free(&b);
	return wire_end(&r);
}

static void
counts_that_cannot_be_are_refused(void **state)
{
	struct seal_core core = pair(*state)->head.core;

	core.payloads = LIMIT_SEAL_PAYLOADS + 1;
	assert_int_equal(unpack_core(core), ERR_TOO_LONG);
	core.payloads = 1;
	core.bytes = LIMIT_SEAL_BYTES + 1;
	assert_int_equal(unpack_core(core), ERR_TOO_LONG);
	core.bytes = PAYLOAD_FIXED - 1;
	assert_int_equal(unpack_core(core), ERR_COUNT);
	core.bytes++;
	assert_int_equal(unpack_core(core), ERR_OK);
	core.payloads = 0;
	assert_int_equal(unpack_core(core), ERR_COUNT);
	core.bytes = 0;
	assert_int_equal(unpack_core(core), ERR_OK);
}

static void
counts_must_be_those_of_the_body(void **state)
{
	struct world *w = *state;
	struct seal seal = *pair(w), out;
	struct bytes raw = encoded(w, &seal);
	uint8_t *data = arena_alloc(&w->arena, raw.len, 1);
	enum { COUNT = 67 };

	memcpy(data, raw.data, raw.len);
	data[COUNT] = 1;
	assert_int_equal(seal_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_TRAILING);
	data[COUNT] = 0;
	assert_int_equal(seal_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_COUNT);
	data[COUNT] = 3;
	assert_int_equal(seal_unpack(&out, &w->arena, (struct bytes){ data, raw.len }), ERR_COUNT);
}

static void
a_template_of_two_networks_is_refused(void **state)
{
	struct world *w = *state;
	struct buf b = { 0 };
	struct seal out;

	seal_template_put(&b, pair(w));
	b.data[2] ^= 1;
	assert_int_equal(seal_template_unpack(&out, &w->arena, bytes_of(&b)), ERR_NETWORK);
	buf_free(&b);
}

static void
a_block_reads_back_and_every_bit_counts(void **state)
{
	struct world *w = *state;
	struct block block = { .lid = 42, .prev = w->tip_one, .head = pair(w)->head };
	struct buf b = { 0 };
	struct bytes raw;

	block_put(&b, &block);
	assert_int_equal(b.len, BLOCK_BYTES);
	raw = world_keep(w, &b);
	world_check_ends(probe_block, raw);
	world_check_flips(probe_block, raw, 1);
}

static enum err
link_of(struct world *w, uint64_t lid, struct hash prev)
{
	struct block block = { .lid = lid, .prev = prev, .head = pair(w)->head };
	struct buf b = { 0 };
	enum err e;

	block_put(&b, &block);
	e = block_unpack(&block, bytes_of(&b));
	buf_free(&b);
	return e;
}

static void
only_the_first_block_links_to_nothing(void **state)
{
	struct world *w = *state;
	struct hash zero = { 0 };

	assert_int_equal(link_of(w, 1, zero), ERR_OK);
	assert_int_equal(link_of(w, 2, w->tip_one), ERR_OK);
	assert_int_equal(link_of(w, 1, w->tip_one), ERR_LINK);
	assert_int_equal(link_of(w, 2, zero), ERR_LINK);
	assert_int_equal(link_of(w, 0, zero), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_seal_reads_back),
		WORLD_TEST(a_damaged_seal_is_refused),
		WORLD_TEST(a_seal_may_be_empty),
		WORLD_TEST(a_template_lacks_only_its_nonce),
		WORLD_TEST(other_work_is_refused),
		WORLD_TEST(another_signature_is_refused),
		WORLD_TEST(one_work_is_one_vote),
		WORLD_TEST(the_payload_at_fault_is_named),
		WORLD_TEST(a_body_of_another_root_is_nobodys_fault),
		WORLD_TEST(counts_that_cannot_be_are_refused),
		WORLD_TEST(counts_must_be_those_of_the_body),
		WORLD_TEST(a_template_of_two_networks_is_refused),
		WORLD_TEST(a_block_reads_back_and_every_bit_counts),
		WORLD_TEST(only_the_first_block_links_to_nothing),
	};

	return cmocka_run_group_tests_name("chain/seal", tests, NULL, NULL);
}
