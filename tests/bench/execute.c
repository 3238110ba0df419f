/*
 * What executing costs, signatures already checked: payloads read from the store, coin transfers of 1,000 accounts a
 * lane executed, the tree, and what came of it written back.
 *
 *     execute   transfers of one lane, CPU time of all of it, against a bare signature check
 *     lanes     8 lanes on two workers against one, by the clock, and two threads of bare checks against one beside it
 */
#include <pthread.h>
#include <sodium.h>

#include "bench.h"
#include "unit/node/laid.h"

enum { PEOPLE = 1000, TRANSFERS = 10000, BLOCKS = 7, LANES = 8, A_LANE = 8000, ROUNDS = 9, CHECKS = 3000 };

static uint64_t seq[LAID_CHAINS + 1][PEOPLE];
static uint64_t randomness = 1;

static uint32_t
draw(uint32_t below)
{
	randomness = randomness * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)((randomness >> 20) % below);
}

static double
all_cpu(void)
{
	return bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* Each from another account to another, as far as they go. */
static void
transfers(struct laid *l, uint32_t chain, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint8_t from[32], to[32];
		uint32_t who = draw(PEOPLE);
		laid_person(from, chain, who);
		laid_person(to, chain, (who + 1 + draw(PEOPLE - 1)) % PEOPLE);
		laid_transfer(l, chain, from, ++seq[chain][who], to, 1 + draw(100));
	}
}

static void
settle(struct laid *l)
{
	while (laid_execute(l))
		;
}

/* Coins in force: registered in the first block, which the second commits. */
static void
begin(struct laid *l, uint32_t lanes)
{
	laid_open(l, 0);
	memset(seq, 0, sizeof(seq));
	for (uint32_t i = 0; i < lanes; i++)
		laid_register(l, PEOPLE, 1000000);
	for (int i = 0; i < 3; i++) {
		laid_connect(l, false);
		settle(l);
	}
}

/* --- bare checks --- */

struct checks {
	unsigned char public[crypto_sign_PUBLICKEYBYTES], message[200], signature[crypto_sign_BYTES];
};

static void *
check_all(void *arg)
{
	struct checks *c = arg;
	for (int i = 0; i < CHECKS; i++) {
		if (crypto_sign_verify_detached(c->signature, c->message, sizeof(c->message), c->public))
			bench_fail("a good signature was refused");
	}
	return NULL;
}

static void
make_checks(struct checks *c)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES], seed[32] = { 1 };
	*c = (struct checks){ .message = { 2 } };
	crypto_sign_seed_keypair(c->public, secret, seed);
	crypto_sign_detached(c->signature, NULL, c->message, sizeof(c->message), secret);
}

static double
check_cpu(struct checks *c)
{
	double start = bench_cpu();
	check_all(c);
	return (bench_cpu() - start) / CHECKS;
}

/* As much as `threads` do, by one or by all of them. */
static double
check_wall(struct checks *c, int threads)
{
	pthread_t other;
	double start = bench_wall();
	if (threads == 2 && pthread_create(&other, NULL, check_all, c) != 0)
		bench_fail("no thread");
	check_all(c);
	if (threads == 2)
		pthread_join(other, NULL);
	else
		check_all(c);
	return bench_wall() - start;
}

/* --- the measurements --- */

/* Of a block whose transfers all go through. */
static struct results *
run_block(struct laid *l)
{
	struct results *r;
	if (results_run(&r, &(uint64_t){ 0 }, l->node) != ERR_OK || r->err != ERR_OK)
		bench_fail("cannot execute");
	for (uint32_t i = 0; i < r->runs; i++) {
		for (uint32_t k = 0; k < r->run[i].count; k++) {
			if (r->run[i].item[k].outcome != OUTCOME_DONE)
				bench_fail("a transfer failed");
		}
	}
	return r;
}

static void
measure_execute(struct checks *c)
{
	double run[BLOCKS], write[BLOCKS], all[BLOCKS], v[BLOCKS];
	char against[160];
	struct laid l;
	begin(&l, 1);
	for (int i = 0; i < BLOCKS; i++) {
		transfers(&l, 1, TRANSFERS);
		laid_connect(&l, false);
		v[i] = check_cpu(c) * 1e6;
		double start = all_cpu();
		struct results *r = run_block(&l);
		double ran = all_cpu();
		laid_apply(&l, &(struct apply_order){ .results = r });
		double wrote = all_cpu();
		results_free(r);
		run[i] = (ran - start) / TRANSFERS * 1e6;
		write[i] = (wrote - ran) / TRANSFERS * 1e6;
		all[i] = run[i] + write[i];
	}
	double us = bench_part(all, BLOCKS, 0.5), check = bench_part(v, BLOCKS, 0.5);
	snprintf(against, sizeof(against), "one bare signature check, %.1f us; executed %.2f, written %.2f", check,
	    bench_part(run, BLOCKS, 0.5), bench_part(write, BLOCKS, 0.5));
	bench_print("execute", check / us, us, "us of CPU per coin transfer executed", against);
	laid_close(&l);
}

/* The block stays as it is: what is run is not written. */
static double
run_wall(struct laid *l, unsigned workers)
{
	if (crew_start(&l->node->crew, workers) != ERR_OK)
		bench_fail("no crew");
	double start = bench_wall();
	struct results *r = run_block(l);
	double end = bench_wall();
	results_free(r);
	crew_stop(l->node->crew);
	l->node->crew = NULL;
	return end - start;
}

/* Of each the round that the rest of the machine disturbed least. */
static void
measure_lanes(struct checks *c)
{
	double lanes[2][ROUNDS], bare[2][ROUNDS], best[2][2];
	char against[160];
	struct laid l;
	begin(&l, LANES);
	for (uint32_t i = 1; i <= LANES; i++)
		transfers(&l, i, A_LANE);
	laid_connect(&l, false);
	for (int i = 0; i < ROUNDS; i++) {
		for (int two = 0; two < 2; two++) {
			lanes[two][i] = run_wall(&l, two + 1U);
			bare[two][i] = check_wall(c, two + 1);
		}
	}
	for (int two = 0; two < 2; two++) {
		best[0][two] = bench_part(lanes[two], ROUNDS, 0);
		best[1][two] = bench_part(bare[two], ROUNDS, 0);
	}
	double fold = best[0][0] / best[0][1], bare_fold = best[1][0] / best[1][1];
	snprintf(against, sizeof(against), "two threads of bare signature checks, %.2f times one", bare_fold);
	bench_print("lanes", fold / bare_fold, fold, "times as fast, 8 lanes on 2 workers", against);
	settle(&l);
	laid_close(&l);
}

int
main(int argc, char **argv)
{
	struct checks c;
	if (argc != 2 || sodium_init() < 0)
		bench_fail("usage: execute execute|lanes");
	make_checks(&c);
	if (strcmp(argv[1], "execute") == 0)
		measure_execute(&c);
	else if (strcmp(argv[1], "lanes") == 0)
		measure_lanes(&c);
	else
		bench_fail("usage: execute execute|lanes");
	return 0;
}
