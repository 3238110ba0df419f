/* Genesis, spec and coin through JSON and back; what is wrong in one is refused by its name. */
#include "objects.h"

/* --- records both ways --- */

static void
write_genesis(struct buf *out, const struct genesis *g)
{
	struct json_writer w = json_writer(out);

	json_put_object(&w);
	view_genesis(&w, g);
	json_end_object(&w);
}

static void
write_spec(struct buf *out, const struct spec *spec)
{
	struct json_writer w = json_writer(out);

	json_put_object(&w);
	view_spec(&w, spec);
	json_end_object(&w);
}

/* A genesis in which each member has a value of its own. */
static void
a_genesis(struct genesis *g, struct pubkey founder[static 2], struct genesis_alloc alloc[static 2])
{
	genesis_defaults(g);
	strcpy(g->name, "testnet");
	g->time_ms = 1709164800001;
	g->period_ms = 1234;
	g->phases = (struct phases){401, 502, 603, 704, 805};
	g->difficulty = UINT64_MAX;
	g->max_depth = 9;
	g->cap.units = UINT64_MAX;
	g->halving_slots = JSON_NUMBER_MAX;
	g->founders = g->allocs = 2;
	g->founder = founder;
	g->alloc = alloc;
	for (uint8_t i = 0; i < 2; i++) {
		memset(&founder[i], i + 1, sizeof(founder[i]));
		memset(alloc[i].account, i + 7, sizeof(alloc[i].account));
		alloc[i].amount.units = UINT64_MAX / 3 + i;
	}
}

static void
a_genesis_is_the_same_through_json(void **state)
{
	(void)state;
	struct pubkey founder[2];
	struct genesis_alloc alloc[2];
	struct genesis g, back;
	struct arena arena = {0};
	struct buf text = {0}, again = {0}, record = {0}, record_back = {0};
	const char *field;
	struct json *j;

	a_genesis(&g, founder, alloc);
	write_genesis(&text, &g);
	j = objects_parse(&text);
	assert_int_equal(view_read_genesis(&back, &arena, &field, j), ERR_OK);
	assert_null(field);
	write_genesis(&again, &back);
	assert_true(bytes_equal(bytes_of(&text), bytes_of(&again)));
	genesis_put(&record, &g);
	genesis_put(&record_back, &back);
	assert_true(bytes_equal(bytes_of(&record), bytes_of(&record_back)));
	json_free(j);
	arena_free(&arena);
	buf_free(&text);
	buf_free(&again);
	buf_free(&record);
	buf_free(&record_back);
}

static void
a_spec_is_the_same_through_json(void **state)
{
	(void)state;
	static const char text[] =
	    "{\"name\":\"notes\",\"engine\":\"data\",\"rule\":\"open\",\"witnesses\":128,\"body_bytes\":65536}";
	struct buf b = {0}, again = {0};
	struct arena arena = {0};
	struct spec spec;
	const char *field;
	struct json *j;

	buf_add_text(&b, text);
	j = objects_parse(&b);
	assert_int_equal(view_read_spec(&spec, &arena, &field, j), ERR_OK);
	assert_string_equal(spec.name, "notes");
	assert_int_equal(spec.engine, ENGINE_DATA);
	write_spec(&again, &spec);
	assert_true(bytes_equal(bytes_of(&b), bytes_of(&again)));
	json_free(j);
	buf_free(&b);
	buf_free(&again);
}

/* A coin in which each member has a value of its own. */
static void
a_coin_spec(struct spec *out, struct buf *alloc, struct buf *lock)
{
	struct coin_alloc a = {.amount = {(uint64_t)1 << 60}};
	struct coin_lock l = {.amount = {9007199254740993}, .cliff = 10, .end = 2000};

	*out = (struct spec){.name = "gold", .engine = ENGINE_COIN, .witnesses = 128, .body_bytes = 65536,
	    .coin = {.symbol = "AU", .decimals = 18, .issuance = COIN_MINED, .flags = COIN_FREEZE | COIN_TOKENS_BY_ANYBODY,
	        .cross = true, .cap = {UINT64_MAX}, .reward = {5000}, .halving = 210, .byte_fee = {3}, .allocs = 2, .locks = 1}};
	memset(l.account, 9, sizeof(l.account));
	for (uint8_t i = 1; i <= 2; i++) {
		memset(a.account, i, sizeof(a.account));
		coin_alloc_put(alloc, &a);
	}
	coin_lock_put(lock, &l);
	out->coin.alloc = bytes_of(alloc);
	out->coin.lock = bytes_of(lock);
	assert_int_equal(spec_check(out), ERR_OK);
}

static void
a_coin_is_the_same_through_json(void **state)
{
	(void)state;
	struct buf alloc = {0}, lock = {0}, text = {0}, record = {0}, back = {0};
	struct arena arena = {0};
	struct spec spec, again;
	const char *field;
	struct json *j;

	a_coin_spec(&spec, &alloc, &lock);
	write_spec(&text, &spec);
	j = objects_parse(&text);
	assert_int_equal(view_read_spec(&again, &arena, &field, j), ERR_OK);
	spec_put(&record, &spec);
	spec_put(&back, &again);
	assert_true(bytes_equal(bytes_of(&record), bytes_of(&back)));
	json_free(j);
	arena_free(&arena);
	buf_free(&alloc);
	buf_free(&lock);
	buf_free(&text);
	buf_free(&record);
	buf_free(&back);
}

/* Puts `with` where `what` stands once in the text. */
static void
replace(struct buf *text, const char *what, const char *with)
{
	struct buf out = {0};
	char *at;

	buf_add(text, "", 1);
	at = strstr((char *)text->data, what);
	if (!at)
		fail_msg("no %s in %s", what, (char *)text->data);
	buf_add(&out, text->data, (size_t)(at - (char *)text->data));
	buf_add_text(&out, with);
	buf_add_text(&out, at + strlen(what));
	buf_free(text);
	*text = out;
}

static void
refuse(const struct spec *whole, const char *what, const char *with, enum err e, const char *name)
{
	struct spec spec;
	struct buf text = {0};
	struct arena arena = {0};
	const char *field = "unset";
	struct json *j;

	write_spec(&text, whole);
	replace(&text, what, with);
	j = objects_parse(&text);
	assert_int_equal(view_read_spec(&spec, &arena, &field, j), e);
	if (name)
		assert_string_equal(field, name);
	else
		assert_null(field);
	json_free(j);
	buf_free(&text);
	arena_free(&arena);
}

static void
refuse_spec(const char *what, const char *with, enum err e, const char *name)
{
	refuse(&(struct spec){.name = "notes", .engine = ENGINE_DATA, .witnesses = 128, .body_bytes = 65536}, what, with, e,
	    name);
}

static void
refuse_coin(const char *what, const char *with, enum err e, const char *name)
{
	struct buf alloc = {0}, lock = {0};
	struct spec spec;

	a_coin_spec(&spec, &alloc, &lock);
	refuse(&spec, what, with, e, name);
	buf_free(&alloc);
	buf_free(&lock);
}

static void
a_wrong_coin_is_refused_by_name(void **state)
{
	(void)state;
	static const char *const number[] = {"1e8", "1,0", "-1", " 1", "01", "0.00000001", "18446744073709551616", "", NULL};

	for (size_t i = 0; number[i]; i++) {
		char with[64];

		snprintf(with, sizeof(with), "\"%s\"", number[i]);
		refuse_coin("\"18446744073709551615\"", with, i == 6 ? ERR_OVERFLOW : ERR_NUMBER, "cap");
	}
	refuse_coin("\"18446744073709551615\"", "1", ERR_FIELD, "cap");
	refuse_coin("\"18446744073709551615\"", "\"1\"", ERR_CAP, NULL);
	refuse_coin("\"9007199254740993\"", "9007199254740992", ERR_FIELD, "locks");
	refuse_coin("\"halving\":210", "\"halving\":0", ERR_HALVING, NULL);
	refuse_coin("\"halving\":210", "\"halving\":\"210\"", ERR_FIELD, "halving");
	refuse_coin("\"AU\"", "\"au\"", ERR_SYMBOL, "symbol");
	refuse_coin("\"mined\"", "\"found\"", ERR_RANGE, "issuance");
	refuse_coin("\"decimals\":18", "\"decimals\":19", ERR_RANGE, "decimals");
	refuse_coin("\"anybody\"", "\"nobody\"", ERR_RANGE, "tokens");
	refuse_coin("\"open\"", "\"ajar\"", ERR_ENGINE, "rule");
	refuse_coin("\"cross\":\"open\"", "\"cross\":\"ajar\"", ERR_RANGE, "cross");
	refuse_coin("\"cliff\":10", "\"cliff\":2001", ERR_RANGE, NULL);
	refuse_coin("\"cliff\":10,", "", ERR_FIELD, "locks");
	refuse_coin("\"burn\"", "\"burns\"", ERR_FIELD, "burns");
	refuse_coin("\"engine\":\"coin\"", "\"engine\":\"data\"", ERR_FIELD, "coin");
}

static void
a_wrong_spec_is_refused_by_name(void **state)
{
	(void)state;
	refuse_spec(",\"witnesses\":128", "", ERR_FIELD, "witnesses");
	refuse_spec("\"witnesses\"", "\"witness\"", ERR_FIELD, "witness");
	refuse_spec("{\"name\"", "{\"extra\":1,\"name\"", ERR_FIELD, "extra");
	refuse_spec("\"name\"", "\"Name\"", ERR_FIELD, "Name");
	refuse_spec("\"notes\"", "\"Notes\"", ERR_NAME, "name");
	refuse_spec("\"notes\"", "\"n\"", ERR_NAME, "name");
	refuse_spec("\"notes\"", "\"abcdefghijklmnopqrstuvwxyz0123456789\"", ERR_NAME, "name");
	refuse_spec("\"notes\"", "1", ERR_FIELD, "name");
	refuse_spec("\"data\"", "\"date\"", ERR_ENGINE, "engine");
	refuse_spec("\"open\"", "\"closed\"", ERR_ENGINE, "rule");
	refuse_spec("128", "\"128\"", ERR_FIELD, "witnesses");
	refuse_spec("128", "65536", ERR_RANGE, "witnesses");
	refuse_spec("128", "127", ERR_RANGE, NULL);
	refuse_spec("65536", "0", ERR_RANGE, NULL);
	refuse_spec("65536", "-1", ERR_RANGE, "body_bytes");
	refuse_spec("65536", "4194305", ERR_RANGE, "body_bytes");
}

static void
refuse_genesis(const char *what, const char *with, enum err e, const char *name)
{
	struct pubkey founder[2];
	struct genesis_alloc alloc[2];
	struct arena arena = {0};
	struct buf text = {0};
	struct genesis g;
	const char *field = "unset";
	struct json *j;

	a_genesis(&g, founder, alloc);
	write_genesis(&text, &g);
	replace(&text, what, with);
	j = objects_parse(&text);
	assert_int_equal(view_read_genesis(&g, &arena, &field, j), e);
	if (name)
		assert_string_equal(field, name);
	else
		assert_null(field);
	json_free(j);
	arena_free(&arena);
	buf_free(&text);
}

static void
a_wrong_genesis_is_refused_by_name(void **state)
{
	(void)state;
	refuse_genesis("\"period_ms\":1234,", "", ERR_FIELD, "period_ms");
	refuse_genesis("\"period_ms\":1234", "\"period\":1234", ERR_FIELD, "period");
	refuse_genesis("1234,", "4294967296,", ERR_RANGE, "period_ms");
	refuse_genesis("1234,", "1,", ERR_RANGE, NULL);
	refuse_genesis("2024-02-29", "2023-02-29", ERR_FIELD, "time");
	refuse_genesis("\"list\":502,", "", ERR_FIELD, "list");
	refuse_genesis("\"list\":502", "\"list\":70000", ERR_RANGE, "list");
	refuse_genesis("\"list\":502", "\"list\":102", ERR_RANGE, NULL);
	refuse_genesis("\"phases\":{", "\"phases\":{\"x\":1,", ERR_FIELD, "x");
	refuse_genesis("\"max_depth\":9", "\"max_depth\":256", ERR_RANGE, "max_depth");
	refuse_genesis("\"18446744073709551615\"", "18446744", ERR_FIELD, "difficulty");
	refuse_genesis("\"18446744073709551615\"", "\"18446744073709551616\"", ERR_OVERFLOW, "difficulty");
	refuse_genesis("\"18446744073709551615\"", "\"01\"", ERR_NUMBER, "difficulty");
	refuse_genesis("\"solo\":false", "\"solo\":0", ERR_FIELD, "solo");
	refuse_genesis("\"founders\":[", "\"founders\":[\"para1\",", ERR_BECH32, "founders");
	refuse_genesis("\"founders\":[", "\"founders\":[null,", ERR_FIELD, "founders");
	refuse_genesis("\"alloc\":[", "\"alloc\":[[],", ERR_FIELD, "alloc");
	refuse_genesis("\"alloc\":[", "\"alloc\":[{\"address\":1,\"amount\":\"1\"},", ERR_FIELD, "address");
	refuse_genesis("\"amount\"", "\"value\"", ERR_FIELD, "value");
	refuse_genesis("\"testnet\"", "\"abcdefghijklmnopqrstuvwxyz0123456789\"", ERR_NAME, "name");
	refuse_genesis("\"testnet\"", "\"Test\"", ERR_NAME, NULL);
}

static void
records_are_objects(void **state)
{
	(void)state;
	struct buf text = {0};
	struct arena arena = {0};
	struct genesis g;
	struct spec spec;
	const char *field = "unset";
	struct json *j;

	buf_add_text(&text, "[1]");
	j = objects_parse(&text);
	assert_int_equal(view_read_spec(&spec, &arena, &field, j), ERR_FIELD);
	assert_null(field);
	assert_int_equal(view_read_genesis(&g, &arena, &field, j), ERR_FIELD);
	assert_null(field);
	json_free(j);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_genesis_is_the_same_through_json),
		cmocka_unit_test(a_spec_is_the_same_through_json),
		cmocka_unit_test(a_coin_is_the_same_through_json),
		cmocka_unit_test(a_wrong_coin_is_refused_by_name),
		cmocka_unit_test(a_wrong_spec_is_refused_by_name),
		cmocka_unit_test(a_wrong_genesis_is_refused_by_name),
		cmocka_unit_test(records_are_objects),
	};

	return cmocka_run_group_tests(tests, objects_start, NULL);
}
