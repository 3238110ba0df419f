/* PARA: fees of chain 0 and transfers. */
#include "purse.h"

static void
add(struct world *w, int who, uint64_t fee, struct buf *body)
{
	struct payload p = { .seq = ++w->seq[who], .fee = { fee }, .body = bytes_of(body) };
	struct execution *item = &w->item[w->items++];
	uint8_t *copy = arena_alloc(&w->arena, body->len, 1);

	*item = (struct execution){ .payload = p, .outcome = OUTCOME_VOID };
	assert_int_equal(payload_sign(&item->payload, &item->id, w->key[who]), ERR_OK);
	memcpy(copy, body->data, body->len);
	item->payload.body.data = copy;
	buf_free(body);
}

static void
register_chain(struct world *w, int who, const char *name, uint64_t fee)
{
	struct spec spec = { .engine = ENGINE_DATA, .witnesses = 128, .body_bytes = 1000 };
	struct buf body = { 0 };

	strcpy(spec.name, name);
	wire_put_u8(&body, ROOT_REGISTER);
	spec_put(&body, &spec);
	add(w, who, fee, &body);
}

static void
send(struct world *w, int from, int to, uint64_t units, uint64_t fee, bool token)
{
	struct coin_alloc a = { .amount = { units } };
	struct order o = { .kind = ORDER_TRANSFER, .outputs = 1, .of_token = token };
	struct buf body = { 0 }, list = { 0 };

	memcpy(a.account, sign_key_public(w->key[to])->b, 32);
	coin_alloc_put(&list, &a);
	o.output = bytes_of(&list);
	order_put(&body, &o);
	body.data[0] = ROOT_TRANSFER;
	buf_free(&list);
	add(w, from, fee, &body);
}

static void
a_chain_costs_its_fee_and_its_bytes(void **state)
{
	struct world *w = *state;
	/* 138 bytes without the body, operation, 10 of the head, 1, the name, 8 */
	uint64_t bytes = 2 * (138 + 1 + 10 + 1 + 4 + 8);

	register_chain(w, ALICE, "logs", 5000 + bytes - 1);
	register_chain(w, BOB, "logs", 5000 + bytes);
	register_chain(w, ALICE, "logs", 5000 + bytes + 7);
	register_chain(w, ALICE, "logs", 5000 + bytes);
	purse_block(w, ERR_FEE_LOW, ERR_FEE, ERR_OK, ERR_NAME_TAKEN);
	assert_int_equal(purse_totals(w).burned.units, 5000);
	assert_int_equal(purse_units(w, SEALER), bytes + 7);
	assert_int_equal(purse_units(w, ALICE), START - 5000 - bytes - 7);
}

static void
para_moves_as_coins_do(void **state)
{
	struct world *w = *state;
	/* operation, token, memo length, count, one output */
	uint64_t fee = 2 * (138 + 1 + 1 + 2 + 4 + 40);

	send(w, ALICE, BOB, 1000, fee, false);
	send(w, ALICE, BOB, 1000, fee - 1, false);
	send(w, ALICE, BOB, START, fee, false);
	send(w, ALICE, ALICE, 1, fee, false);
	send(w, ALICE, BOB, 0, fee, false);
	send(w, ALICE, BOB, 1, fee + 64, true);
	send(w, BOB, ALICE, 1000 - fee, fee, false);
	purse_block(w, ERR_OK, ERR_FEE_LOW, ERR_FUNDS, ERR_SELF, ERR_ZERO, ERR_TOKEN, ERR_OK);
	assert_int_equal(purse_units(w, BOB), 0);
	assert_int_equal(purse_units(w, SEALER), 2 * fee);
	assert_int_equal(purse_units(w, ALICE), START - 2 * fee);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		story(a_chain_costs_its_fee_and_its_bytes),
		story(para_moves_as_coins_do),
	};

	return cmocka_run_group_tests_name("ledger/para", tests, NULL, NULL);
}
