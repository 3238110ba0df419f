/*
 * Hands signed payloads of 200 bytes to a node through its control socket until all are final, and prints what that
 * cost the node: {"payloads":N,"cpu_s":X,"wall_s":X}. They are signed before; the miner is a process of its own.
 * Appends their ids, 32 bytes each, to a file.
 * usage: feed URL CHAIN FIRST COUNT IDS PID-OF-THE-NODE
 */
#include <unistd.h>

#include "base/hex.h"
#include "bench.h"
#include "chain/payload.h"
#include "json/json.h"
#include "net/client.h"
#include "tool/clock.h"

enum { SIGNERS = 64, BODY = 62, SIZE = PAYLOAD_FIXED + BODY, BATCH = 2000, AHEAD = 8, WAIT = 2000, TIMEOUT_MS = 60000 };

struct feed {
	struct client *client;
	struct network network;
	uint32_t chain;
	uint64_t first, count;
	uint8_t *raw; /* SIZE bytes each */
	struct hash *id;
	struct buf request, reply;
};

static const char *
url_at(void *arg)
{
	return arg;
}

static void
check(enum err e, const char *doing)
{
	if (e) {
		fprintf(stderr, "feed: %s: %s\n", doing, err_text(e));
		exit(2);
	}
}

/* --- payloads --- */

static void
sign_all(struct feed *f)
{
	struct sign_key *key[SIGNERS];
	struct buf out = {0};
	for (int i = 0; i < SIGNERS; i++) {
		uint8_t seed[32] = {'f', 'e', 'e', 'd', (uint8_t)i};
		key[i] = sign_key_new(seed);
	}
	for (uint64_t i = 0; i < f->count; i++) {
		uint64_t number = f->first + i;
		char body[BODY + 1];
		snprintf(body, sizeof body, "%0*llu", BODY, (unsigned long long)number);
		struct payload p = {.network = f->network, .chain = f->chain, .seq = number / SIGNERS + 1,
		    .body = {(const uint8_t *)body, BODY}};
		check(payload_sign(&p, &f->id[i], key[number % SIGNERS]), "signing");
		buf_reset(&out);
		payload_put(&out, &p);
		if (out.len != SIZE)
			bench_fail("a payload is not of 200 bytes");
		memcpy(f->raw + i * SIZE, out.data, SIZE);
	}
	for (int i = 0; i < SIGNERS; i++)
		sign_key_free(key[i]);
	buf_free(&out);
}

/* --- calls --- */

static void
begin(struct feed *f, const char *method, const char *list)
{
	buf_reset(&f->request);
	buf_add_text(&f->request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"");
	buf_add_text(&f->request, method);
	buf_add_text(&f->request, "\",\"params\":{");
	buf_add_text(&f->request, list);
}

static struct bytes
end(struct feed *f, const char *rest)
{
	buf_add_text(&f->request, rest);
	buf_add_text(&f->request, "}}");
	return bytes_of(&f->request);
}

static void
put_item(struct feed *f, const uint8_t *data, size_t len, bool more)
{
	buf_add_text(&f->request, more ? ",\"" : "\"");
	hex_add(&f->request, data, len);
	buf_add_text(&f->request, "\"");
}

/* The reply's result; free the document. */
static const struct json *
result(struct json **document, struct feed *f)
{
	check(json_parse(document, NULL, bytes_of(&f->reply)), "reading a reply");
	const struct json *r = json_member(*document, "result");
	if (!r) {
		fprintf(stderr, "feed: %.*s\n", (int)(f->reply.len < 300 ? f->reply.len : 300), (const char *)f->reply.data);
		exit(2);
	}
	return r;
}

static const struct json *
call(struct json **document, struct feed *f, struct bytes request)
{
	buf_reset(&f->reply);
	check(client_call(f->client, &f->reply, request, TIMEOUT_MS), "calling");
	return result(document, f);
}

static void
read_network(struct feed *f)
{
	struct json *document;
	begin(f, "status", "");
	check(json_hex(f->network.b, sizeof f->network.b, json_member(call(&document, f, end(f, "")), "network")), "status");
	json_free(document);
}

/* --- the feed --- */

static uint64_t
batches(const struct feed *f)
{
	return (f->count + BATCH - 1) / BATCH;
}

static void
send_batch(struct feed *f, uint64_t batch)
{
	uint64_t last = (batch + 1) * BATCH < f->count ? (batch + 1) * BATCH : f->count;
	begin(f, "submit", "\"payloads\":[");
	for (uint64_t i = batch * BATCH; i < last; i++)
		put_item(f, f->raw + i * SIZE, SIZE, i > batch * BATCH);
	check(client_send(f->client, end(f, "]"), TIMEOUT_MS), "sending");
}

/* All of the batch were accepted, or the pool was full for some; anything else ends the feed. */
static bool
take_answer(struct feed *f)
{
	struct json *document;
	bool full = false;
	buf_reset(&f->reply);
	check(client_receive(f->client, &f->reply), "receiving");
	const struct json *list = json_member(result(&document, f), "payloads");
	for (const struct json *j = json_first(list); j; j = json_next(j)) {
		const char *status = "", *reason = "";
		json_text(&status, json_member(j, "status"));
		json_text(&reason, json_member(j, "reason"));
		if (strcmp(status, "rejected") == 0 && strcmp(reason, "pool_full") != 0 && strcmp(reason, "busy") != 0) {
			fprintf(stderr, "feed: rejected: %s\n", reason);
			exit(2);
		}
		full = full || strcmp(status, "rejected") == 0;
	}
	json_free(document);
	return !full;
}

static void
submit_all(struct feed *f)
{
	uint64_t ring[AHEAD], sent = 0, answered = 0, total = batches(f), next = 0;
	uint64_t *again = calloc(total + 1, sizeof *again), agains = 0;
	if (!again)
		bench_fail("no memory");
	while (answered < sent || next < total || agains) {
		while (sent - answered < AHEAD && (agains || next < total)) {
			uint64_t batch = agains ? again[--agains] : next++;
			ring[sent++ % AHEAD] = batch;
			send_batch(f, batch);
		}
		uint64_t batch = ring[answered++ % AHEAD];
		if (!take_answer(f)) {
			again[agains++] = batch;
			clock_sleep_ms(200);
		}
	}
	free(again);
}

/* Waits until the payloads from..to are final, and checks each. */
static void
wait_final(struct feed *f, uint64_t from, uint64_t to)
{
	struct json *document;
	bool all = false;
	for (uint64_t end_ms = clock_steady_ms() + 10 * (uint64_t)TIMEOUT_MS; !all;) {
		begin(f, "wait", "\"payloads\":[");
		for (uint64_t i = from; i < to; i++)
			put_item(f, f->id[i].b, sizeof f->id[i].b, i > from);
		const struct json *list = json_member(call(&document, f, end(f, "],\"until\":\"final\",\"timeout_ms\":20000")),
		    "payloads");
		all = json_count(list) == to - from;
		for (const struct json *j = json_first(list); j; j = json_next(j)) {
			const char *status = "";
			bool ok = false;
			json_text(&status, json_member(j, "status"));
			json_bool(&ok, json_member(json_member(j, "result"), "ok"));
			all = all && ok && strcmp(status, "final") == 0;
		}
		json_free(document);
		if (!all && clock_steady_ms() > end_ms)
			bench_fail("payloads did not become final");
	}
}

static double
cpu_of(const char *pid)
{
	char path[64];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	FILE *in = fopen(path, "r");
	if (!in || fscanf(in, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		bench_fail("no such node");
	fclose(in);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void
save_ids(const struct feed *f, const char *path)
{
	FILE *out = fopen(path, "a");
	if (!out || fwrite(f->id, sizeof *f->id, f->count, out) != f->count || fclose(out))
		bench_fail("cannot write the ids");
}

int
main(int argc, char **argv)
{
	struct feed f = {0};
	if (argc != 7 || !hash_start())
		bench_fail("usage: feed URL CHAIN FIRST COUNT IDS PID");
	f.chain = (uint32_t)strtoul(argv[2], NULL, 10);
	f.first = strtoull(argv[3], NULL, 10);
	f.count = strtoull(argv[4], NULL, 10);
	f.raw = malloc(f.count * SIZE);
	f.id = calloc(f.count, sizeof *f.id);
	if (!f.raw || !f.id || f.count < WAIT)
		bench_fail("no memory, or fewer than 2000 payloads");
	check(client_open(&f.client, url_at, argv[1], 5000), argv[1]);
	read_network(&f);
	sign_all(&f);
	double wall = bench_wall(), cpu = cpu_of(argv[6]);
	submit_all(&f);
	wait_final(&f, f.count - WAIT, f.count);
	cpu = cpu_of(argv[6]) - cpu;
	wall = bench_wall() - wall;
	for (uint64_t i = 0; i < f.count; i += WAIT)
		wait_final(&f, i, i + WAIT < f.count ? i + WAIT : f.count);
	save_ids(&f, argv[5]);
	printf("{\"payloads\":%llu,\"cpu_s\":%.2f,\"wall_s\":%.2f}\n", (unsigned long long)f.count, cpu, wall);
	client_close(f.client);
	return 0;
}
