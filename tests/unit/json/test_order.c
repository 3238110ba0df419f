/* What a payload asks of its chain, as JSON. */
#include "base/wire.h"
#include "chain/order.h"
#include "objects.h"

static const struct pubkey signer = {{9}};

/* The member order of a payload with this body; "" when there is none. */
static void
shows(enum spec_engine engine, const struct buf *body, const char *expected)
{
	struct payload p = {.chain = 7, .signer = signer, .body = bytes_of(body)};
	struct buf out = {0};
	struct json_writer w = json_writer(&out);

	assert_false(body->failed);
	json_put_object(&w);
	view_order(&w, engine, &p);
	json_end_object(&w);
	json_free(objects_parse(&out));
	buf_add(&out, "", 1);
	assert_string_equal((char *)out.data, expected);
	buf_free(&out);
}

static void
order_shows(const struct order *o, const char *expected)
{
	struct buf body = {0};

	order_put(&body, o);
	shows(ENGINE_COIN, &body, expected);
	shows(ENGINE_DATA, &body, "{}");
	/* A byte less or more is no order. */
	body.len--;
	shows(ENGINE_COIN, &body, "{\"order\":null}");
	body.len++;
	buf_add(&body, "x", 1);
	shows(ENGINE_COIN, &body, "{\"order\":null}");
	buf_free(&body);
}

static const char *
address_of(uint8_t first)
{
	static char text[ACCOUNT_TEXT];
	uint8_t account[32] = {first};

	account_print(text, account);
	return text;
}

static void
a_transfer_keeps_every_digit_and_its_memo(void **state)
{
	(void)state;
	char expected[1024], b[ACCOUNT_TEXT];
	struct buf outputs = {0};
	static const struct coin_alloc to[] = {{{1}, {18446744073709551614u}}, {{2}, {1}}};
	struct order o = {.kind = ORDER_TRANSFER, .outputs = 2, .memo = {(const uint8_t *)"rent \"May\"", 10}};

	coin_alloc_put(&outputs, &to[0]);
	coin_alloc_put(&outputs, &to[1]);
	o.output = bytes_of(&outputs);
	strcpy(b, address_of(2));
	snprintf(expected, sizeof(expected), "{\"order\":{\"kind\":\"transfer\",\"token\":null,\"amount\":\"18446744073709551615\","
	    "\"outputs\":[{\"address\":\"%s\",\"amount\":\"18446744073709551614\"},{\"address\":\"%s\",\"amount\":\"1\"}],"
	    "\"memo\":\"rent \\\"May\\\"\"}}", address_of(1), b);
	order_shows(&o, expected);
	o.memo = (struct bytes){(const uint8_t *)"\xff", 1};
	strcpy(strstr(expected, "\"memo\""), "\"memo_base64\":\"/w==\"}}");
	order_shows(&o, expected);
	buf_free(&outputs);
}

static void
other_orders_show_what_they_have(void **state)
{
	(void)state;
	char expected[512];
	struct order o = {.kind = ORDER_MINT, .of_token = true, .token = {0xab}, .account = {3}, .amount = {5}};

	snprintf(expected, sizeof(expected), "{\"order\":{\"kind\":\"mint\",\"token\":\"ab%062d\",\"address\":\"%s\",\"amount\":\"5\"}}",
	    0, address_of(3));
	order_shows(&o, expected);
	order_shows(&(struct order){.kind = ORDER_BURN, .amount = {6}},
	    "{\"order\":{\"kind\":\"burn\",\"token\":null,\"amount\":\"6\"}}");
	order_shows(&(struct order){.kind = ORDER_ISSUE, .name = "shares", .symbol = "SH", .decimals = 2, .cap = {10}},
	    "{\"order\":{\"kind\":\"issue\",\"name\":\"shares\",\"symbol\":\"SH\",\"decimals\":2,\"cap\":\"10\"}}");
	for (enum order_kind kind = ORDER_FREEZE; kind <= ORDER_UNFREEZE; kind++) {
		snprintf(expected, sizeof(expected), "{\"order\":{\"kind\":\"%s\",\"address\":\"%s\"}}",
		    kind == ORDER_FREEZE ? "freeze" : "unfreeze", address_of(4));
		order_shows(&(struct order){.kind = kind, .account = {4}}, expected);
	}
}

static void
chain_0_tells_what_it_is_asked_for(void **state)
{
	(void)state;
	char expected[512];
	struct buf body = {0};
	struct spec spec = {.name = "notes", .engine = ENGINE_DATA, .witnesses = SPEC_WITNESSES, .body_bytes = 9};
	struct authorities a = {.count = 1, .key = {{{5}}}};

	shows(ENGINE_ROOT, &body, "{\"order\":null}");
	wire_put_u8(&body, ROOT_REGISTER);
	shows(ENGINE_ROOT, &body, "{\"order\":null}");
	spec_put(&body, &spec);
	shows(ENGINE_ROOT, &body, "{\"order\":{\"kind\":\"register\",\"spec\":{\"name\":\"notes\",\"engine\":\"data\",\"rule\":\"open\","
	    "\"witnesses\":128,\"body_bytes\":9}}}");
	buf_reset(&body);
	wire_put_u8(&body, ROOT_AUTHORITIES);
	wire_put_u32(&body, 3);
	rule_put(&body, &(struct rule){.kind = RULE_BFT}, &a);
	snprintf(expected, sizeof(expected), "{\"order\":{\"kind\":\"authorities\",\"of_chain\":3,\"authorities\":[\"%s\"]}}",
	    address_of(5));
	shows(ENGINE_ROOT, &body, expected);
	buf_add(&body, "x", 1);
	shows(ENGINE_ROOT, &body, "{\"order\":null}");
	buf_reset(&body);
	wire_put_u8(&body, 9);
	shows(ENGINE_ROOT, &body, "{\"order\":null}");
	buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_transfer_keeps_every_digit_and_its_memo),
	    cmocka_unit_test(other_orders_show_what_they_have), cmocka_unit_test(chain_0_tells_what_it_is_asked_for)};

	return cmocka_run_group_tests(tests, objects_start, NULL);
}
