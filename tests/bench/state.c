/*
 * What a coin transfer costs in the state: two accounts of 48 bytes read and written, the tree, LMDB and the notes that
 * take a block back, without the commit's writing. usage: state DIRECTORY ACCOUNTS BATCH BATCHES
 */
#include <sodium.h>
#include <sys/stat.h>

#include "bench.h"
#include "ledger/state_set.h"
#include "store/store.h"

enum { VALUE = 48, FILL = 20000 };

static uint64_t randomness = 1;

static uint64_t
draw(uint64_t below)
{
	randomness = randomness * 6364136223846793005U + 1442695040888963407U;
	return (randomness >> 20) % below;
}

static void
must(enum err e)
{
	if (e)
		bench_fail(err_text(e));
}

static void
account_of(uint8_t out[static 32], uint64_t number)
{
	memset(out, 0, 32);
	memcpy(out, &number, sizeof number);
}

static struct store_txn *
begin(struct store *s)
{
	struct store_txn *t;

	must(store_begin_write(&t, s));
	return t;
}

/* Room for everything, so that no put ever meets the end of the map. */
static void
fill(struct store *s, uint64_t accounts)
{
	const struct lane lane = { .chain = 1 };

	for (int i = 0; i < 3; i++)
		must(store_grow(s));
	for (uint64_t at = 0; at < accounts;) {
		struct store_txn *t = begin(s);
		struct ledger_view view = store_ledger(t);
		struct state_set set;
		struct hash root;
		state_set_init(&set, &view, &lane, 1);
		for (int i = 0; i < FILL && at < accounts; i++, at++) {
			uint8_t account[32], value[VALUE] = { 1 };
			account_of(account, at);
			memcpy(value, &at, sizeof at);
			must(state_set_put(&set, account, (struct bytes){ value, sizeof value }));
		}
		must(state_set_apply(&root, &set));
		state_set_free(&set);
		must(store_commit(t));
	}
}

static void
change(struct state_set *set, const uint8_t account[static 32], uint64_t by)
{
	uint8_t value[VALUE];
	struct bytes found;

	must(state_set_get(set, &found, account));
	memcpy(value, found.data, sizeof value);
	for (int i = 0; i < 8; i++)
		value[8 + i] ^= (uint8_t)(by >> 8 * i);
	must(state_set_put(set, account, (struct bytes){ value, sizeof value }));
}

struct spent {
	double read, apply, commit;
};

static struct spent
transfers(struct store *s, uint64_t hid, uint64_t accounts, int n)
{
	const struct lane lane = { .chain = 1 };
	struct store_txn *t = begin(s);
	struct ledger_view view = store_ledger(t);
	struct state_set set;
	struct hash root;
	uint8_t *account = malloc(64 * (size_t)n);
	double start = bench_cpu(), read, applied;

	if (!account)
		bench_fail("no memory");
	must(store_note(t, hid));
	state_set_init(&set, &view, &lane, hid);
	for (int i = 0; i < 2 * n; i++)
		account_of(account + 32 * i, draw(accounts));
	must(state_set_load(&set, account, 2 * (size_t)n));
	for (int i = 0; i < n; i++) {
		uint64_t by = draw(UINT64_MAX);
		change(&set, account + 64 * i, by);
		change(&set, account + 64 * i + 32, by);
		state_set_keep(&set);
	}
	read = bench_cpu();
	must(state_set_apply(&root, &set));
	state_set_free(&set);
	must(store_note_end(t));
	applied = bench_cpu();
	free(account);
	must(store_settle(t, hid - 1, hid - 1));
	must(store_commit(t));
	return (struct spent){ read - start, applied - read, bench_cpu() - applied };
}

static double
verify_us(void)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES], seed[32] = { 1 };
	unsigned char message[200] = { 2 }, signature[crypto_sign_BYTES];
	double start;

	crypto_sign_seed_keypair(public, secret, seed);
	crypto_sign_detached(signature, NULL, message, sizeof message, secret);
	start = bench_cpu();
	for (int i = 0; i < 2000; i++) {
		if (crypto_sign_verify_detached(signature, message, sizeof message, public))
			bench_fail("a good signature was refused");
	}
	return (bench_cpu() - start) / 2000 * 1e6;
}

int
main(int argc, char **argv)
{
	static double read[1000], apply[1000], commit[1000], all[1000];
	uint64_t accounts = argc == 5 ? strtoull(argv[2], NULL, 10) : 0;
	int batch = argc == 5 ? atoi(argv[3]) : 0, batches = argc == 5 ? atoi(argv[4]) : 0;
	struct store *s;
	double v;
	char name[40], against[200];

	if (accounts == 0 || batch <= 0 || batches <= 0 || batches > 1000 || sodium_init() < 0)
		bench_fail("usage: state DIRECTORY ACCOUNTS BATCH BATCHES");
	must(store_open(&s, argv[1], STORE_CREATE));
	fill(s, accounts);
	v = verify_us();
	for (int i = 0; i < batches; i++) {
		struct spent spent = transfers(s, (uint64_t)i + 2, accounts, batch);
		read[i] = spent.read / batch * 1e6;
		apply[i] = spent.apply / batch * 1e6;
		commit[i] = spent.commit / batch * 1e6;
		all[i] = read[i] + apply[i];
	}
	v = (v + verify_us()) / 2;
	struct store_txn *look = begin(s);
	double bytes = (double)store_bytes(look);
	store_abort(look);
	snprintf(name, sizeof name, "state-%llu-%d", (unsigned long long)accounts, batch);
	snprintf(against, sizeof against, "one bare signature check, %.1f us; read %.2f, apply %.2f, commit %.2f; %.0f bytes "
	    "an account", v, bench_part(read, (size_t)batches, 0.5), bench_part(apply, (size_t)batches, 0.5),
	    bench_part(commit, (size_t)batches, 0.5), bytes / (double)accounts);
	bench_print(name, bench_part(all, (size_t)batches, 0.5) / v, bench_part(all, (size_t)batches, 0.5),
	    "us of state per transfer", against);
	store_close(s);
	return 0;
}
