/*
 * How fast this project's miner searches, against a bare loop over libsodium's BLAKE2b of the same 40 bytes and over the
 * fastest kernel alone, and its plain kernel against the plainest one that folds what is constant.
 * usage: mine PARA-MINE
 */
#include <sodium.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "crypto/work.h"

enum { ROUNDS = 40, TRIES = 20000, KERNELS = 8, RUNS = 5 };

extern char **environ;

/* --- the bare sides --- */

static const uint8_t personal[16] = "para.work", salt[16];

static uint64_t
libsodium(uint64_t tries)
{
	uint8_t in[40] = {1}, out[32];
	uint64_t sum = 0;
	for (uint64_t nonce = 0; nonce < tries; nonce++) {
		memcpy(in + 32, &nonce, sizeof nonce);
		crypto_generichash_blake2b_salt_personal(out, sizeof out, in, sizeof in, NULL, 0, salt, personal);
		sum += out[0];
	}
	return sum;
}

static const uint8_t order[12][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
};

static const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static inline uint64_t
turn(uint64_t v, int by)
{
	return v >> by | v << (64 - by);
}

/* Message words from 5 on are zero: no addition is made for them. */
#define MIX(a, b, c, d, x, y) \
	do { \
		v[a] += v[b] + ((x) < 5 ? m[x] : 0); \
		v[d] = turn(v[d] ^ v[a], 32); \
		v[c] += v[d]; \
		v[b] = turn(v[b] ^ v[c], 24); \
		v[a] += v[b] + ((y) < 5 ? m[y] : 0); \
		v[d] = turn(v[d] ^ v[a], 16); \
		v[c] += v[d]; \
		v[b] = turn(v[b] ^ v[c], 63); \
	} while (0)

#define ROUND(r) \
	do { \
		MIX(0, 4, 8, 12, order[r][0], order[r][1]); \
		MIX(1, 5, 9, 13, order[r][2], order[r][3]); \
		MIX(2, 6, 10, 14, order[r][4], order[r][5]); \
		MIX(3, 7, 11, 15, order[r][6], order[r][7]); \
		MIX(0, 5, 10, 15, order[r][8], order[r][9]); \
		MIX(1, 6, 11, 12, order[r][10], order[r][11]); \
		MIX(2, 7, 8, 13, order[r][12], order[r][13]); \
		MIX(3, 4, 9, 14, order[r][14], order[r][15]); \
	} while (0)

/* The first word of the work hash of the digest 1, 0, 0, ... and each nonce, summed. */
static uint64_t
bare(uint64_t tries)
{
	uint64_t m[5] = {1}, sum = 0;
	uint64_t h6, h7;
	memcpy(&h6, personal, 8);
	memcpy(&h7, personal + 8, 8);
	for (m[4] = 0; m[4] < tries; m[4]++) {
		uint64_t v[16] = {iv[0] ^ 0x01010020, iv[1], iv[2], iv[3], iv[4], iv[5], iv[6] ^ h6, iv[7] ^ h7, iv[0], iv[1],
			iv[2], iv[3], iv[4] ^ 40, iv[5], ~iv[6], iv[7]};
		ROUND(0);
		ROUND(1);
		ROUND(2);
		ROUND(3);
		ROUND(4);
		ROUND(5);
		ROUND(6);
		ROUND(7);
		ROUND(8);
		ROUND(9);
		ROUND(10);
		ROUND(11);
		sum += (uint8_t)(iv[0] ^ 0x01010020 ^ v[0] ^ v[8]);
	}
	return sum;
}

/* --- measuring --- */

static volatile uint64_t sink;

static void
keep_best(double *best, double rate)
{
	*best = rate > *best ? rate : *best;
}

/* The compiler must not know which loop it is: it could then work out the result beforehand. */
static double
rate_of(uint64_t (*volatile loop)(uint64_t tries))
{
	double begin = bench_cpu();
	sink = loop(TRIES);
	return TRIES / (bench_cpu() - begin);
}

static double
kernel_rate(const struct work_kernel *k, uint64_t first)
{
	struct hash digest = {{1}}, nobody = {{0}};
	uint64_t nonce;
	double begin = bench_cpu();
	if (k->search(&nonce, &digest, &nobody, first, 8 * TRIES))
		bench_fail("a kernel found what is not there");
	return 8 * TRIES / (bench_cpu() - begin);
}

/* One second of `para-mine --bench`, by the CPU time it used. Whoever starts it has no other child. */
static double
program_rate(const char *path)
{
	char *argv[] = {(char *)path, "--bench", "-j", "1", "-f", "hashes_per_second", NULL};
	posix_spawn_file_actions_t actions;
	struct rusage used;
	double rate = 0;
	int pipes[2], status;
	pid_t pid;
	if (pipe(pipes) || posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO) ||
	    posix_spawn(&pid, path, &actions, NULL, argv, environ))
		bench_fail("cannot start para-mine");
	close(pipes[1]);
	FILE *in = fdopen(pipes[0], "r");
	if (!in || fscanf(in, "%lf", &rate) != 1 || wait4(pid, &status, 0, &used) != pid || status)
		bench_fail("para-mine --bench failed");
	fclose(in);
	posix_spawn_file_actions_destroy(&actions);
	return rate / ((double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6);
}

int
main(int argc, char **argv)
{
	size_t n, fastest = 0;
	const struct work_kernel *kernel = work_kernels(&n);
	double sodium = 0, plainest = 0, program = 0, best[KERNELS] = {0};
	char name[64];
	if (argc != 2 || sodium_init() < 0 || n > KERNELS)
		bench_fail("usage: mine PARA-MINE");
	if (libsodium(TRIES) != bare(TRIES))
		bench_fail("the bare kernel computes something else than libsodium");
	for (int run = 0; run < RUNS; run++) {
		keep_best(&program, program_rate(argv[1]));
		for (int i = 0; i < ROUNDS; i++) {
			keep_best(&sodium, rate_of(libsodium));
			keep_best(&plainest, rate_of(bare));
			for (size_t k = 0; k < n; k++)
				keep_best(&best[k], kernel_rate(&kernel[k], (uint64_t)i << 32));
		}
	}
	bench_print("mine", program / sodium, program, "hashes per CPU second of a para-mine thread",
	    "libsodium's BLAKE2b of the same 40 bytes");
	for (size_t k = 0; k < n; k++) {
		fastest = best[k] > best[fastest] ? k : fastest;
		snprintf(name, sizeof name, "mine-%s", kernel[k].name);
		bench_print(name, best[k] / sodium, best[k], "hashes per CPU second",
		    "libsodium's BLAKE2b of the same 40 bytes");
	}
	snprintf(name, sizeof name, "a bare loop over the fastest kernel, %s", kernel[fastest].name);
	bench_print("mine-bare", program / best[fastest], program, "hashes per CPU second of a para-mine thread", name);
	bench_print("mine-plain-bare", best[0] / plainest, best[0], "hashes per CPU second",
	    "a bare scalar kernel with its constants folded");
	return 0;
}
