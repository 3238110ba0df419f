/*
 * What an account holds, believed without a node. `test_account_proof write` makes the vector and the fuzz target's
 * corpus anew. Runs at the root of the tree.
 */
#include "memory.h"
#include "vector.h"

#include <sys/stat.h>

#include "ledger/account.h"
#include "ledger/account_proof.h"
#include "ledger/registry.h"
#include "ledger/root.h"

/* Chain 0 as the genesis leaves it, alice's coins in it; chain 7 with some accounts; a hyper block that commits both. */
struct world {
	struct memory memory;
	struct arena arena;
	struct sign_key *founder, *alice;
	struct genesis genesis;
	struct cert cert[2];
	struct hyper hyper;
	struct hash hash;
};

static const uint8_t nobody[32] = { 9 };

static struct sign_key *
key_of(uint8_t fill)
{
	uint8_t seed[32];

	memset(seed, fill, sizeof seed);
	return sign_key_new(seed);
}

static void
make_genesis(struct world *w)
{
	struct genesis *g = &w->genesis;

	genesis_defaults(g);
	strcpy(g->name, "golden");
	g->founders = 1;
	g->founder = arena_alloc(&w->arena, 1, sizeof *g->founder);
	g->founder[0] = *sign_key_public(w->founder);
	g->allocs = 3;
	g->alloc = arena_alloc(&w->arena, 3, sizeof *g->alloc);
	memcpy(g->alloc[0].account, sign_key_public(w->alice)->b, 32);
	g->alloc[0].amount.units = 5000000000;
	for (uint32_t i = 1; i < 3; i++) {
		g->alloc[i].account[0] = (uint8_t)i;
		g->alloc[i].amount.units = i;
	}
}

static struct hash
fill_chain(struct world *w, uint32_t chain, uint32_t n)
{
	struct state_set set;
	struct hash root;

	state_set_init(&set, &w->memory.view, &(struct lane){ .chain = chain }, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct account a = { .seq = i, .balance = { 100 + i } };
		uint8_t id[32] = { (uint8_t)i, 7 };
		assert_int_equal(account_store(&set, id, &a), ERR_OK);
	}
	assert_int_equal(state_set_apply(&root, &set), ERR_OK);
	state_set_free(&set);
	return root;
}

static void
make_hyper(struct world *w, const struct hash *para, const struct hash *other)
{
	struct hyper_header *h = &w->hyper.header;
	struct hash id;

	assert_int_equal(genesis_hash(&id, &w->genesis), ERR_OK);
	*h = (struct hyper_header){ .network = genesis_network(&id), .hid = 2, .slot = 6, .lanes = 2,
		.prev = hash_of(HASH_HYPER, "parent", 6), .rules = genesis_rules(&id),
		.assembler = *sign_key_public(w->founder) };
	for (uint32_t i = 0; i < 2; i++)
		w->cert[i].core = (struct cert_core){ .network = h->network, .lane = { .chain = i * 7 }, .slot = 6,
			.roots = { .executed = 1, .state = i ? *other : *para } };
	w->hyper.cert = w->cert;
	assert_int_equal(hyper_certs_root(&h->certs_root, w->cert, 2), ERR_OK);
	w->hash = hyper_hash(h);
	w->hyper.auth = sign_make(w->founder, &w->hash);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct hash registry, accounts, other;

	assert_true(hash_start());
	memory_init(&w->memory);
	w->founder = key_of(1);
	w->alice = key_of(2);
	make_genesis(w);
	assert_int_equal(ledger_begin(&w->memory.view, &w->genesis), ERR_OK);
	assert_int_equal(registry_root(&w->memory.view, &registry), ERR_OK);
	assert_int_equal(state_root(&w->memory.view, &accounts, &(struct lane){ 0 }), ERR_OK);
	accounts = root_of_para(&registry, &accounts);
	other = fill_chain(w, 7, 50);
	make_hyper(w, &accounts, &other);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	memory_free(&w->memory);
	sign_key_free(w->founder);
	sign_key_free(w->alice);
	arena_free(&w->arena);
	free(w);
	return 0;
}

static struct account_proof
prove(struct world *w, uint32_t cert, const uint8_t account[static 32])
{
	struct anchor anchor;
	struct account_proof p;

	assert_int_equal(anchor_make(&anchor, &w->arena, &w->hyper, cert), ERR_OK);
	assert_int_equal(account_proof_make(&p, &w->arena, &w->memory.view, &anchor, account), ERR_OK);
	return p;
}

static enum err
check(const struct account_proof *p)
{
	struct hash hash;

	return account_proof_check(&hash, p);
}

/* Decoded, encoded once more to the same bytes, checked. */
static enum err
probe(struct hash *hash, struct bytes in)
{
	struct arena arena = { 0 };
	struct account_proof p;
	struct buf again = { 0 };
	enum err e = account_proof_unpack(&p, &arena, in);

	if (e == ERR_OK) {
		account_proof_put(&again, &p);
		assert_true(bytes_equal(in, bytes_of(&again)));
		e = account_proof_check(hash, &p);
	}
	buf_free(&again);
	arena_free(&arena);
	return e;
}

/* --- tests --- */

static void
it_shows_what_an_account_holds(void **state)
{
	struct world *w = *state;
	const uint8_t five[32] = { 5, 7 }, *of[2] = { sign_key_public(w->alice)->b, five };

	for (uint32_t cert = 0; cert < 2; cert++) {
		struct account_proof p = prove(w, cert, of[cert]);
		struct buf raw = { 0 };
		struct account a;
		struct hash hash;
		account_proof_put(&raw, &p);
		assert_int_equal(probe(&hash, bytes_of(&raw)), ERR_OK);
		assert_true(hash_equal(&hash, &w->hash));
		assert_int_equal(account_unpack(&a, p.value), ERR_OK);
		assert_int_equal(a.balance.units, cert ? 105 : 5000000000);
		buf_free(&raw);
	}
}

static void
it_shows_that_there_is_none(void **state)
{
	struct world *w = *state;

	for (uint32_t cert = 0; cert < 2; cert++) {
		struct account_proof p = prove(w, cert, nobody);
		assert_int_equal(p.value.len, 0);
		assert_int_equal(check(&p), ERR_OK);
		memcpy(p.account, cert ? (const uint8_t[32]){ 5, 7 } : sign_key_public(w->alice)->b, 32);
		assert_int_equal(check(&p), ERR_MERKLE);
	}
}

/* What shows that an account is not there shows it of each whose bits lead to the same leaf: a proof of something else. */
static bool
shows_another(const struct account_proof *p, size_t at)
{
	return p->value.len == 0 && at >= OBJECT_HEAD && at < OBJECT_HEAD + sizeof p->account;
}

static void
every_changed_byte_spoils_it(void **state)
{
	struct world *w = *state;
	struct account_proof p[2] = { prove(w, 0, sign_key_public(w->alice)->b), prove(w, 1, nobody) };

	for (int i = 0; i < 2; i++) {
		struct buf raw = { 0 };
		struct hash hash;
		account_proof_put(&raw, &p[i]);
		assert_int_equal(probe(&hash, bytes_of(&raw)), ERR_OK);
		for (size_t at = 0; at < raw.len; at++) {
			struct bytes part = { raw.data, at };
			assert_int_not_equal(probe(&hash, part), ERR_OK);
			raw.data[at] ^= (uint8_t)(1 << at % 8);
			assert_true(probe(&hash, bytes_of(&raw)) != ERR_OK || shows_another(&p[i], at));
			raw.data[at] ^= (uint8_t)(1 << at % 8);
		}
		buf_add(&raw, "", 1);
		assert_int_equal(probe(&hash, bytes_of(&raw)), ERR_TRAILING);
		buf_free(&raw);
	}
}

static void
parts_of_different_objects_do_not_fit(void **state)
{
	struct world *w = *state;
	struct account_proof good = prove(w, 1, nobody), para = prove(w, 0, nobody), p = good;

	p.anchor = para.anchor;
	assert_int_equal(check(&p), ERR_MERKLE);
	p = good;
	p.registry = para.registry;
	assert_int_equal(check(&p), ERR_NOT_CANONICAL);
	p = para;
	p.registry = (struct hash){ 0 };
	assert_int_equal(check(&p), ERR_MERKLE);
	p = good;
	p.anchor.cert.slot++;
	assert_int_equal(check(&p), ERR_SLOT);
	p = good;
	p.anchor.cert.roots.executed++;
	assert_int_equal(check(&p), ERR_MERKLE);
	p = good;
	p.anchor.header.hid++;
	assert_int_equal(check(&p), ERR_SIGNATURE);
	p = good;
	p.anchor.header.network.b[0] ^= 1;
	assert_int_equal(check(&p), ERR_NETWORK);
}

static void
another_state_is_noticed_when_it_is_made(void **state)
{
	struct world *w = *state;
	struct anchor anchor;
	struct account_proof p;

	fill_chain(w, 7, 51);
	assert_int_equal(anchor_make(&anchor, &w->arena, &w->hyper, 1), ERR_OK);
	assert_int_equal(account_proof_make(&p, &w->arena, &w->memory.view, &anchor, nobody), ERR_MERKLE);
	assert_int_equal(anchor_make(&anchor, &w->arena, &w->hyper, 2), ERR_RANGE);
}

/* --- the vector: alice's account on chain 0 --- */

static struct buf
alice_text(struct buf *raw, struct world *w)
{
	struct account_proof p = prove(w, 0, sign_key_public(w->alice)->b);

	account_proof_put(raw, &p);
	return vector_text(&w->hash, raw);
}

static const char vector_path[] = "tests/vectors/account_proof.hex";

static void
the_vector_stands(void **state)
{
	struct buf raw = { 0 }, want = alice_text(&raw, *state);

	vector_stands(vector_path, &want);
	buf_free(&want);
	buf_free(&raw);
}

static int
write_all(void)
{
	void *state;
	struct buf raw = { 0 }, text;

	begin(&state);
	text = alice_text(&raw, state);
	mkdir("tests/fuzz/corpus/account_proof", 0777);
	int failed = vector_write(vector_path, &text) || vector_write("tests/fuzz/corpus/account_proof/golden", &raw);
	buf_free(&text);
	buf_free(&raw);
	end(&state);
	return failed;
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		story(it_shows_what_an_account_holds),
		story(it_shows_that_there_is_none),
		story(every_changed_byte_spoils_it),
		story(parts_of_different_objects_do_not_fit),
		story(another_state_is_noticed_when_it_is_made),
		story(the_vector_stands),
	};

	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return write_all();
	return cmocka_run_group_tests_name("ledger/account_proof", tests, NULL, NULL);
}
