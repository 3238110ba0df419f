/*
 * Hands presigned payloads (presign.c) to a node through its control socket until all are final, and prints what that
 * cost the node: {"payloads":N,"bytes":N,"cpu_s":X,"wall_s":X}. The miner is a process of its own.
 * Appends their ids, 32 bytes each, to a file.
 * usage: feed URL FILE IDS PID-OF-THE-NODE
 */
#include <unistd.h>

#include "base/hex.h"
#include "bench.h"
#include "chain/payload.h"
#include "json/json.h"
#include "net/client.h"
#include "tool/clock.h"

/* A request has so many payloads and bytes of them at most. */
enum { BATCH = 2000, BATCH_BYTES = 500000, AHEAD = 8, WAIT = 2000, TIMEOUT_MS = 60000 };

struct feed {
	struct client *client;
	struct buf raw;
	struct item {
		struct bytes raw;
		struct hash id;
	} *item;
	uint64_t count;
	uint64_t *batch; /* where each begins, and the end of all */
	uint64_t batches;
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
read_file(struct feed *f, const char *path)
{
	static uint8_t part[1 << 16];
	FILE *in = fopen(path, "r");
	size_t n;
	while (in && (n = fread(part, 1, sizeof part, in)) > 0)
		buf_add(&f->raw, part, n);
	if (!in || ferror(in) || f->raw.failed)
		bench_fail("cannot read the payloads");
	fclose(in);
}

/* A pass counts, the next one notes. */
static void
take_payloads(struct feed *f)
{
	struct reader r = wire_reader(bytes_of(&f->raw));
	struct payload p;
	for (f->count = 0; r.left > 0; f->count++) {
		uint32_t len = wire_get_u32(&r);
		struct bytes raw = {wire_take(&r, len), len};
		if (!f->item)
			continue;
		f->item[f->count].raw = raw;
		check(payload_unpack(&p, &f->item[f->count].id, NULL, raw), "decoding a payload");
	}
	check(r.err, "reading payloads");
}

static void
cut_batches(struct feed *f)
{
	size_t bytes = 0;
	for (uint64_t i = 0; i < f->count; i++) {
		bytes += f->item[i].raw.len;
		if (i == 0 || i - f->batch[f->batches - 1] == BATCH || bytes > BATCH_BYTES) {
			f->batch[f->batches++] = i;
			bytes = f->item[i].raw.len;
		}
	}
	f->batch[f->batches] = f->count;
}

static void
load(struct feed *f, const char *path)
{
	read_file(f, path);
	take_payloads(f);
	f->item = calloc(f->count, sizeof *f->item);
	f->batch = calloc(f->count + 1, sizeof *f->batch);
	if (!f->item || !f->batch || f->count == 0)
		bench_fail("no memory, or no payload");
	take_payloads(f);
	cut_batches(f);
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

/* --- the feed --- */

static void
send_batch(struct feed *f, uint64_t batch)
{
	begin(f, "submit", "\"payloads\":[");
	for (uint64_t i = f->batch[batch]; i < f->batch[batch + 1]; i++)
		put_item(f, f->item[i].raw.data, f->item[i].raw.len, i > f->batch[batch]);
	check(client_send(f->client, end(f, "]"), TIMEOUT_MS), "sending");
}

/* A chain that has just come into force is known to the core a moment after the store. */
static bool
is_passing(const char *reason)
{
	return strcmp(reason, "pool_full") == 0 || strcmp(reason, "busy") == 0 || strcmp(reason, "chain_unknown") == 0;
}

/* All of the batch were accepted, or some will be later; anything else ends the feed. */
static bool
take_answer(struct feed *f, uint64_t batch)
{
	struct json *document;
	bool later = false;
	buf_reset(&f->reply);
	check(client_receive(f->client, &f->reply), "receiving");
	const struct json *list = json_member(result(&document, f), "payloads");
	uint64_t at = f->batch[batch];
	for (const struct json *j = json_first(list); j; j = json_next(j), at++) {
		const char *status = "", *reason = "";
		json_text(&status, json_member(j, "status"));
		json_text(&reason, json_member(j, "reason"));
		if (strcmp(status, "rejected") == 0 && !is_passing(reason)) {
			fprintf(stderr, "feed: payload %llu rejected: %s\n", (unsigned long long)at, reason);
			exit(2);
		}
		later = later || strcmp(status, "rejected") == 0;
	}
	json_free(document);
	return !later;
}

static void
submit_all(struct feed *f)
{
	uint64_t ring[AHEAD], sent = 0, answered = 0, total = f->batches, next = 0;
	uint64_t *again = calloc(total + 1, sizeof *again), agains = 0;
	uint64_t end_ms = clock_steady_ms() + 10 * (uint64_t)TIMEOUT_MS;
	if (!again)
		bench_fail("no memory");
	while (answered < sent || next < total || agains) {
		while (sent - answered < AHEAD && (agains || next < total)) {
			uint64_t batch = agains ? again[--agains] : next++;
			ring[sent++ % AHEAD] = batch;
			send_batch(f, batch);
		}
		uint64_t batch = ring[answered++ % AHEAD];
		if (!take_answer(f, batch)) {
			if (clock_steady_ms() > end_ms)
				bench_fail("payloads were not accepted");
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
			put_item(f, f->item[i].id.b, sizeof f->item[i].id.b, i > from);
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
	for (uint64_t i = 0; out && i < f->count; i++)
		fwrite(f->item[i].id.b, sizeof f->item[i].id.b, 1, out);
	if (!out || fclose(out))
		bench_fail("cannot write the ids");
}

int
main(int argc, char **argv)
{
	struct feed f = {0};
	if (argc != 5 || !hash_start())
		bench_fail("usage: feed URL FILE IDS PID");
	load(&f, argv[2]);
	check(client_open(&f.client, url_at, argv[1], 5000), argv[1]);
	double wall = bench_wall(), cpu = cpu_of(argv[4]);
	submit_all(&f);
	wait_final(&f, f.count > WAIT ? f.count - WAIT : 0, f.count);
	cpu = cpu_of(argv[4]) - cpu;
	wall = bench_wall() - wall;
	for (uint64_t i = 0; i < f.count; i += WAIT)
		wait_final(&f, i, i + WAIT < f.count ? i + WAIT : f.count);
	save_ids(&f, argv[3]);
	printf("{\"payloads\":%llu,\"bytes\":%llu,\"cpu_s\":%.2f,\"wall_s\":%.2f}\n", (unsigned long long)f.count,
	    (unsigned long long)(f.raw.len - 4 * f.count), cpu, wall);
	client_close(f.client);
	return 0;
}
