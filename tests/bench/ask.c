/*
 * How a node's control socket answers, beside a bare nng echo of the same requests, in turns.
 *
 * usage: ask latency NAME ECHO-URL URL METHOD MEMBER IDS    round trips of METHOD for random payloads of IDS
 *        ask rate NAME ECHO-URL URL METHOD OUTSTANDING      requests a second
 */
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"

enum { WORKERS = 8, ROUNDS = 20, TRIPS = 250, OUTSTANDING_MOST = 64 };
#define ROUND_S 0.25

static void
check(int e, const char *doing)
{
	if (e) {
		fprintf(stderr, "ask: %s: %s\n", doing, nng_strerror(e));
		exit(2);
	}
}

/* --- the echo, a process of its own --- */

struct worker {
	nng_ctx ctx;
	nng_aio *aio;
	bool sending;
};

static void
echo_step(void *arg)
{
	struct worker *w = arg;
	bool failed = nng_aio_result(w->aio) != 0;
	w->sending = !w->sending && !failed;
	if (w->sending)
		nng_ctx_send(w->ctx, w->aio);
	else
		nng_ctx_recv(w->ctx, w->aio);
}

static void
echo(const char *url)
{
	static struct worker worker[WORKERS];
	nng_socket s;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	check(nng_rep0_open(&s), "echo");
	for (int i = 0; i < WORKERS; i++) {
		check(nng_ctx_open(&worker[i].ctx, s), "echo");
		check(nng_aio_alloc(&worker[i].aio, echo_step, &worker[i]), "echo");
		nng_ctx_recv(worker[i].ctx, worker[i].aio);
	}
	check(nng_listen(s, url, NULL, 0), url);
	for (;;)
		pause();
}

static void
start_echo(const char *url)
{
	pid_t pid = fork();
	if (pid < 0)
		bench_fail("cannot fork");
	if (pid == 0)
		echo(url);
}

static nng_socket
dial(const char *url)
{
	nng_socket s;
	int e;
	check(nng_req0_open(&s), "opening");
	check(nng_socket_set_size(s, NNG_OPT_RECVMAXSZ, 1 << 20), "opening");
	for (int i = 0; (e = nng_dial(s, url, NULL, 0)) != 0 && i < 500; i++)
		usleep(10000);
	check(e, url);
	return s;
}

static size_t
put_request(char out[static 256], const char *method, const char *member, const uint8_t id[static 32])
{
	size_t n = (size_t)snprintf(out, 256, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"%s\":\"",
	    method, member);
	for (int i = 0; i < 32; i++)
		n += (size_t)snprintf(out + n, 256 - n, "%02x", id[i]);
	return n + (size_t)snprintf(out + n, 256 - n, "\"}}");
}

/* --- round trips --- */

static uint8_t *ids;
static size_t ids_count;

static void
read_ids(const char *path)
{
	FILE *in = fopen(path, "r");
	if (!in || fseek(in, 0, SEEK_END))
		bench_fail("cannot read the ids");
	ids_count = (size_t)ftell(in) / 32;
	rewind(in);
	ids = malloc(ids_count * 32);
	if (!ids || ids_count == 0 || fread(ids, 32, ids_count, in) != ids_count)
		bench_fail("cannot read the ids");
	fclose(in);
}

/* Microseconds of one request and its reply; node: it must not be an error. */
static double
trip(nng_socket s, const char *method, const char *member, bool node)
{
	char request[256];
	char *reply;
	size_t len;
	size_t n = put_request(request, method, member, ids + 32 * ((size_t)random() % ids_count));
	double begin = bench_wall();
	check(nng_send(s, request, n, 0), "sending");
	check(nng_recv(s, &reply, &len, NNG_FLAG_ALLOC), "receiving");
	double us = 1e6 * (bench_wall() - begin);
	if (node && !memmem(reply, len, "\"result\"", 8)) {
		fprintf(stderr, "ask: %.*s\n", (int)len, reply);
		exit(2);
	}
	nng_free(reply, len);
	return us;
}

static void
latency(const char *name, nng_socket bare, nng_socket node, const char *method, const char *member)
{
	static double us[2][ROUNDS * TRIPS];
	for (int i = 0; i < TRIPS; i++) {
		trip(bare, method, member, false);
		trip(node, method, member, true);
	}
	for (int r = 0; r < ROUNDS; r++) {
		for (int i = 0; i < TRIPS; i++)
			us[0][r * TRIPS + i] = trip(bare, method, member, false);
		for (int i = 0; i < TRIPS; i++)
			us[1][r * TRIPS + i] = trip(node, method, member, true);
	}
	double echo_us = bench_part(us[0], ROUNDS * TRIPS, 0.5), node_us = bench_part(us[1], ROUNDS * TRIPS, 0.5);
	char tail[64];
	bench_print(name, node_us / echo_us, node_us, "us p50", "a bare nng round trip");
	snprintf(tail, sizeof tail, "%s-p99", name);
	bench_print(tail, bench_part(us[1], ROUNDS * TRIPS, 0.99) / bench_part(us[0], ROUNDS * TRIPS, 0.99),
	    bench_part(us[1], ROUNDS * TRIPS, 0.99), "us p99", "p99 of a bare nng round trip");
}

/* --- rates --- */

struct flow {
	nng_ctx ctx;
	nng_aio *aio;
	struct load *load;
	bool receiving;
};

struct load {
	struct flow flow[OUTSTANDING_MOST];
	char request[256];
	size_t len;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned running;
	unsigned long done;
	bool over;
};

static void
flow_send(struct flow *f)
{
	nng_msg *m;
	check(nng_msg_alloc(&m, 0), "request");
	check(nng_msg_append(m, f->load->request, f->load->len), "request");
	nng_aio_set_msg(f->aio, m);
	f->receiving = false;
	nng_ctx_send(f->ctx, f->aio);
}

static void
flow_step(void *arg)
{
	struct flow *f = arg;
	struct load *l = f->load;
	check(nng_aio_result(f->aio), "asking");
	if (!f->receiving) {
		f->receiving = true;
		nng_ctx_recv(f->ctx, f->aio);
		return;
	}
	nng_msg_free(nng_aio_get_msg(f->aio));
	pthread_mutex_lock(&l->lock);
	bool over = l->over;
	l->done += !over;
	l->running -= over;
	if (over)
		pthread_cond_signal(&l->idle);
	pthread_mutex_unlock(&l->lock);
	if (!over)
		flow_send(f);
}

/* Requests a second with so many outstanding. */
static double
rate(nng_socket s, const char *method, unsigned outstanding)
{
	static struct load l;
	l = (struct load){.running = outstanding, .lock = PTHREAD_MUTEX_INITIALIZER, .idle = PTHREAD_COND_INITIALIZER};
	l.len = (size_t)snprintf(l.request, sizeof l.request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"}", method);
	double begin = bench_wall();
	for (unsigned i = 0; i < outstanding; i++) {
		l.flow[i].load = &l;
		check(nng_ctx_open(&l.flow[i].ctx, s), "context");
		check(nng_aio_alloc(&l.flow[i].aio, flow_step, &l.flow[i]), "context");
		flow_send(&l.flow[i]);
	}
	usleep((useconds_t)(ROUND_S * 1e6));
	pthread_mutex_lock(&l.lock);
	l.over = true;
	double per_s = (double)l.done / (bench_wall() - begin);
	while (l.running)
		pthread_cond_wait(&l.idle, &l.lock);
	pthread_mutex_unlock(&l.lock);
	for (unsigned i = 0; i < outstanding; i++) {
		nng_aio_free(l.flow[i].aio);
		nng_ctx_close(l.flow[i].ctx);
	}
	return per_s;
}

static void
rates(const char *name, nng_socket bare, nng_socket node, const char *method, unsigned outstanding)
{
	double ratio[ROUNDS], per_s[ROUNDS];
	for (int r = 0; r < ROUNDS; r++) {
		double echo_s = rate(bare, method, outstanding);
		per_s[r] = rate(node, method, outstanding);
		ratio[r] = per_s[r] / echo_s;
	}
	bench_print(name, bench_part(ratio, ROUNDS, 0.5), bench_part(per_s, ROUNDS, 0.5), "requests/s",
	    "a bare nng echo, as many outstanding");
}

int
main(int argc, char **argv)
{
	bool trips = argc == 8 && strcmp(argv[1], "latency") == 0;
	if (!trips && (argc != 7 || strcmp(argv[1], "rate") != 0))
		bench_fail("usage: ask latency NAME ECHO-URL URL METHOD MEMBER IDS, ask rate NAME ECHO-URL URL METHOD N");
	/* nng's threads do not survive a fork: the echo is there before this process uses nng. */
	start_echo(argv[3]);
	nng_socket bare = dial(argv[3]), node = dial(argv[4]);
	if (trips) {
		read_ids(argv[7]);
		latency(argv[2], bare, node, argv[5], argv[6]);
	} else {
		unsigned outstanding = (unsigned)strtoul(argv[6], NULL, 10);
		if (outstanding < 1 || outstanding > OUTSTANDING_MOST)
			bench_fail("1 to 64 outstanding");
		rates(argv[2], bare, node, argv[5], outstanding);
	}
	nng_close(bare);
	nng_close(node);
	return 0;
}
