#include "tool/sendlist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/payload.h"

static void
add_payload(struct sendlist *q, uint64_t seq)
{
	static const uint8_t seed[32] = {1};
	struct sign_key *key = sign_key_new(seed);
	struct payload p = {.chain = 3, .seq = seq};
	struct hash id;
	struct buf raw = {0};
	assert_int_equal(payload_sign(&p, &id, key), ERR_OK);
	payload_put(&raw, &p);
	assert_int_equal(sendlist_add(q, bytes_of(&raw), seq), ERR_OK);
	buf_free(&raw);
	sign_key_free(key);
}

static void
update(struct item *item, const char *text, bool want)
{
	struct json *j;
	assert_int_equal(json_parse(&j, NULL, (struct bytes){(const uint8_t *)text, strlen(text)}), ERR_OK);
	assert_int_equal(sendlist_update(item, j), want);
	json_free(j);
}

static void
test_first_in_first_out_however_many(void **state)
{
	struct sendlist q = {0};
	uint64_t in = 0, out = 0;
	(void)state;
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 150; i++)
			add_payload(&q, ++in);
		for (int i = 0; i < (round < 5 ? 100 : 400); i++) {
			assert_int_equal(sendlist_at(&q, 0)->line, ++out);
			assert_int_equal(sendlist_at(&q, 0)->chain, 3);
			sendlist_pop(&q);
		}
	}
	assert_int_equal(q.count, 0);
	sendlist_free(&q);
}

static void
test_what_the_node_says_stays(void **state)
{
	struct sendlist q = {0};
	(void)state;
	add_payload(&q, 1);
	struct item *item = sendlist_at(&q, 0);
	update(item, "{\"status\":\"pooled\"}", true);
	assert_string_equal(item->status, "pooled");
	update(item, "{\"status\":\"final\",\"at\":\"1.3.1.0\",\"result\":{\"ok\":true}}", true);
	assert_string_equal(item->status, "final");
	assert_string_equal(item->at, "1.3.1.0");
	update(item, "{\"status\":\"final\",\"result\":{\"ok\":false,\"error\":\"name is taken\"}}", true);
	assert_string_equal(item->status, "failed");
	assert_string_equal(item->error, "name is taken");
	update(item, "{\"at\":\"x\"}", false);
	update(item, "[]", false);
	sendlist_free(&q);
}

static void
test_other_objects_are_refused(void **state)
{
	static const uint8_t spec[] = {10, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	struct sendlist q = {0};
	(void)state;
	assert_int_equal(sendlist_add(&q, (struct bytes){spec, sizeof spec}, 1), ERR_TYPE);
	assert_int_equal(sendlist_add(&q, (struct bytes){spec, 0}, 1), ERR_TYPE);
	assert_int_equal(sendlist_add(&q, (struct bytes){(const uint8_t *)"\1\1", 2}, 1) != ERR_OK, 1);
	assert_int_equal(q.count, 0);
	sendlist_free(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_first_in_first_out_however_many),
	    cmocka_unit_test(test_what_the_node_says_stays),
	    cmocka_unit_test(test_other_objects_are_refused),
	};
	hash_start();
	return cmocka_run_group_tests_name("tool/queue", tests, NULL, NULL);
}
