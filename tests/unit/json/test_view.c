/* Every object as JSON: strict, and for what is none a reason. */
#include "objects.h"

static const char *const vectors[] = {"payload", "seal", "template", "block", "list", "cert", "endorsement", "hyper",
    "genesis", "spec", "proof"};

enum { VECTORS = sizeof(vectors) / sizeof(*vectors) };

/* A worked object from tests/vectors: its hash on the first line, then its bytes. */
static void
load(struct buf *raw, char hash[static 65], const char *name)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "tests/vectors/%s.hex", name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%64s\n", hash), 1);
	while (fgets(line, sizeof(line), f))
		assert_int_equal(hex_decode_add(raw, line, strcspn(line, "\n")), ERR_OK);
	fclose(f);
	assert_true(raw->len > 0);
}

static const char *
text_of(const struct json *j, const char *key)
{
	const char *text = NULL;

	assert_int_equal(json_text(&text, json_member(j, key)), ERR_OK);
	return text;
}

static struct json *
show(const char *name)
{
	struct buf raw = {0}, out = {0};
	struct json_writer w = json_writer(&out);
	char hash[65];
	struct json *j;

	load(&raw, hash, name);
	assert_int_equal(view_object(&w, bytes_of(&raw)), ERR_OK);
	j = objects_parse(&out);
	/* an endorsement's is that of what it endorses */
	if (json_member(j, "hash") && strcmp(name, "endorsement") != 0)
		assert_string_equal(text_of(j, "hash"), hash);
	buf_free(&raw);
	buf_free(&out);
	return j;
}

static void
every_object_shows_as_strict_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct json *j = show(vectors[i]);

		assert_string_equal(json_key(json_first(j)), "type");
		assert_string_equal(text_of(j, "type"), strcmp(vectors[i], "cert") ? vectors[i] : "certificate");
		assert_true(json_count(j) > 5);
		json_free(j);
	}
}

/* A network's id is the beginning of its genesis hash, wherever it shows. */
static void
objects_of_one_network_agree(void **state)
{
	(void)state;
	struct json *genesis = show("genesis"), *seal = show("seal"), *hyper = show("hyper"), *proof = show("proof");
	const char *network = text_of(genesis, "network");

	assert_int_equal(strlen(network), 16);
	assert_memory_equal(text_of(genesis, "hash"), network, 16);
	assert_string_equal(text_of(seal, "network"), network);
	assert_string_equal(text_of(hyper, "network"), network);
	assert_string_equal(text_of(proof, "hash"), text_of(hyper, "hash"));
	assert_int_equal(json_count(json_member(seal, "payloads")), 2);
	assert_int_equal(json_count(json_member(hyper, "lanes")), 2);
	json_free(genesis);
	json_free(seal);
	json_free(hyper);
	json_free(proof);
}

/* Cut or with one bit turned, an object is refused, or it shows as JSON all the same. */
static void
broken_objects_show_no_broken_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct buf raw = {0}, out = {0};
		struct json_writer w = json_writer(&out);
		char hash[65];

		load(&raw, hash, vectors[i]);
		for (size_t len = 0; len < raw.len; len++)
			assert_int_not_equal(view_object(&w, (struct bytes){raw.data, len}), ERR_OK);
		assert_int_equal(out.len, 0);
		for (size_t bit = 0; bit < 8 * raw.len; bit += 3) {
			raw.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			buf_reset(&out);
			w = json_writer(&out);
			if (view_object(&w, bytes_of(&raw)) == ERR_OK)
				json_free(objects_parse(&out));
			raw.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		buf_free(&raw);
		buf_free(&out);
	}
}

static void
no_object_is_refused_with_a_reason(void **state)
{
	(void)state;
	struct buf out = {0};
	struct json_writer w = json_writer(&out);
	const uint8_t other[OBJECT_HEAD] = {99, 1}, newer[OBJECT_HEAD] = {OBJECT_BLOCK, 2};

	assert_int_equal(view_object(&w, (struct bytes){NULL, 0}), ERR_TRUNCATED);
	assert_int_equal(view_object(&w, (struct bytes){other, sizeof(other)}), ERR_TYPE);
	assert_int_equal(view_object(&w, (struct bytes){newer, sizeof(newer)}), ERR_VERSION);
	assert_int_equal(out.len, 0);
}

static void
a_payload_shows_its_body_as_text_or_base64(void **state)
{
	(void)state;
	struct payload p = {.chain = 7, .expiry = UINT64_MAX, .seq = UINT64_MAX, .fee = {12345678901234567890u}};
	struct hash id = {{0xab}};
	struct buf out = {0};
	struct json_writer w = json_writer(&out);
	struct json *j;

	json_put_array(&w);
	p.body = (struct bytes){(const uint8_t *)"line\n\"two\"", 10};
	json_put_object(&w);
	view_payload(&w, &p, &id);
	json_end_object(&w);
	p.body = (struct bytes){(const uint8_t *)"\0\xff", 2};
	json_put_object(&w);
	view_payload(&w, &p, &id);
	json_end_object(&w);
	json_end_array(&w);
	j = objects_parse(&out);
	const struct json *text = json_first(j), *binary = json_next(text);
	assert_string_equal(text_of(text, "body"), "line\n\"two\"");
	assert_null(json_member(text, "body_base64"));
	assert_string_equal(text_of(text, "seq"), "18446744073709551615");
	assert_string_equal(text_of(text, "expiry"), "18446744073709551615");
	assert_string_equal(text_of(text, "fee"), "12345678901234567890");
	assert_memory_equal(text_of(text, "signer"), "para1", 5);
	assert_string_equal(text_of(binary, "body_base64"), "AP8=");
	assert_null(json_member(binary, "body"));
	json_free(j);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_shows_as_strict_json),
		cmocka_unit_test(objects_of_one_network_agree),
		cmocka_unit_test(broken_objects_show_no_broken_json),
		cmocka_unit_test(no_object_is_refused_with_a_reason),
		cmocka_unit_test(a_payload_shows_its_body_as_text_or_base64),
	};

	return cmocka_run_group_tests(tests, objects_start, NULL);
}
