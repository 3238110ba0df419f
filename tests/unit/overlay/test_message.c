#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/message.h"

static const struct network network = {{1, 2, 3, 4, 5, 6, 7, 8}};

static struct message
message_of(enum message_type type)
{
	return (struct message){.type = type, .network = network, .request = 0x01020304};
}

static const struct tip tip = {.hid = 17, .slot = 23, .final_hid = 16, .hash = {{9, 9}}, .work = {.lo = 5, .hi = 6}};

static enum err
unpack(struct message *out, struct arena *arena, const struct buf *raw)
{
	return message_unpack(out, arena, bytes_of(raw));
}

/* Decodes from memory of exactly this length, and encodes again. */
static enum err
again(struct buf *out, struct bytes in)
{
	struct arena arena = {0};
	struct message m;
	uint8_t *copy = malloc(in.len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, in.data, in.len);
	enum err e = message_unpack(&m, &arena, (struct bytes){copy + 1, in.len});
	if (e == ERR_OK)
		message_put(out, &m);
	arena_free(&arena);
	free(copy);
	return e;
}

/* The same bytes come back; no shorter and no longer input is taken; a flipped bit is refused or means something else. */
static void
check(const struct message *m)
{
	struct buf raw = {0}, back = {0};

	message_put(&raw, m);
	assert_false(raw.failed);
	assert_int_equal(message_peek(bytes_of(&raw)), m->type);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_OK);
	assert_true(bytes_equal(bytes_of(&back), bytes_of(&raw)));
	for (size_t len = 0; len < raw.len; len++) {
		if (m->type == MESSAGE_BLOCK_PART && len >= MESSAGE_PART_HEAD + OBJECT_HEAD)
			break;
		assert_int_not_equal(again(&back, (struct bytes){raw.data, len}), ERR_OK);
	}
	for (size_t bit = 0; bit < raw.len * 8; bit++) {
		raw.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		buf_reset(&back);
		if (again(&back, bytes_of(&raw)) == ERR_OK)
			assert_true(bytes_equal(bytes_of(&back), bytes_of(&raw)));
		raw.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_add(&raw, "", 1);
	if (m->type != MESSAGE_BLOCK_PART)
		assert_int_equal(again(&back, bytes_of(&raw)), ERR_TRAILING);
	buf_free(&raw);
	buf_free(&back);
}

static struct message
hello(void)
{
	struct message m = message_of(MESSAGE_HELLO);

	m.hello = (struct message_hello){.role = ROLE_PARTIAL, .key = {{1}}, .nonce = {2}, .genesis = {{3}}, .clock_ms = 4,
	    .tip = tip, .offer = UINT64_C(1) << 40, .url = "tcp://127.0.0.1:7000", .version = "0.1.0"};
	return m;
}

static void
links_open_and_stay(void **state)
{
	struct message m = hello();

	(void)state;
	check(&m);
	m.hello.url[0] = '\0';
	check(&m);
	m = message_of(MESSAGE_AUTH);
	memset(m.auth.b, 7, sizeof m.auth.b);
	check(&m);
	m = message_of(MESSAGE_PING);
	m.ping = (struct message_ping){.nonce = 1, .clock_ms = 2, .tip = tip};
	check(&m);
	m.type = MESSAGE_PONG;
	check(&m);
	m = message_of(MESSAGE_TIP);
	m.tip = tip;
	check(&m);
	m = message_of(MESSAGE_BYE);
	strcpy(m.bye, "another network");
	check(&m);
}

static void
kademlia(void **state)
{
	static const struct contact contact[2] = {{{{1}}, "tcp://a:1"}, {{{2}}, ""}};
	static const struct bytes value[3] = {{(const uint8_t *)"one", 3}, {NULL, 0}, {(const uint8_t *)"three", 5}};
	struct message m = message_of(MESSAGE_FIND_NODE);

	(void)state;
	m.target.b[0] = 5;
	check(&m);
	m.type = MESSAGE_FIND_VALUE;
	check(&m);
	m = message_of(MESSAGE_NODES);
	m.nodes = (struct message_nodes){.contacts = 2, .contact = contact};
	check(&m);
	m.type = MESSAGE_VALUE;
	m.nodes.values = 3;
	m.nodes.value = value;
	check(&m);
	m = message_of(MESSAGE_STORE);
	m.store = (struct message_store){.key = {{1}}, .ttl_s = 3600, .value = value[2]};
	check(&m);
}

static void
bodies(void **state)
{
	static const struct body_ref body[2] = {{{{1}}, 1000}, {{{2}}, 0}};
	struct message m = message_of(MESSAGE_GET_BODY);
	struct buf raw = {0}, back = {0};

	(void)state;
	m.target.b[0] = 5;
	check(&m);
	m = message_of(MESSAGE_HOLD);
	m.hold = (struct message_hold){2, body};
	check(&m);
	m.hold.count = 0;
	message_put(&raw, &m);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_RANGE);
	raw.data[raw.len - 1] = MESSAGE_HOLDS + 1;
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_TOO_LONG);
	buf_free(&raw);
	buf_free(&back);
}

static void
follows(void **state)
{
	static const uint32_t chain[3] = {0, 4, 9}, fallen[2] = {0, 0}, rootless[1] = {4};
	struct message m = message_of(MESSAGE_FOLLOWS);
	struct buf raw = {0}, back = {0};

	(void)state;
	m.follows = (struct message_follows){ROLE_PARTIAL, 3, chain};
	check(&m);
	m.follows = (struct message_follows){ROLE_FULL, 0, NULL};
	check(&m);
	m.follows = (struct message_follows){ROLE_PARTIAL, 2, fallen};
	message_put(&raw, &m);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_ORDER);
	buf_reset(&raw);
	m.follows = (struct message_follows){ROLE_LIGHT, 1, rootless};
	message_put(&raw, &m);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_RANGE);
	buf_reset(&raw);
	/* Who has all names none, and there are three roles. */
	m.follows = (struct message_follows){ROLE_FULL, 1, chain};
	message_put(&raw, &m);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_RANGE);
	buf_reset(&raw);
	m.follows = (struct message_follows){0, 0, NULL};
	message_put(&raw, &m);
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_RANGE);
	buf_reset(&raw);
	m.follows = (struct message_follows){ROLE_PARTIAL, 0, NULL};
	message_put(&raw, &m);
	raw.data[raw.len - 1] = MESSAGE_CHAINS + 1;
	assert_int_equal(again(&back, bytes_of(&raw)), ERR_TOO_LONG);
	buf_free(&raw);
	buf_free(&back);
}

static void
put_head(struct buf *out, uint64_t hid)
{
	struct hyper_header header = {.network = network, .hid = hid, .slot = hid};
	static const struct signature auth;

	hyper_header_put(out, &header);
	buf_add(out, auth.b, sizeof auth.b);
}

static void
put_endorsement(struct buf *out)
{
	const struct endorsement e = {.network = network, .slot = 4};

	endorse_put(out, &e);
}

static void
sync(void **state)
{
	static const uint64_t hid[3] = {9, 8, 0};
	static const struct hash hash[3] = {{{1}}, {{2}}, {{3}}};
	struct message m = message_of(MESSAGE_GET_HEADS);
	struct buf raw = {0};

	(void)state;
	m.locator = (struct message_locator){.count = 3, .most = OVERLAY_HEADS, .hash = hash, .hid = hid};
	check(&m);
	m = message_of(MESSAGE_GET_BLOCKS);
	m.blocks = (struct message_blocks){.hid = 7, .count = 64, .hash = {{4}}};
	check(&m);
	m.blocks.what = SEALS_OF;
	m.blocks.chains = 2;
	m.blocks.chain = (const uint32_t[]){0, 9};
	check(&m);
	put_head(&raw, 5);
	put_head(&raw, 6);
	m = message_of(MESSAGE_HEADS);
	m.raw = bytes_of(&raw);
	check(&m);
	m.raw.len = 0;
	check(&m);
	buf_reset(&raw);
	put_endorsement(&raw);
	m = message_of(MESSAGE_BLOCK_PART);
	m.raw = bytes_of(&raw);
	check(&m);
	m = message_of(MESSAGE_END);
	m.hid = 70;
	check(&m);
	buf_free(&raw);
}

/* The message with its byte at `at` set to v. */
static enum err
bent(const struct message *m, size_t at, uint8_t v)
{
	struct buf raw = {0};
	struct arena arena = {0};
	struct message out;

	message_put(&raw, m);
	assert_true(at < raw.len && raw.data[at] != v);
	raw.data[at] = v;
	enum err e = unpack(&out, &arena, &raw);
	buf_free(&raw);
	arena_free(&arena);
	return e;
}

static void
bounds(void **state)
{
	static const uint64_t hid[2] = {9, 8};
	static const struct hash hash[2];
	static const struct contact contact[1] = {{{{1}}, "tcp://a:1"}};
	struct message m = hello();

	(void)state;
	assert_int_equal(bent(&m, 0, MESSAGE_AFTER), ERR_TYPE);
	assert_int_equal(bent(&m, 0, 31), ERR_TYPE);
	assert_int_equal(bent(&m, 1, 2), ERR_VERSION);
	assert_int_equal(bent(&m, 10, 0), ERR_RANGE);
	assert_int_equal(bent(&m, 10, ROLE_LIGHT + 1), ERR_RANGE);
	assert_int_equal(bent(&m, 195, OVERLAY_URL), ERR_TOO_LONG);
	assert_int_equal(bent(&m, 196, '\n'), ERR_NOT_CANONICAL);
	assert_int_equal(bent(&m, 196, 0), ERR_NOT_CANONICAL);
	m = message_of(MESSAGE_NODES);
	m.nodes = (struct message_nodes){.contacts = 1, .contact = contact};
	assert_int_equal(bent(&m, 14, MESSAGE_CONTACTS + 1), ERR_TOO_LONG);
	m = message_of(MESSAGE_VALUE);
	assert_int_equal(bent(&m, 14, MESSAGE_VALUES + 1), ERR_TOO_LONG);
	m = message_of(MESSAGE_STORE);
	assert_int_equal(bent(&m, 51, 3), ERR_TOO_LONG);
	m = message_of(MESSAGE_GET_HEADS);
	m.locator = (struct message_locator){.count = 2, .most = 1, .hash = hash, .hid = hid};
	assert_int_equal(bent(&m, 14, 0), ERR_RANGE);
	assert_int_equal(bent(&m, 15, 5), ERR_RANGE);
	assert_int_equal(bent(&m, 16, LOCATOR_MOST + 1), ERR_TOO_LONG);
	assert_int_equal(bent(&m, 17, 8), ERR_ORDER);
	m = message_of(MESSAGE_GET_BLOCKS);
	m.blocks = (struct message_blocks){.hid = 1, .count = 1};
	assert_int_equal(bent(&m, 14, 0), ERR_RANGE);
	assert_int_equal(bent(&m, 22, 0), ERR_RANGE);
	assert_int_equal(bent(&m, 56, BLOCKS_OF), ERR_RANGE);
	assert_int_equal(bent(&m, 56, SEALS_OF + 1), ERR_RANGE);
	m.blocks.what = BLOCKS_OF;
	m.blocks.chains = 2;
	m.blocks.chain = (const uint32_t[]){1, 2};
	assert_int_equal(bent(&m, 56, BLOCKS_ALL), ERR_RANGE);
	assert_int_equal(bent(&m, 58, 2), ERR_ORDER);
}

static void
answers_belong_together(void **state)
{
	struct buf raw = {0}, heads = {0};
	struct arena arena = {0};
	struct message m;

	(void)state;
	put_head(&heads, 5);
	put_head(&heads, 7);
	message_heads(&raw, &network, 3, bytes_of(&heads));
	assert_int_equal(unpack(&m, &arena, &raw), ERR_ORDER);
	heads.data[2] ^= 1;
	buf_reset(&raw);
	message_heads(&raw, &network, 3, (struct bytes){heads.data, HYPER_HEAD});
	assert_int_equal(unpack(&m, &arena, &raw), ERR_NETWORK);
	buf_reset(&heads);
	put_endorsement(&heads);
	buf_reset(&raw);
	message_part(&raw, &network, 3, bytes_of(&heads));
	assert_int_equal(unpack(&m, &arena, &raw), ERR_OK);
	assert_int_equal(m.request, 3);
	assert_true(bytes_equal(m.raw, bytes_of(&heads)));
	assert_int_equal(raw.len, MESSAGE_PART_HEAD + heads.len);
	raw.data[MESSAGE_PART_HEAD] = MESSAGE_PING; /* a message is not an object */
	assert_int_equal(unpack(&m, &arena, &raw), ERR_TYPE);
	buf_reset(&raw);
	message_end(&raw, &network, 3, 77);
	assert_int_equal(unpack(&m, &arena, &raw), ERR_OK);
	assert_true(m.type == MESSAGE_END && m.hid == 77);
	assert_int_equal(message_peek(bytes_of(&heads)), 0);
	buf_free(&raw);
	buf_free(&heads);
	arena_free(&arena);
}

/* Both sides sign something of their own, and whoever checks arrives at the same hash. */
static void
auth_names_link_and_side(void **state)
{
	struct message a = hello(), b = hello();

	(void)state;
	b.hello.key.b[0] = 9;
	b.hello.nonce[5] = 1;
	struct hash dialler = message_auth_hash(&a.hello, &b.hello, true);
	struct hash host = message_auth_hash(&b.hello, &a.hello, false);
	assert_false(hash_equal(&dialler, &host));
	struct hash swapped = message_auth_hash(&b.hello, &a.hello, true);
	assert_false(hash_equal(&dialler, &swapped));
	a.hello.nonce[0]++;
	struct hash later = message_auth_hash(&a.hello, &b.hello, true);
	assert_false(hash_equal(&dialler, &later));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_open_and_stay),
		cmocka_unit_test(kademlia),
		cmocka_unit_test(bodies),
		cmocka_unit_test(follows),
		cmocka_unit_test(sync),
		cmocka_unit_test(bounds),
		cmocka_unit_test(answers_belong_together),
		cmocka_unit_test(auth_names_link_and_side),
	};

	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
