/*
 * One worked object of each kind, from fixed keys, against tests/vectors and the examples in para-protocol(7).
 * `test_golden write` makes the vectors and the fuzz targets' corpus anew. Runs at the root of the tree.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "world.h"

#include "base/hex.h"
#include "chain/account.h"

enum { KINDS = 14, LINE_BYTES = 32, TEXT_MAX = 1 << 18 };

struct vector {
	const char *name;
	struct buf raw;
	struct hash hash;
};

static void
build_payload(struct vector *v, struct world *w)
{
	buf_add(&v->raw, w->proof.raw.data, w->proof.raw.len);
	v->hash = w->proof.id;
}

static void
build_seal(struct vector *v, struct world *w)
{
	const struct seal *seal = &w->seal[w->proof.in_cert.index];

	seal_put(&v->raw, seal);
	v->hash = seal_id(&seal->head);
}

static void
build_template(struct vector *v, struct world *w)
{
	const struct seal *seal = &w->seal[w->proof.in_cert.index];

	seal_template_put(&v->raw, seal);
	v->hash = seal_digest(&seal->head.core, &seal->head.auth);
}

static void
build_block(struct vector *v, struct world *w)
{
	block_put(&v->raw, &w->proof.block);
	v->hash = block_hash(&w->proof.block);
}

static void
build_list(struct vector *v, struct world *w)
{
	struct merkle m;
	struct hash leaf, root;

	merkle_init(&m);
	for (uint32_t i = 0; i < w->list.count; i++) {
		assert_int_equal(list_entry_leaf(&leaf, &w->list.parent, &w->list.entry[i]), ERR_OK);
		merkle_add(&m, &leaf);
	}
	root = merkle_end(&m);
	list_put(&v->raw, &w->list);
	v->hash = list_hash(&w->network, SLOT, &root);
}

static void
build_cert(struct vector *v, struct world *w)
{
	cert_put(&v->raw, &w->cert[0]);
	assert_int_equal(cert_hash(&v->hash, &w->cert[0].core), ERR_OK);
}

static void
build_endorsement(struct vector *v, struct world *w)
{
	endorse_put(&v->raw, &w->endorsement);
	v->hash = hash_of(HASH_ENDORSE, v->raw.data, v->raw.len - 96);
}

static void
build_hyper(struct vector *v, struct world *w)
{
	hyper_put(&v->raw, &w->hyper);
	v->hash = hyper_hash(&w->hyper.header);
}

static void
build_genesis(struct vector *v, struct world *w)
{
	genesis_put(&v->raw, &w->genesis);
	v->hash = w->genesis_hash;
}

static void
build_spec(struct vector *v, struct world *w)
{
	spec_put(&v->raw, &w->spec);
	v->hash = spec_hash(&w->spec);
}

static void
add_spec(struct vector *v, const struct spec *spec)
{
	assert_int_equal(spec_check(spec), ERR_OK);
	spec_put(&v->raw, spec);
	v->hash = spec_hash(spec);
}

static void
build_spec_pow(struct vector *v, struct world *w)
{
	struct spec spec = w->spec;

	strcpy(spec.name, "hard");
	spec.rule = (struct rule){ .kind = RULE_POW, .difficulty = 65536 };
	add_spec(v, &spec);
}

/* Half of the coins are alice's; who registers the chain has the rest. */
static void
build_spec_pos(struct vector *v, struct world *w)
{
	struct coin_alloc a = { .amount = { 500 } };
	struct spec spec = w->spec;
	struct buf list = { 0 };

	memcpy(a.account, sign_key_public(w->alice)->b, sizeof a.account);
	coin_alloc_put(&list, &a);
	strcpy(spec.name, "gold");
	spec.engine = ENGINE_COIN;
	spec.rule = (struct rule){ .kind = RULE_POS, .tickets = 8 };
	spec.coin = (struct coin){ .symbol = "AU", .decimals = 2, .cap = { 1000 }, .allocs = 1, .alloc = bytes_of(&list) };
	add_spec(v, &spec);
	buf_free(&list);
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

static void
build_spec_bft(struct vector *v, struct world *w)
{
	struct spec spec = w->spec;

	strcpy(spec.name, "board");
	spec.rule.kind = RULE_BFT;
	spec.authorities = (struct authorities){ 3,
		{ *sign_key_public(w->founder), *sign_key_public(w->alice), *sign_key_public(w->bob) } };
	qsort(spec.authorities.key, 3, sizeof spec.authorities.key[0], compare_keys);
	add_spec(v, &spec);
}

/* A proof ends in the hash of its hyper block. */
static void
build_proof(struct vector *v, struct world *w)
{
	proof_put(&v->raw, &w->proof);
	assert_int_equal(proof_check(&v->hash, &w->proof), ERR_OK);
}

static const struct {
	const char *name;
	void (*build)(struct vector *, struct world *);
	enum object_type type;
} kinds[KINDS] = {
	{ "payload", build_payload, OBJECT_PAYLOAD },
	{ "seal", build_seal, OBJECT_SEAL },
	{ "template", build_template, OBJECT_TEMPLATE },
	{ "block", build_block, OBJECT_BLOCK },
	{ "list", build_list, OBJECT_LIST },
	{ "cert", build_cert, OBJECT_CERT },
	{ "endorsement", build_endorsement, OBJECT_ENDORSEMENT },
	{ "hyper", build_hyper, OBJECT_HYPER },
	{ "genesis", build_genesis, OBJECT_GENESIS },
	{ "spec", build_spec, OBJECT_SPEC },
	{ "proof", build_proof, OBJECT_PROOF },
	{ "spec_pow", build_spec_pow, OBJECT_SPEC },
	{ "spec_pos", build_spec_pos, OBJECT_SPEC },
	{ "spec_bft", build_spec_bft, OBJECT_SPEC },
};

static struct vector
vector_of(struct world *w, size_t kind)
{
	struct vector v = { .name = kinds[kind].name };

	kinds[kind].build(&v, w);
	assert_false(v.raw.failed);
	assert_int_equal(object_peek(bytes_of(&v.raw)), kinds[kind].type);
	return v;
}

/* A file's text; tests run at the root of the tree. */
static char *
read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(TEXT_MAX, 1);

	if (f == NULL)
		fail_msg("cannot open %s", path);
	assert_true(fread(text, 1, TEXT_MAX, f) < TEXT_MAX);
	fclose(f);
	return text;
}

/* The vector as its file has it: its hash on the first line, then its bytes. */
static void
print_vector(struct buf *out, const struct vector *v)
{
	hex_add(out, v->hash.b, sizeof v->hash.b);
	buf_add(out, "\n\n", 2);
	for (size_t at = 0; at < v->raw.len; at += LINE_BYTES) {
		size_t left = v->raw.len - at;
		hex_add(out, v->raw.data + at, left < LINE_BYTES ? left : LINE_BYTES);
		buf_add(out, "\n", 1);
	}
	buf_add(out, "", 1);
	assert_false(out->failed);
}

static void
objects_are_those_of_the_vectors(void **state)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct vector v = vector_of(*state, i);
		struct buf text = { 0 };
		char path[64];
		snprintf(path, sizeof path, "tests/vectors/%s.hex", v.name);
		char *expected = read_text(path);
		print_vector(&text, &v);
		assert_string_equal((char *)text.data, expected);
		free(expected);
		buf_free(&text);
		buf_free(&v.raw);
	}
}

/*
 * One line of an example in the manual: "offset words hex", or hex alone, which continues the line above. Lines that
 * end in no hex stand for bytes that are left out.
 */
static size_t
check_line(const struct vector *v, char *line, size_t *at)
{
	char *last = strrchr(line, ' ');
	uint8_t bytes[16];
	char *end;
	unsigned long offset = strtoul(line, &end, 10);

	if (last == NULL)
		return 0;
	if (line + strspn(line, " ") != last + 1 && *end == ' ')
		*at = offset;
	size_t len = strlen(++last) / 2;
	if (len == 0 || len > sizeof bytes || hex_decode(bytes, len, last, strlen(last)) != ERR_OK)
		return 0;
	assert_true(*at + len <= v->raw.len);
	assert_memory_equal(v->raw.data + *at, bytes, len);
	*at += len;
	return len;
}

static size_t
check_example(const struct vector *v, const char *page)
{
	char mark[64], *line, *rest, *copy;
	const char *start;
	size_t at = 0, checked = 0;

	snprintf(mark, sizeof mark, ".\\\" tests/vectors/%s.hex\n", v->name);
	start = strstr(page, mark);
	if (start == NULL)
		fail_msg("no example of %s in the manual", v->name);
	copy = strdup(start + strlen(mark));
	rest = copy;
	while ((line = strsep(&rest, "\n")) && strcmp(line, ".Ed") != 0)
		checked += check_line(v, line, &at);
	free(copy);
	return checked;
}

static void
the_manual_shows_the_vectors(void **state)
{
	char *page = read_text("man/para-protocol.7");

	for (size_t i = 0; i < KINDS; i++) {
		struct vector v = vector_of(*state, i);
		char hex[65];
		assert_true(check_example(&v, page) >= 10);
		hex_encode(hex, v.hash.b, sizeof v.hash.b);
		assert_non_null(strstr(page, hex));
		buf_free(&v.raw);
	}
	free(page);
}

static void
write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
write_corpus(const char *target, const char *name, const void *data, size_t len)
{
	char path[128];

	snprintf(path, sizeof path, "tests/fuzz/corpus/%s", target);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s", target, name);
	write_file(path, data, len);
}

static void
write_texts(struct world *w)
{
	char account[ACCOUNT_TEXT];

	account_print(account, sign_key_public(w->alice)->b);
	write_corpus("bech32", "account", account, strlen(account));
	write_corpus("hex", "digits", "00ff10", 6);
	write_corpus("lane", "lane", "3/01", 4);
	write_corpus("lane", "hyper", "17", 2);
	write_corpus("lane", "block", "17.3/01.42", 10);
	write_corpus("lane", "payload", "17.3.42.5", 9);
}

static int
write_all(void)
{
	void *state;

	world_new(&state);
	for (size_t i = 0; i < KINDS; i++) {
		struct vector v = vector_of(state, i);
		struct buf text = { 0 };
		const char *variant = strchr(v.name, '_');
		char path[64];
		snprintf(path, sizeof path, "tests/vectors/%s.hex", v.name);
		print_vector(&text, &v);
		write_file(path, text.data, text.len - 1);
		write_corpus(kinds[kinds[i].type - 1].name, variant ? variant + 1 : "golden", v.raw.data, v.raw.len);
		buf_free(&text);
		buf_free(&v.raw);
	}
	write_texts(state);
	return world_free(&state);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(objects_are_those_of_the_vectors),
		WORLD_TEST(the_manual_shows_the_vectors),
	};

	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return write_all();
	return cmocka_run_group_tests_name("chain/golden", tests, NULL, NULL);
}
