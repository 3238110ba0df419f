/*
 * stranger: what no node would do to the port for peers.
 *
 *     stranger silent PORT N S   N connections that say nothing, made anew when closed
 *     stranger garbage PORT N S  ... frames of random bytes
 *     stranger claim PORT N S    ... frames that claim 1 GiB, and the most that is allowed, and dribble
 *     stranger wrong PORT N S    ... hellos of another network
 *     stranger flood PORT N S    N proven peers that send objects with a right head and wrong content
 *     stranger pay PORT N S      ... payloads with right signatures, as fast as they are taken
 *     stranger replay PORT N S   ... all that they are told, many times over
 *     stranger deaf PORT N S     ... requests for headers and blocks, reading no answer
 *     stranger ping PORT MS      one honest peer: prints after how many ms its ping is answered; fails after MS
 *     stranger twice PORT SLOT   a voter, always the same: prints its address; unless PORT is 0 it endorses two blocks of
 *                                the slot
 *
 * N connections come from as many addresses as the machine has to itself (127.1.0.0/16); S seconds long. Prints "open"
 * when all are tried once, in the end how often one was closed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain/account.h"
#include "chain/endorse.h"
#include "chain/payload.h"
#include "crypto/hash.h"
#include "guest.h"
#include "wire.h"

enum { MOST = 2048, PER_TURN = 20 };

static unsigned port, closed;
static uint64_t dice = 88172645463325252u;

static uint64_t
draw(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	return dice ^= dice << 17;
}

static int
fail(const char *what)
{
	fprintf(stderr, "stranger: %s: %s\n", what, strerror(errno));
	return 1;
}

/* As much as is taken at once; false: the connection is over. */
static bool
push(int fd, const void *data, size_t len)
{
	ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
	return n >= 0 || errno == EAGAIN;
}

/* --- what is said, again and again; false: the connection is over --- */

static bool
be_silent(struct guest *g)
{
	uint8_t bin[4096];
	ssize_t n = recv(g->fd, bin, sizeof bin, 0);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static bool
send_garbage(struct guest *g)
{
	uint8_t frame[GUEST_HEAD + 256] = {0, 1};
	for (size_t i = GUEST_HEAD; i < sizeof frame; i++)
		frame[i] = (uint8_t)draw();
	return be_silent(g) && push(g->fd, frame, sizeof frame);
}

static bool
claim(struct guest *g)
{
	static const uint8_t gib[GUEST_HEAD] = {0, 0, 0, 0x40}, most[GUEST_HEAD] = {0, 0, 0, 4};
	uint8_t dribble[1024] = {1};
	if (g->count++ == 0)
		return push(g->fd, g->number % 2 ? gib : most, GUEST_HEAD);
	return be_silent(g) && push(g->fd, dribble, sizeof dribble);
}

static bool
say_wrong(struct guest *g)
{
	struct message m = {.type = MESSAGE_HELLO, .hello = {.role = ROLE_FULL, .key = *sign_key_public(g->key)}};
	return be_silent(g) && (g->count++ > 0 || guest_say(g, &m));
}

static bool
flood(struct guest *g)
{
	static const enum object_type type[] = {OBJECT_SEAL, OBJECT_LIST, OBJECT_ENDORSEMENT, OBJECT_HYPER, OBJECT_HAVE,
	    OBJECT_WANT, OBJECT_PAYLOAD};
	struct buf raw = {0};
	object_put(&raw, type[draw() % (sizeof type / sizeof *type)], &g->network);
	for (size_t n = draw() % 900; raw.len < n;) {
		uint8_t byte = (uint8_t)(draw() % 4 ? 0 : draw());
		buf_add(&raw, &byte, 1);
	}
	bool ok = be_silent(g) && guest_push(g->fd, &raw);
	buf_free(&raw);
	return ok;
}

static bool
pay(struct guest *g)
{
	struct buf raw = {0};
	struct hash id;
	struct payload p = {.network = g->network, .chain = (uint32_t)(g->count % 3), .seq = ++g->count,
	    .body = {(const uint8_t *)"rubbish", 7}};
	bool ok = payload_sign(&p, &id, g->key) == ERR_OK;
	payload_put(&raw, &p);
	ok = ok && be_silent(g) && guest_push(g->fd, &raw);
	buf_free(&raw);
	return ok;
}

static bool
replay(struct guest *g)
{
	struct pollfd p = {.fd = g->fd, .events = POLLIN};
	struct buf raw = {0};
	bool ok = true;
	while (ok && poll(&p, 1, 0) == 1) {
		ok = guest_pull(&raw, g->fd, wire_now_ms() + GUEST_TRY_MS);
		if (ok && object_peek(bytes_of(&raw))) {
			g->heard.len = 0;
			buf_add(&g->heard, raw.data, raw.len);
		}
	}
	buf_free(&raw);
	return ok && (g->heard.len == 0 || guest_push(g->fd, &g->heard));
}

static bool
ask(struct guest *g)
{
	struct hash nothing = {{0}};
	uint64_t zero = 0;
	struct message m = {.type = MESSAGE_GET_BLOCKS, .network = g->network, .request = (uint32_t)++g->count,
	    .blocks = {.hid = 1 + g->count % 8, .count = 16}};
	if (g->count % 2) {
		m.type = MESSAGE_GET_HEADS;
		m.locator = (struct message_locator){.count = 1, .most = 1024, .hash = &nothing, .hid = &zero};
	}
	return guest_say(g, &m);
}

/* --- many --- */

static const struct deed {
	const char *name;
	bool (*act)(struct guest *g);
	bool proven;
} deeds[] = {{"silent", be_silent, false}, {"garbage", send_garbage, false}, {"claim", claim, false},
    {"wrong", say_wrong, false}, {"flood", flood, true}, {"pay", pay, true}, {"replay", replay, true}, {"deaf", ask, true}};

static void
leave(struct guest *g)
{
	close(g->fd);
	g->fd = -1;
	closed++;
}

static void
enter(struct guest *g, const struct deed *deed)
{
	g->count = 0;
	g->heard.len = 0;
	g->fd = guest_dial(port, g->number);
	if (g->fd >= 0 && deed->proven && !guest_prove(g))
		leave(g);
}

static void
visit(struct guest *g, const struct deed *deed)
{
	if (g->fd < 0)
		enter(g, deed);
	for (int i = 0; g->fd >= 0 && i < (deed->proven ? PER_TURN : 1); i++)
		if (!deed->act(g))
			leave(g);
}

static int
run_many(const struct deed *deed, unsigned n, unsigned seconds)
{
	struct guest *guest = calloc(MOST, sizeof *guest);
	uint64_t until = wire_now_ms() + 1000 * seconds;
	if (!guest || n > MOST)
		return fail("guests");
	for (unsigned i = 0; i < n; i++) {
		uint8_t seed[32] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)deed->name[0], (uint8_t)getpid()};
		guest[i] = (struct guest){.fd = -1, .number = i + 1, .key = sign_key_new(seed)};
	}
	for (bool told = false; wire_now_ms() < until; told = true) {
		for (unsigned i = 0; i < n; i++)
			visit(&guest[i], deed);
		if (!told)
			puts("open");
		fflush(stdout);
		poll(NULL, 0, GUEST_TURN_MS);
	}
	printf("closed %u\n", closed);
	for (unsigned i = 0; i < n; i++) {
		sign_key_free(guest[i].key);
		buf_free(&guest[i].heard);
	}
	free(guest);
	return 0;
}

/* --- an honest one --- */

static bool
ping(struct guest *g, uint64_t until)
{
	const struct message m = {.type = MESSAGE_PING, .network = g->network, .ping = {.nonce = 7}};
	struct buf raw = {0};
	bool ok = guest_say(g, &m);
	while (ok && guest_pull(&raw, g->fd, until) && message_peek(bytes_of(&raw)) != MESSAGE_PONG)
		;
	ok = ok && message_peek(bytes_of(&raw)) == MESSAGE_PONG;
	buf_free(&raw);
	return ok;
}

static int
run_ping(uint64_t ms)
{
	uint8_t seed[32] = {'p', 'i', 'n', 'g', (uint8_t)getpid(), (uint8_t)(getpid() >> 8)};
	struct guest g = {.key = sign_key_new(seed)};
	uint64_t since = wire_now_ms();
	g.fd = guest_dial(port, 0);
	bool ok = g.fd >= 0 && guest_prove(&g) && ping(&g, since + ms);
	uint64_t took = wire_now_ms() - since;
	if (ok)
		printf("%llu\n", (unsigned long long)took);
	sign_key_free(g.key);
	return ok && took <= ms ? 0 : fail("no answer");
}

/* --- a voter with two faces --- */

static bool
endorse(struct guest *g, uint64_t slot, uint8_t fill)
{
	struct endorsement e = {.network = g->network, .slot = slot, .hash = {{fill}}, .source = {{1}}};
	struct buf raw = {0};
	endorse_sign(&e, g->key);
	endorse_put(&raw, &e);
	bool ok = !raw.failed && guest_push(g->fd, &raw);
	buf_free(&raw);
	return ok;
}

/* An answer to what comes after them shows that both were read. */
static int
run_twice(uint64_t slot)
{
	const uint8_t seed[32] = {'t', 'w', 'i', 'c', 'e'};
	struct guest g = {.key = sign_key_new(seed)};
	char address[ACCOUNT_TEXT];
	account_print(address, sign_key_public(g.key)->b);
	puts(address);
	bool ok = port == 0;
	if (!ok) {
		g.fd = guest_dial(port, 0);
		ok = g.fd >= 0 && guest_prove(&g) && endorse(&g, slot, 1) && endorse(&g, slot, 2) && ping(&g, wire_now_ms() + 10 * GUEST_TRY_MS);
	}
	sign_key_free(g.key);
	return ok ? 0 : fail("not heard");
}

int
main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	if (!hash_start())
		return fail("crypto");
	port = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	if (strcmp(what, "ping") == 0)
		return run_ping((uint64_t)atoi(argv[3]));
	if (strcmp(what, "twice") == 0)
		return run_twice(strtoull(argv[3], NULL, 10));
	for (size_t i = 0; argc > 4 && i < sizeof deeds / sizeof *deeds; i++)
		if (strcmp(what, deeds[i].name) == 0)
			return run_many(&deeds[i], (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]));
	fprintf(stderr, "usage: stranger silent|garbage|claim|wrong|flood|pay|replay|deaf|ping|twice PORT N [S]\n");
	return 2;
}
