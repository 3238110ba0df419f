/* The main job through the socket: register, submit, mine, wait, look, prove. */
#include "world.h"
#include "chain/proof.h"
#include "node/audit.h"

static void
test_from_bytes_to_proof(void **state)
{
	struct world *w = *state;
	struct hash id, hash;
	char params[256], hex[65];
	uint32_t chain = world_chain(w, "notes");
	struct json *j = world_submit(w, &id, chain, 1, world_literal("hello"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	world_reach(w, &id, "final");

	hex_encode(hex, id.b, sizeof(id.b));
	snprintf(params, sizeof(params), "{\"id\":\"%s\"}", hex);
	j = world_call(w, "payload", params);
	assert_string_equal(world_text(j, "result.body"), "hello");
	assert_string_equal(world_text(j, "result.chain_name"), "notes");
	char at[112];
	snprintf(at, sizeof(at), "%s", world_text(j, "result.at"));
	json_free(j);
	snprintf(params, sizeof(params), "{\"at\":\"%s\"}", at);
	j = world_call(w, "payload", params);
	assert_string_equal(world_text(j, "result.payload"), hex);
	json_free(j);

	snprintf(params, sizeof(params), "{\"payload\":\"%s\"}", hex);
	j = world_call(w, "proof", params);
	struct buf raw = { 0 };
	struct arena arena = { 0 };
	struct proof proof;
	assert_int_equal(json_hex_add(&raw, world_at(j, "result.proof")), ERR_OK);
	assert_int_equal(proof_unpack(&proof, &arena, bytes_of(&raw)), ERR_OK);
	assert_int_equal(proof_check(&hash, &proof), ERR_OK);
	hex_encode(hex, hash.b, sizeof(hash.b));
	assert_string_equal(world_text(j, "result.hash"), hex);
	json_free(j);
	snprintf(params, sizeof(params), "{\"hash\":\"%s\"}", hex);
	j = world_call(w, "hyper", params);
	assert_string_equal(world_text(j, "result.blocks.0.hash"), hex);
	assert_int_equal(world_uint(j, "result.blocks.0.endorsements"), 1);
	json_free(j);
	raw.data[raw.len / 2] ^= 1;
	assert_true(proof_unpack(&proof, &arena, bytes_of(&raw)) != ERR_OK || proof_check(&hash, &proof) != ERR_OK);
	arena_free(&arena);
	buf_free(&raw);
}

static void
test_same_payload_again(void **state)
{
	struct world *w = *state;
	struct hash id;
	uint32_t chain = world_chain(w, "again");
	struct json *j = world_submit(w, &id, chain, 1, world_literal("x"));
	json_free(j);
	j = world_submit(w, &id, chain, 1, world_literal("x"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	j = world_submit(w, &id, chain, 1, world_literal("y"));
	assert_string_equal(world_text(j, "result.payloads.0.reason"), "fee_raise");
	json_free(j);
	j = world_submit(w, &id, chain, 1, world_literal("x"));
	json_free(j);
	world_reach(w, &id, "final");
	j = world_submit(w, &id, chain, 1, world_literal("x"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "final");
	assert_non_null(world_at(j, "result.payloads.0.at"));
	json_free(j);
	j = world_submit(w, &id, chain, 1, world_literal("z"));
	assert_string_equal(world_text(j, "result.payloads.0.reason"), "seq_used");
	json_free(j);
}

static void
test_bad_items_of_a_batch(void **state)
{
	struct world *w = *state;
	struct hash id;
	struct buf params = { 0 };
	uint32_t chain = world_chain(w, "mixed");
	buf_add_text(&params, "{\"payloads\":[\"");
	world_payload(&params, &id, w, chain, 1, world_literal("good"));
	buf_add_text(&params, "\",\"xyz\",\"00\",7,\"");
	size_t bad = params.len;
	world_payload(&params, &id, w, chain, 2, world_literal("tampered"));
	params.data[bad + 250] = params.data[bad + 250] == '0' ? '1' : '0';
	buf_add_text(&params, "\",\"");
	world_payload(&params, &id, w, 4000, 1, world_literal("nowhere"));
	buf_add_text(&params, "\",\"");
	world_payload(&params, &id, w, chain, 2, world_literal("good too"));
	buf_add(&params, "\"]}", 4);
	struct json *j = world_call(w, "submit", (const char *)params.data);
	const char *reasons[] = { "(none)", "hex", "(none)", "(none)", "signature", "chain_unknown", "(none)" };
	for (int i = 0; i < 7; i++) {
		char path[64];
		snprintf(path, sizeof(path), "result.payloads.%d.status", i);
		assert_string_equal(world_text(j, path), i == 0 || i == 6 ? "pooled" : "rejected");
		snprintf(path, sizeof(path), "result.payloads.%d.reason", i);
		if (strcmp(reasons[i], "(none)") != 0)
			assert_string_equal(world_text(j, path), reasons[i]);
	}
	json_free(j);
	buf_free(&params);
}

static void
test_wait_and_follow(void **state)
{
	struct world *w = *state;
	struct hash id;
	char params[256], hex[65];
	uint32_t chain = world_chain(w, "waits");
	struct json *j = world_submit(w, &id, chain, 1, world_literal("soon"));
	json_free(j);
	hex_encode(hex, id.b, sizeof(id.b));
	snprintf(params, sizeof(params), "{\"payloads\":[\"%s\"],\"until\":\"sealed\",\"timeout_ms\":50}", hex);
	j = world_call(w, "wait", params);
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);

	/* Sent ahead, so that the wait is under way while the work is done. */
	struct buf request = { 0 }, reply = { 0 };
	struct client *other;
	assert_int_equal(client_open(&other, world_url, w, 1000), ERR_OK);
	buf_add_text(&request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"wait\",\"params\":{\"until\":\"final\",\"payloads\":[\"");
	buf_add_text(&request, hex);
	buf_add_text(&request, "\"]}}");
	assert_int_equal(client_send(other, bytes_of(&request), 40000), ERR_OK);
	world_reach(w, &id, "final");
	assert_int_equal(client_receive(other, &reply), ERR_OK);
	assert_int_equal(json_parse(&j, NULL, bytes_of(&reply)), ERR_OK);
	assert_string_equal(world_text(j, "result.payloads.0.status"), "final");
	json_free(j);
	client_close(other);
	buf_free(&request);
	buf_free(&reply);

	uint64_t seen = 0, next = 1;
	struct json *status = world_call(w, "status", "{}");
	uint64_t tip = world_uint(status, "result.hid");
	json_free(status);
	while (next <= tip) {
		snprintf(params, sizeof(params), "{\"from\":%llu,\"blocks\":true,\"wait_ms\":0}", (unsigned long long)next);
		j = world_call(w, "follow", params);
		for (const struct json *item = json_first(world_at(j, "result.items")); item; item = json_next(item)) {
			if (strcmp(world_text(item, "type"), "hyper") == 0)
				assert_int_equal(world_uint(item, "hid"), ++seen);
			else
				assert_int_equal(world_uint(item, "hid"), seen + 1);
		}
		next = world_uint(j, "result.next");
		json_free(j);
	}
	assert_true(seen >= tip);
}

static void
test_unfit_waits_its_turn(void **state)
{
	struct world *w = *state;
	struct hash second, first;
	uint32_t chain = world_chain(w, "order");
	struct json *j = world_submit(w, &second, chain, 2, world_literal("second"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	j = world_submit(w, &first, chain, 1, world_literal("first"));
	json_free(j);
	world_reach(w, &second, "final");
	world_reach(w, &first, "final");
}

/* A miner that asks and asks: what it was given before keeps nobody from new work. */
static void
test_work_without_end(void **state)
{
	enum { ASKED = 700 };
	struct world *w = *state;
	struct hash id;
	char params[128], address[ACCOUNT_TEXT];
	json_free(world_submit(w, &id, world_chain(w, "work"), 1, world_literal("x")));
	account_print(address, sign_key_public(w->user)->b);
	snprintf(params, sizeof(params), "{\"signer\":\"%s\",\"wait_ms\":2000}", address);
	for (int i = 0; i < ASKED; i++) {
		struct json *j = world_call(w, "work", params);
		assert_int_equal(json_kind_of(world_at(j, "result.job")), JSON_STRING);
		json_free(j);
	}
}

/* Page by page, each payload once. */
static void
test_a_pool_of_many_pages(void **state)
{
	enum { COUNT = 1200 };
	struct world *w = *state;
	struct buf params = { 0 };
	struct hash id;
	uint64_t from = 0, seen = 0, pages = 0;
	uint32_t chain = world_chain(w, "pages");
	for (uint64_t seq = 1; seq <= COUNT; seq++) {
		buf_add_text(&params, seq == 1 ? "{\"payloads\":[\"" : "\",\"");
		world_payload(&params, &id, w, chain, seq, world_literal("x"));
	}
	buf_add(&params, "\"]}", 4);
	json_free(world_call(w, "submit", (const char *)params.data));
	buf_free(&params);
	do {
		char page[48];
		snprintf(page, sizeof(page), "{\"from\":%llu}", (unsigned long long)from);
		struct json *j = world_call(w, "pool", page);
		for (const struct json *p = json_first(world_at(j, "result.payloads")); p != NULL; p = json_next(p)) {
			if (world_uint(p, "chain") == chain)
				assert_int_equal(strtoull(world_text(p, "seq"), NULL, 10), ++seen);
		}
		from = world_at(j, "result.next") ? world_uint(j, "result.next") : 0;
		json_free(j);
		pages++;
	} while (from != 0);
	assert_int_equal(seen, COUNT);
	assert_int_equal(pages, 3);
}

static struct seal_payload
sign(struct buf *raw, struct world *w, struct payload p)
{
	struct seal_payload out = { 0 };
	p.network = w->network;
	assert_int_equal(payload_sign(&p, &out.id, w->user), ERR_OK);
	payload_put(raw, &p);
	out.leaf = payload_leaf(&out.id, &p.signature);
	out.raw = bytes_of(raw);
	return out;
}

/* Seals these payloads, in a later slot when this one's time was too short. */
static void
hand_in(struct world *w, uint32_t chain, struct seal_payload *sealed, uint32_t n)
{
	struct client *other;
	struct buf reply = { 0 };
	do {
		buf_reset(&reply);
		world_until_seal(w, 0);
		world_seal(&other, w, chain, sealed, n);
		assert_int_equal(client_receive(other, &reply), ERR_OK);
		client_close(other);
		buf_add(&reply, "", 1);
	} while (strstr((const char *)reply.data, "\"late\"") != NULL);
	buf_free(&reply);
}

/* Two payloads of one seq: the pool has one, an outsider seals the other. */
static void
test_overtaken_in_the_pool(void **state)
{
	struct world *w = *state;
	struct buf raw = { 0 };
	struct hash id;
	char params[96], hex[65];
	uint32_t chain = world_chain(w, "twice");
	struct seal_payload sealed = sign(&raw, w, (struct payload){ .chain = chain, .seq = 1, .body = world_literal("sealed") });
	json_free(world_submit(w, &id, chain, 1, world_literal("pooled")));
	hand_in(w, chain, &sealed, 1);
	hex_encode(hex, sealed.id.b, 32);
	snprintf(params, sizeof(params), "{\"payloads\":[\"%s\"]}", hex);
	json_free(world_call(w, "wait", params));
	struct json *j = world_submit(w, &id, chain, 1, world_literal("pooled"));
	assert_string_equal(world_text(j, "result.payloads.0.reason"), "seq_used");
	json_free(j);
	buf_free(&raw);
}

static uint64_t
tip(struct world *w)
{
	struct json *status = world_call(w, "status", "{}");
	uint64_t hid = world_uint(status, "result.hid");
	json_free(status);
	return hid;
}

/* Sealed by an outsider before their turn. The turn of one never comes: it is in a block, and had no effect. */
static void
test_sealed_out_of_turn(void **state)
{
	struct world *w = *state;
	struct buf second = { 0 }, fifth = { 0 };
	struct hash first;
	struct audit_result result;
	char params[96], hex[65];
	uint32_t chain = world_chain(w, "gap");
	/* A slow machine may need several blocks to hand them in. */
	uint64_t expiry = tip(w) + 8;
	struct seal_payload sealed[] = { sign(&second, w, (struct payload){ .chain = chain, .seq = 2 }),
		sign(&fifth, w, (struct payload){ .chain = chain, .seq = 5, .expiry = expiry }) };
	hand_in(w, chain, sealed, 2);
	for (char name[] = "more-a"; tip(w) <= expiry + 2; name[5]++)
		world_chain(w, name);
	hex_encode(hex, sealed[1].id.b, 32);
	snprintf(params, sizeof(params), "{\"id\":\"%s\"}", hex);
	struct json *j = world_call(w, "payload", params);
	assert_string_equal(world_text(j, "result.status"), "expired");
	json_free(j);
	json_free(world_submit(w, &first, chain, 1, world_literal("first")));
	world_reach(w, &sealed[0].id, "final");
	hex_encode(hex, sealed[0].id.b, 32);
	snprintf(params, sizeof(params), "{\"id\":\"%s\"}", hex);
	j = world_call(w, "payload", params);
	assert_string_equal(world_text(j, "result.result.reason"), "(none)");
	assert_non_null(world_at(j, "result.result.ok"));
	json_free(j);
	world_down(w);
	assert_int_equal(audit_run(&result, w->dir, &(struct audit_config){ 0 }), ERR_OK);
	assert_int_equal(result.problems, 0);
	buf_free(&second);
	buf_free(&fifth);
}

static void
test_name_taken_leaves_a_receipt(void **state)
{
	struct world *w = *state;
	struct buf body = { 0 };
	struct hash id;
	char params[96], hex[65];
	world_chain(w, "taken");
	world_registration(&body, "taken");
	struct json *j = world_submit(w, &id, 0, ++w->seq, bytes_of(&body));
	json_free(j);
	world_reach(w, &id, "final");
	hex_encode(hex, id.b, sizeof(id.b));
	snprintf(params, sizeof(params), "{\"id\":\"%s\"}", hex);
	j = world_call(w, "payload", params);
	assert_string_equal(world_text(j, "result.result.reason"), "name_taken");
	json_free(j);
	buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_bytes_to_proof, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_same_payload_again, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_bad_items_of_a_batch, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_wait_and_follow, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_unfit_waits_its_turn, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_work_without_end, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_a_pool_of_many_pages, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_overtaken_in_the_pool, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_sealed_out_of_turn, world_begin, world_end),
		cmocka_unit_test_setup_teardown(test_name_taken_leaves_a_receipt, world_begin, world_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
