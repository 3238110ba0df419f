/* world: a real node in a temporary directory, spoken to over its socket; what the tests of this layer share. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "chain/account.h"
#include "chain/seal.h"
#include "crypto/work.h"
#include "json/json.h"
#include "ledger/ledger.h"
#include "net/client.h"
#include "node/node.h"

struct world {
	char dir[64], url[96];
	struct arena arena;
	struct genesis genesis;
	struct network network;
	struct sign_key *key, *user;
	struct node *node;
	struct client *client;
	uint64_t seq; /* the user's last one in chain 0 */
	pthread_mutex_t mutex; /* over what follows */
	char said[8192];       /* of the log */
	struct node_config config;
};

static inline uint64_t
world_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static inline const char *
world_url(void *arg)
{
	return ((struct world *)arg)->url;
}

static inline void
world_log(void *arg, enum node_log level, const char *line)
{
	struct world *w = arg;
	(void)level;
	pthread_mutex_lock(&w->mutex);
	size_t used = strlen(w->said);
	snprintf(w->said + used, sizeof(w->said) - used, "%s\n", line);
	pthread_mutex_unlock(&w->mutex);
}

/* Has the log said this? */
static inline bool
world_said(struct world *w, const char *what)
{
	pthread_mutex_lock(&w->mutex);
	bool said = strstr(w->said, what) != NULL;
	pthread_mutex_unlock(&w->mutex);
	return said;
}

static inline struct sign_key *
world_key(uint8_t first)
{
	uint8_t seed[32] = { first };
	return sign_key_new(seed);
}

static inline void
world_up(struct world *w)
{
	struct node_trouble trouble;
	enum err e = node_start(&w->node, &trouble, &w->config);
	if (e != ERR_OK)
		print_error("node_start: %s: %s\n", err_text(e), trouble.text);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(client_open(&w->client, world_url, w, 5000), ERR_OK);
}

static inline void
world_down(struct world *w)
{
	client_close(w->client);
	w->client = NULL;
	node_stop(w->node);
	assert_int_equal(node_wait(w->node), ERR_OK);
	node_free(w->node);
	w->node = NULL;
}

/* A solo network with a block every period_ms at the least difficulty, where nothing costs anything. */
static inline struct world *
world_new(uint32_t period_ms)
{
	struct world *w = calloc(1, sizeof(*w));
	struct hash hash;
	pthread_mutex_init(&w->mutex, NULL);
	assert_true(hash_start());
	strcpy(w->dir, "/tmp/para-node-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->url, sizeof(w->url), "ipc://%s/node.ipc", w->dir);
	w->key = world_key(1);
	w->user = world_key(2);
	genesis_defaults(&w->genesis);
	strcpy(w->genesis.name, "test");
	w->genesis.time_ms = world_now_ms();
	w->genesis.period_ms = period_ms;
	w->genesis.difficulty = WORK_DIFFICULTY_LEAST;
	w->genesis.register_fee.units = w->genesis.byte_fee.units = 0;
	w->genesis.solo = true;
	w->genesis.founders = 1;
	w->genesis.founder = arena_alloc(&w->arena, 1, sizeof(struct pubkey));
	w->genesis.founder[0] = *sign_key_public(w->key);
	assert_int_equal(genesis_check(&w->genesis), ERR_OK);
	assert_int_equal(genesis_hash(&hash, &w->genesis), ERR_OK);
	w->network = genesis_network(&hash);
	w->config = (struct node_config){ .dir = w->dir, .genesis = &w->genesis, .key = w->key, .group = -1, .level = NODE_LOG_EVENT,
		.log = world_log, .arg = w };
	return w;
}

static inline void
world_free(struct world *w)
{
	char command[128];
	if (w->node != NULL)
		world_down(w);
	snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	sign_key_free(w->key);
	sign_key_free(w->user);
	arena_free(&w->arena);
	free(w);
}

/* One raw request; the reply parsed. */
static inline struct json *
world_say(struct world *w, const char *text)
{
	struct buf reply = { 0 };
	struct json *j;
	assert_int_equal(client_call(w->client, &reply, (struct bytes){ (const uint8_t *)text, strlen(text) }, 60000),
	    ERR_OK);
	assert_int_equal(json_parse(&j, NULL, bytes_of(&reply)), ERR_OK);
	buf_free(&reply);
	return j;
}

/* The whole answer to a method; params is a JSON object. */
static inline struct json *
world_call(struct world *w, const char *method, const char *params)
{
	struct buf text = { 0 };
	buf_add_text(&text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"");
	buf_add_text(&text, method);
	buf_add_text(&text, "\",\"params\":");
	buf_add_text(&text, params);
	buf_add(&text, "}", 2);
	struct json *j = world_say(w, (const char *)text.data);
	buf_free(&text);
	return j;
}

/* NULL unless the answer is a result; a path of member names with dots, numbers for elements. */
static inline const struct json *
world_at(const struct json *j, const char *path)
{
	char copy[128];
	snprintf(copy, sizeof(copy), "%s", path);
	char *rest = copy;
	for (char *name; j != NULL && (name = strsep(&rest, ".")) != NULL;) {
		if (json_kind_of(j) != JSON_ARRAY) {
			j = json_member(j, name);
			continue;
		}
		j = json_first(j);
		for (int i = atoi(name); i > 0; i--)
			j = json_next(j);
	}
	return j;
}

static inline const char *
world_text(const struct json *j, const char *path)
{
	const char *text;
	return json_text(&text, world_at(j, path)) == ERR_OK ? text : "(none)";
}

static inline uint64_t
world_uint(const struct json *j, const char *path)
{
	uint64_t v = UINT64_MAX;
	assert_int_equal(json_uint(&v, world_at(j, path), JSON_NUMBER_MAX), ERR_OK);
	return v;
}

/* A signed payload of the user, in hex. */
static inline void
world_payload(struct buf *hex, struct hash *id, struct world *w, uint32_t chain, uint64_t seq, struct bytes body)
{
	struct payload p = { .network = w->network, .chain = chain, .seq = seq, .body = body };
	struct buf raw = { 0 };
	assert_int_equal(payload_sign(&p, id, w->user), ERR_OK);
	payload_put(&raw, &p);
	hex_add(hex, raw.data, raw.len);
	buf_free(&raw);
}

/* The body that registers a data chain. */
static inline void
world_registration(struct buf *body, const char *name)
{
	struct spec spec = { .engine = ENGINE_DATA, .witnesses = 128, .body_bytes = 65536 };
	snprintf(spec.name, sizeof(spec.name), "%s", name);
	wire_put_u8(body, ROOT_REGISTER);
	spec_put(body, &spec);
}

/* Submits one payload; its status as the node says it. */
static inline struct json *
world_submit(struct world *w, struct hash *id, uint32_t chain, uint64_t seq, struct bytes body)
{
	struct buf params = { 0 };
	buf_add_text(&params, "{\"payloads\":[\"");
	world_payload(&params, id, w, chain, seq, body);
	buf_add(&params, "\"]}", 4);
	struct json *j = world_call(w, "submit", (const char *)params.data);
	buf_free(&params);
	return j;
}

/* Takes one job and does it, as a miner would; false when there was none within wait_ms. */
static inline bool
world_mine(struct world *w, unsigned wait_ms)
{
	char params[512], address[ACCOUNT_TEXT], auth[129];
	uint8_t bytes[SEAL_CORE];
	struct seal_head head;
	account_print(address, sign_key_public(w->user)->b);
	snprintf(params, sizeof(params), "{\"signer\":\"%s\",\"wait_ms\":%u}", address, wait_ms);
	struct json *j = world_call(w, "work", params);
	if (json_kind_of(world_at(j, "result.job")) != JSON_STRING) {
		json_free(j);
		return false;
	}
	assert_int_equal(json_hex(bytes, sizeof(bytes), world_at(j, "result.core")), ERR_OK);
	struct reader r = wire_reader((struct bytes){ bytes, sizeof(bytes) });
	seal_core_get(&r, &head.core);
	head.auth = seal_sign(&head.core, w->user);
	struct hash digest = seal_digest(&head.core, &head.auth), found;
	for (head.nonce = 0;; head.nonce++) {
		found = work_hash(&digest, head.nonce);
		if (work_meets(&found, head.core.difficulty))
			break;
	}
	hex_encode(auth, head.auth.b, sizeof(head.auth.b));
	snprintf(params, sizeof(params), "{\"job\":\"%s\",\"auth\":\"%s\",\"nonce\":\"%llu\"}", world_text(j, "result.job"),
	    auth, (unsigned long long)head.nonce);
	json_free(j);
	j = world_call(w, "work_done", params);
	bool taken = strcmp(world_text(j, "result.status"), "rejected") != 0 && world_at(j, "result") != NULL;
	json_free(j);
	return taken;
}

/* Mines until the payload has this status, and one that is final its result, at most a minute. */
static inline void
world_reach(struct world *w, const struct hash *id, const char *status)
{
	char params[128], hex[65];
	hex_encode(hex, id->b, sizeof(id->b));
	snprintf(params, sizeof(params), "{\"id\":\"%s\"}", hex);
	for (uint64_t end = world_now_ms() + 60000; world_now_ms() < end;) {
		struct json *j = world_call(w, "payload", params);
		bool there = strcmp(world_text(j, "result.status"), status) == 0 &&
		    (strcmp(status, "final") != 0 || world_at(j, "result.result") != NULL);
		json_free(j);
		if (there)
			return;
		world_mine(w, 50);
	}
	fail_msg("payload %s never became %s", hex, status);
}

/* Registers a chain by the user's next payload and mines until it is in force; its number. */
static inline uint32_t
world_chain(struct world *w, const char *name)
{
	struct buf body = { 0 };
	struct hash id;
	char params[96];
	world_registration(&body, name);
	struct json *j = world_submit(w, &id, 0, ++w->seq, bytes_of(&body));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	buf_free(&body);
	world_reach(w, &id, "final");
	snprintf(params, sizeof(params), "{\"chain\":\"%s\"}", name);
	for (uint64_t end = world_now_ms() + 60000; world_now_ms() < end; world_mine(w, 50)) {
		bool in_force = false;
		j = world_call(w, "chain", params);
		uint32_t number = (uint32_t)world_uint(j, "result.chain");
		json_bool(&in_force, world_at(j, "result.in_force"));
		json_free(j);
		if (in_force)
			return number;
	}
	fail_msg("chain %s never came into force", name);
	return 0;
}

/* --- seals built outside --- */

static inline void
world_send_ahead(struct client **out, struct world *w, const struct buf *request)
{
	assert_int_equal(client_open(out, world_url, w, 1000), ERR_OK);
	assert_int_equal(client_send(*out, bytes_of(request), 40000), ERR_OK);
}

/* Until seals of this slot or a later one are taken. */
static inline void
world_until_seal(struct world *w, uint64_t least)
{
	for (bool there = false; !there; usleep(1000)) {
		struct json *j = world_call(w, "round", "{\"chain\":0}");
		there = world_uint(j, "result.slot") >= least && strcmp(world_text(j, "result.phase"), "seal") == 0;
		json_free(j);
	}
}

/* Sends a seal of these payloads in the slot's round, as one builds it who asks what that is; the slot. */
static inline uint64_t
world_seal(struct client **out, struct world *w, uint32_t chain, struct seal_payload *payload, uint32_t n)
{
	struct seal seal = { .payload = payload };
	struct seal_core *core = &seal.head.core;
	struct buf raw = { 0 }, request = { 0 };
	struct merkle leaves;
	char params[32];
	snprintf(params, sizeof(params), "{\"chain\":%u}", chain);
	struct json *j = world_call(w, "round", params);
	*core = (struct seal_core){ .network = w->network, .lane.chain = chain, .slot = world_uint(j, "result.slot"),
		.difficulty = WORK_DIFFICULTY_LEAST, .payloads = n, .signer = *sign_key_public(w->user),
		.voter = *sign_key_public(w->key) };
	assert_int_equal(json_hex(core->prev_hyper.b, 32, world_at(j, "result.prev_hyper")), ERR_OK);
	assert_int_equal(json_hex(core->script.b, 32, world_at(j, "result.script")), ERR_OK);
	json_free(j);
	merkle_init(&leaves);
	for (uint32_t i = 0; i < n; i++) {
		core->bytes += (uint32_t)payload[i].raw.len;
		merkle_add(&leaves, &payload[i].leaf);
	}
	core->root = merkle_end(&leaves);
	seal.head.auth = seal_sign(core, w->user);
	for (struct hash id; id = seal_id(&seal.head), !work_meets(&id, core->difficulty);)
		seal.head.nonce++;
	seal_put(&raw, &seal);
	buf_add_text(&request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"submit_seal\",\"params\":{\"seal\":\"");
	hex_add(&request, raw.data, raw.len);
	buf_add_text(&request, "\"}}");
	world_send_ahead(out, w, &request);
	buf_free(&raw);
	buf_free(&request);
	return core->slot;
}

static inline struct bytes
world_literal(const char *t)
{
	return (struct bytes){ (const uint8_t *)t, strlen(t) };
}

static inline int
world_begin(void **state)
{
	struct world *w = world_new(200);
	world_up(w);
	*state = w;
	return 0;
}

static inline int
world_end(void **state)
{
	world_free(*state);
	return 0;
}

#endif
