/*
 * Signs payloads before anything is measured, and writes them to stdout, each with its length u32 before it. Keys follow
 * from numbers, so that payloads of several calls fit together; chains FIRST and on hold the same accounts each.
 *
 * usage: presign NETWORK chains data|coin FIRST COUNT                       the registrations of chains bench-FIRST and on
 *        presign NETWORK data FIRST CHAINS FROM COUNT                       200 bytes each, of 64 signers on each chain
 *        presign NETWORK fund FIRST CHAINS ACCOUNTS SENDERS                 gives every account of each chain coins
 *        presign NETWORK coin FIRST CHAINS ACCOUNTS SENDERS FROM COUNT      transfers of senders in turn to any account
 */
#include "base/hex.h"
#include "bench.h"
#include "chain/order.h"
#include "chain/payload.h"
#include "chain/spec.h"

enum { SIGNERS = 64, BODY = 62, OWNER = 0x7fffffff, GIVEN = 1 << 30 };

static struct network network;
static struct buf body, out;
static uint64_t randomness = 1;

static void
check(enum err e)
{
	if (e)
		bench_fail(err_text(e));
}

static struct sign_key *
key_of(uint32_t number)
{
	uint8_t seed[32] = {'f', 'e', 'e', 'd', (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
	    (uint8_t)(number >> 24)};
	struct sign_key *key = sign_key_new(seed);
	if (!key)
		bench_fail("no memory");
	return key;
}

/* Public halves of the first n keys; secret ones are many only for a moment: each takes locked pages. */
static struct pubkey *
publics_new(uint32_t n)
{
	struct pubkey *public = calloc(n + (size_t)1, sizeof *public);
	for (uint32_t i = 0; public && i < n; i++) {
		struct sign_key *key = key_of(i);
		public[i] = *sign_key_public(key);
		sign_key_free(key);
	}
	if (!public)
		bench_fail("no memory");
	return public;
}

/* Those who send have a key; the others are as good as random. */
static struct coin_alloc
account_of(const struct pubkey *public, uint32_t senders, uint32_t number)
{
	struct coin_alloc a;
	struct hash opaque = hash_of(HASH_ACCOUNT, &number, sizeof number);
	memcpy(a.account, number < senders ? public[number].b : opaque.b, sizeof a.account);
	return a;
}

static void
put_payload(uint32_t chain, uint64_t seq, const struct sign_key *key)
{
	struct payload p = {.network = network, .chain = chain, .seq = seq, .body = bytes_of(&body)};
	struct hash id;
	check(payload_sign(&p, &id, key));
	buf_reset(&out);
	wire_put_u32(&out, (uint32_t)(PAYLOAD_FIXED + body.len));
	payload_put(&out, &p);
	if (out.failed || fwrite(out.data, out.len, 1, stdout) != 1)
		bench_fail("cannot write");
}

static void
put_transfer(uint32_t chain, uint64_t seq, const struct sign_key *key, const struct buf *outputs)
{
	struct order o = {.kind = ORDER_TRANSFER, .outputs = (uint32_t)(outputs->len / ORDER_OUTPUT_BYTES),
	    .output = bytes_of(outputs)};
	buf_reset(&body);
	order_put(&body, &o);
	put_payload(chain, seq, key);
}

/* --- what is signed --- */

static void
sign_chains(enum spec_engine engine, uint32_t first, uint32_t count)
{
	struct sign_key *owner = key_of(OWNER);
	for (uint32_t i = 0; i < count; i++) {
		struct spec spec = {.engine = engine, .witnesses = SPEC_WITNESSES, .body_bytes = 64 << 10};
		snprintf(spec.name, sizeof spec.name, "bench-%u", first + i);
		if (engine == ENGINE_COIN)
			spec.coin = (struct coin){.symbol = "B", .issuance = COIN_FIXED, .cap = {UINT64_MAX / 2}};
		check(spec_check(&spec));
		buf_reset(&body);
		wire_put_u8(&body, ROOT_REGISTER);
		spec_put(&body, &spec);
		put_payload(0, first + i, owner);
	}
}

static void
sign_data(uint32_t first, uint32_t chains, uint64_t from, uint64_t count)
{
	struct sign_key *key[SIGNERS];
	for (uint32_t i = 0; i < SIGNERS; i++)
		key[i] = key_of(i);
	for (uint64_t i = from; i < from + count; i++) {
		uint64_t turn = i / chains;
		char text[BODY + 1];
		snprintf(text, sizeof text, "%0*llu", BODY, (unsigned long long)i);
		buf_reset(&body);
		buf_add(&body, text, BODY);
		put_payload(first + (uint32_t)(i % chains), turn / SIGNERS + 1, key[turn % SIGNERS]);
	}
}

static int
by_account(const void *a, const void *b)
{
	return memcmp(a, b, sizeof((struct coin_alloc *)0)->account);
}

static void
sign_fund(uint32_t first, uint32_t chains, uint32_t accounts, uint32_t senders)
{
	struct sign_key *owner = key_of(OWNER);
	struct pubkey *public = publics_new(senders);
	struct coin_alloc *all = calloc(accounts, sizeof *all);
	struct buf outputs = {0};
	if (!all)
		bench_fail("no memory");
	for (uint32_t i = 0; i < accounts; i++) {
		all[i] = account_of(public, senders, i);
		all[i].amount.units = GIVEN;
	}
	qsort(all, accounts, sizeof *all, by_account);
	for (uint32_t at = 0, seq = 1; at < accounts; seq++) {
		buf_reset(&outputs);
		for (uint32_t i = 0; i < LIMIT_OUTPUTS && at < accounts; i++)
			coin_alloc_put(&outputs, &all[at++]);
		for (uint32_t chain = 0; chain < chains; chain++)
			put_transfer(first + chain, seq, owner, &outputs);
	}
}

static uint32_t
draw(uint32_t below)
{
	randomness = randomness * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)((randomness >> 20) % below);
}

static void
sign_coin(uint32_t first, uint32_t chains, uint32_t accounts, uint32_t senders, uint64_t from, uint64_t count)
{
	struct pubkey *public = publics_new(senders);
	struct buf outputs = {0};
	randomness += from;
	for (uint64_t i = from; i < from + count; i++) {
		uint64_t turn = i / chains;
		uint32_t sender = (uint32_t)(turn % senders), to = draw(accounts);
		struct coin_alloc a = account_of(public, senders, to == sender ? (to + 1) % accounts : to);
		a.amount.units = 1;
		buf_reset(&outputs);
		coin_alloc_put(&outputs, &a);
		struct sign_key *key = key_of(sender);
		put_transfer(first + (uint32_t)(i % chains), turn / senders + 1, key, &outputs);
		sign_key_free(key);
	}
}

int
main(int argc, char **argv)
{
	uint64_t n[7] = {0};
	char kind = 0;
	if (argc >= 6 && argc <= 9 && hash_start() &&
	    hex_decode(network.b, sizeof network.b, argv[1], strlen(argv[1])) == ERR_OK) {
		kind = argv[2][0] == 'c' ? argv[2][1] : argv[2][0];
		for (int i = 3; i < argc; i++)
			n[i - 3] = strtoull(argv[i], NULL, 10);
	}
	if (kind == 'h' && argc == 6)
		sign_chains(strcmp(argv[3], "coin") == 0 ? ENGINE_COIN : ENGINE_DATA, (uint32_t)n[1], (uint32_t)n[2]);
	else if (kind == 'd' && argc == 7 && n[1])
		sign_data((uint32_t)n[0], (uint32_t)n[1], n[2], n[3]);
	else if (kind == 'f' && argc == 7 && n[2] >= n[3])
		sign_fund((uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2], (uint32_t)n[3]);
	else if (kind == 'o' && argc == 9 && n[1] && n[3] && n[2] >= n[3] && n[2] > 1)
		sign_coin((uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2], (uint32_t)n[3], n[4], n[5]);
	else
		bench_fail("usage: presign NETWORK chains|data|fund|coin NUMBERS, see its source");
	return fflush(stdout) ? 2 : 0;
}
