#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/hash.h"

/* A plain BLAKE2b after RFC 7693, with key and personalisation: what the layer's hashes are compared with. */
struct blake2b {
	uint64_t h[8];
	uint8_t block[128];
	size_t used, total, out_len;
};

static const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static const uint8_t sigma[10][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t
load(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
ror(uint64_t v, int by)
{
	return v >> by | v << (64 - by);
}

static void
mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = ror(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = ror(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 63);
}

static void
compress(struct blake2b *s, uint64_t last)
{
	uint64_t v[16], m[16];

	for (int i = 0; i < 8; i++) {
		v[i] = s->h[i];
		v[i + 8] = iv[i];
	}
	for (int i = 0; i < 16; i++)
		m[i] = load(s->block + 8 * i);
	v[12] ^= s->total;
	v[14] ^= last;
	for (int r = 0; r < 12; r++) {
		const uint8_t *g = sigma[r % 10];
		for (int i = 0; i < 4; i++)
			mix(v, i, 4 + i, 8 + i, 12 + i, m[g[2 * i]], m[g[2 * i + 1]]);
		for (int i = 0; i < 4; i++)
			mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[g[8 + 2 * i]], m[g[9 + 2 * i]]);
	}
	for (int i = 0; i < 8; i++)
		s->h[i] ^= v[i] ^ v[i + 8];
}

static void
add(struct blake2b *s, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s->used == 128) {
			compress(s, 0);
			s->used = 0;
		}
		s->block[s->used++] = in[i];
		s->total++;
	}
}

static void
start(struct blake2b *s, size_t out_len, const uint8_t *key, size_t key_len, const uint8_t personal[static 16])
{
	uint8_t padded[128] = {0};

	memset(s, 0, sizeof *s);
	memcpy(s->h, iv, sizeof s->h);
	s->out_len = out_len;
	s->h[0] ^= 0x01010000 ^ key_len << 8 ^ out_len;
	s->h[6] ^= load(personal);
	s->h[7] ^= load(personal + 8);
	if (key_len > 0) {
		memcpy(padded, key, key_len);
		add(s, padded, sizeof padded);
	}
}

static void
finish(struct blake2b *s, uint8_t *out)
{
	memset(s->block + s->used, 0, 128 - s->used);
	compress(s, UINT64_MAX);
	for (size_t i = 0; i < s->out_len; i++)
		out[i] = (uint8_t)(s->h[i / 8] >> 8 * (i % 8));
}

static const uint8_t no_personal[16];

static void
check_hex(const uint8_t *got, size_t len, const char *want)
{
	char text[200];

	hex_encode(text, got, len);
	assert_string_equal(text, want);
}

/* RFC 7693, appendix A. */
static void
the_reference_hashes_abc_as_the_rfc_does(void **state)
{
	(void)state;
	struct blake2b s;
	uint8_t out[64];
	start(&s, 64, NULL, 0, no_personal);
	add(&s, (const uint8_t *)"abc", 3);
	finish(&s, out);
	check_hex(out, 64, "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
	    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

static void
sequence(uint8_t *out, size_t len, uint32_t seed)
{
	uint32_t a = 0xdead4bad * seed, b = 1;

	for (size_t i = 0; i < len; i++) {
		uint32_t t = a + b;
		a = b;
		b = t;
		out[i] = (uint8_t)(t >> 24);
	}
}

/* RFC 7693, appendix E: a hash over hashes of many lengths, with and without key. */
static void
the_reference_passes_the_rfc_s_self_test(void **state)
{
	(void)state;
	static const size_t out_lens[] = {20, 32, 48, 64}, in_lens[] = {0, 3, 128, 129, 255, 1024};
	struct blake2b all, one;
	uint8_t in[1024], key[64], out[64];
	start(&all, 32, NULL, 0, no_personal);
	for (size_t o = 0; o < 4; o++) {
		for (size_t i = 0; i < 6; i++) {
			sequence(in, in_lens[i], (uint32_t)in_lens[i]);
			sequence(key, out_lens[o], (uint32_t)out_lens[o]);
			for (size_t keyed = 0; keyed < 2; keyed++) {
				start(&one, out_lens[o], key, keyed ? out_lens[o] : 0, no_personal);
				add(&one, in, in_lens[i]);
				finish(&one, out);
				add(&all, out, out_lens[o]);
			}
		}
	}
	finish(&all, out);
	check_hex(out, 32, "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475");
}

static void
every_kind_hashes_as_the_reference_does(void **state)
{
	(void)state;
	uint8_t in[700], want[32];
	sequence(in, sizeof in, 7);
	for (int kind = 0; kind < HASH_KINDS; kind++) {
		for (size_t len = 0; len <= sizeof in; len += len < 260 ? 1 : 97) {
			struct blake2b s;
			start(&s, 32, NULL, 0, hash_personal((enum hash_kind)kind));
			add(&s, in, len);
			finish(&s, want);
			struct hash got = hash_of((enum hash_kind)kind, in, len);
			assert_memory_equal(got.b, want, 32);
		}
	}
}

static void
a_hash_of_nothing_needs_no_data(void **state)
{
	(void)state;
	struct hasher h;
	hash_init(&h, HASH_LEAF);
	hash_add(&h, NULL, 0);
	struct hash a = hash_of(HASH_LEAF, NULL, 0), b = hash_end(&h);
	assert_true(hash_equal(&a, &b));
}

static void
personalisations_are_the_protocol_s(void **state)
{
	(void)state;
	static const char *const want[HASH_KINDS] = {"para.payload", "para.sealcore", "para.sealdigest", "para.work",
	    "para.block", "para.list", "para.cert", "para.hyper", "para.endorse", "para.genesis", "para.spec",
	    "para.rules", "para.leaf", "para.node", "para.root", "para.account", "para.beacon", "para.witness",
	    "para.link", "para.nodeid", "para.holder", "para.followers", "para.state", "para.statevalue",
	    "para.stateleaf", "para.statenode", "para.ticket", "para.snapshot",
	    "para.authorities"};
	for (int kind = 0; kind < HASH_KINDS; kind++) {
		uint8_t padded[16] = {0};
		memcpy(padded, want[kind], strlen(want[kind]));
		assert_memory_equal(hash_personal((enum hash_kind)kind), padded, 16);
	}
	struct hash h = hash_of(HASH_PAYLOAD, "abc", 3);
	check_hex(h.b, 32, "5a843ec2ef541359530977b3c253b0bf273ee0cea7b43fc08bd7ccc48601d743");
}

static void
pieces_hash_like_the_whole(void **state)
{
	(void)state;
	uint8_t in[400];
	sequence(in, sizeof in, 3);
	struct hash whole = hash_of(HASH_HYPER, in, sizeof in);
	for (size_t cut = 0; cut <= sizeof in; cut++) {
		struct hasher h;
		hash_init(&h, HASH_HYPER);
		hash_add(&h, in, cut);
		hash_add(&h, in + cut, sizeof in - cut);
		struct hash got = hash_end(&h);
		assert_true(hash_equal(&whole, &got));
	}
}

static void
hashes_compare_as_big_endian_numbers(void **state)
{
	(void)state;
	struct hash zero = {{0}}, low = {{0}}, high = {{0}};
	low.b[31] = 0xff;
	high.b[0] = 0x01;
	assert_true(hash_is_zero(&zero));
	assert_false(hash_is_zero(&low));
	assert_false(hash_is_zero(&high));
	assert_true(hash_compare(&zero, &low) < 0);
	assert_true(hash_compare(&high, &low) > 0);
	assert_int_equal(hash_compare(&low, &low), 0);
	assert_false(hash_equal(&low, &high));
	high.b[0] = 0x80;
	assert_true(hash_compare(&high, &low) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_hashes_abc_as_the_rfc_does),
		cmocka_unit_test(the_reference_passes_the_rfc_s_self_test),
		cmocka_unit_test(every_kind_hashes_as_the_reference_does),
		cmocka_unit_test(a_hash_of_nothing_needs_no_data),
		cmocka_unit_test(personalisations_are_the_protocol_s),
		cmocka_unit_test(pieces_hash_like_the_whole),
		cmocka_unit_test(hashes_compare_as_big_endian_numbers),
	};
	return hash_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
