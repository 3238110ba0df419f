#include "node/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "node/params.h"
#include "node/worker.h"

/*
 * Calls of a batch; requests longer than this bring many payloads, whose signatures take time; what is longer than the
 * last is not looked at on the thread that it came in on.
 */
enum { BATCH_CALLS = 1000, HEAVY_BYTES = 16384, SMALL_BYTES = 1024 };

enum { RPC_PARSE = -32700, RPC_INVALID = -32600, RPC_METHOD = -32601, RPC_PARAMS = -32602, RPC_INTERNAL = -32603,
	RPC_OWN = -32000 };

struct exchange {
	struct task task;
	struct request *request;
	struct bytes body;
	struct json *root;
	bool batch;
	uint32_t calls;
	struct call *call;
	_Atomic uint32_t pending; /* calls without an answer, and one for the thread that starts them */
};

static const struct method *const GROUPS[] = { rpc_status_methods, rpc_chain_methods, rpc_block_methods,
	rpc_payload_methods, rpc_submit_methods, rpc_seal_methods, rpc_wait_methods, rpc_follow_methods,
	rpc_coin_methods, rpc_peers_methods, rpc_pool_methods };

static const struct method *
find_method(const char *name)
{
	for (size_t g = 0; g < sizeof(GROUPS) / sizeof(GROUPS[0]); g++) {
		for (const struct method *m = GROUPS[g]; m->name != NULL; m++) {
			if (strcmp(m->name, name) == 0)
				return m;
		}
	}
	return NULL;
}

static void
put_id(struct buf *out, const struct json *id)
{
	struct json_writer w = json_writer(out);
	if (id == NULL)
		json_put_null(&w);
	else
		json_put_value(&w, id);
}

static int
exit_status(enum err e)
{
	switch (e) {
	case ERR_NOT_FOUND: case ERR_CHAIN_UNKNOWN: case ERR_NOT_HELD:
		return 1;
	case ERR_BUSY: case ERR_TIMEOUT: case ERR_STOPPING: case ERR_POOL_FULL:
		return 5;
	case ERR_IO: case ERR_DISK_FULL: case ERR_CORRUPT: case ERR_PERMISSION:
		return 2;
	default:
		return 4;
	}
}

static int
rpc_code(enum err e)
{
	switch (e) {
	case ERR_JSON: return RPC_PARSE;
	case ERR_METHOD: return RPC_METHOD;
	case ERR_PARAMS: return RPC_PARAMS;
	case ERR_TYPE: return RPC_INVALID;
	case ERR_NOMEM: case ERR_INTERNAL: return RPC_INTERNAL;
	default: return RPC_OWN;
	}
}

static void
put_error(struct buf *out, enum err e, const char *message, const struct json *id)
{
	struct json_writer w = json_writer(out);
	int code = rpc_code(e);
	char digits[16];
	size_t n = 0;
	for (int left = -code; left > 0; left /= 10)
		digits[sizeof(digits) - ++n] = (char)('0' + left % 10);
	digits[sizeof(digits) - ++n] = '-';
	json_put_object(&w);
	fields_text(&w, "jsonrpc", "2.0");
	json_put_key(&w, "error");
	json_put_object(&w);
	json_put_key(&w, "code");
	json_put_raw(&w, (struct bytes){ (const uint8_t *)digits + sizeof(digits) - n, n });
	fields_text(&w, "message", message[0] != '\0' ? message : err_text(e));
	if (code == RPC_OWN) {
		json_put_key(&w, "data");
		json_put_object(&w);
		fields_text(&w, "error", err_name(e));
		fields_uint(&w, "exit", (uint64_t)exit_status(e));
		json_end_object(&w);
	}
	json_end_object(&w);
	buf_add_text(out, ",\"id\":");
	put_id(out, id);
	buf_add_text(out, "}");
}

static void
add_answer(struct buf *reply, const struct buf *out)
{
	if (out->len == 0)
		return;
	buf_add_text(reply, reply->len == 0 ? "[" : ",");
	buf_add(reply, out->data, out->len);
}

static void
reply_batch(struct exchange *x)
{
	struct buf reply = { 0 };
	for (uint32_t i = 0; i < x->calls; i++)
		add_answer(&reply, &x->call[i].out);
	if (reply.len > 0)
		buf_add_text(&reply, "]");
	if (reply.failed) {
		buf_reset(&reply);
		put_error(&reply, ERR_NOMEM, "", NULL);
	}
	server_reply(x->request, bytes_of(&reply));
	buf_free(&reply);
}

static void
free_exchange(struct exchange *x)
{
	for (uint32_t i = 0; i < x->calls; i++)
		buf_free(&x->call[i].out);
	free(x->call);
	json_free(x->root);
	free(x);
}

/* The last of its calls, or the thread that started them, sends the reply. */
static void
release(struct exchange *x)
{
	if (atomic_fetch_sub(&x->pending, 1) != 1)
		return;
	if (x->batch)
		reply_batch(x);
	else
		server_reply(x->request, bytes_of(&x->call[0].out));
	free_exchange(x);
}

static void
done(struct call *call)
{
	if (call->free_state != NULL)
		call->free_state(call->state);
	call->state = NULL;
	if (call->id == NULL)
		buf_reset(&call->out);
	release(call->exchange);
}

struct json_writer *
call_begin(struct call *call)
{
	buf_reset(&call->out);
	buf_add_text(&call->out, "{\"jsonrpc\":\"2.0\",\"result\":");
	call->writer = json_writer(&call->out);
	return &call->writer;
}

void
call_end(struct call *call)
{
	buf_add_text(&call->out, ",\"id\":");
	put_id(&call->out, call->id);
	buf_add_text(&call->out, "}");
	if (call->out.failed)
		call_fail(call, ERR_NOMEM);
	else
		done(call);
}

void
call_fail(struct call *call, enum err e)
{
	buf_reset(&call->out);
	put_error(&call->out, e, call->message, call->id);
	done(call);
}

static void
start(struct call *call, const struct method *m)
{
	if (m->start != NULL) {
		m->start(call);
		return;
	}
	enum err e = m->run(call, call_begin(call));
	if (e == ERR_OK)
		call_end(call);
	else
		call_fail(call, e);
}

/* An invalid request is answered even when it has no id: nobody knows whether it was a notification. */
static void
refuse(struct call *call, const char *why)
{
	buf_reset(&call->out);
	put_error(&call->out, ERR_TYPE, why, call->id);
	release(call->exchange);
}

static bool
known_members(const struct json *j)
{
	for (const struct json *m = json_first(j); m != NULL; m = json_next(m)) {
		const char *key = json_key(m);
		if (strcmp(key, "jsonrpc") != 0 && strcmp(key, "method") != 0 && strcmp(key, "params") != 0 &&
		    strcmp(key, "id") != 0)
			return false;
	}
	return true;
}

static void
no_method(struct call *call, const char *name)
{
	snprintf(call->message, sizeof(call->message), "no method \"%.*s\"", params_cut(name, 64), name);
	call_fail(call, ERR_METHOD);
}

static void
start_call(struct call *call, const struct json *j)
{
	const char *version, *name;
	const struct json *id = json_member(j, "id"), *params = json_member(j, "params");
	if (id != NULL && json_kind_of(id) != JSON_NUMBER && json_kind_of(id) != JSON_STRING &&
	    json_kind_of(id) != JSON_NULL) {
		refuse(call, "id is neither a number nor a string");
		return;
	}
	call->id = id;
	if (json_kind_of(j) != JSON_OBJECT || !known_members(j)) {
		refuse(call, "a call is an object of jsonrpc, method, params and id");
		return;
	}
	if (json_text(&version, json_member(j, "jsonrpc")) != ERR_OK || strcmp(version, "2.0") != 0 ||
	    json_text(&name, json_member(j, "method")) != ERR_OK) {
		refuse(call, "jsonrpc must be \"2.0\", and method a string");
		return;
	}
	const struct method *m = find_method(name);
	call->params = params;
	if (m == NULL)
		no_method(call, name);
	else if (params != NULL && json_kind_of(params) != JSON_OBJECT)
		call_fail(call, ERR_PARAMS);
	else
		start(call, m);
}

static enum err
make_calls(struct exchange *x, struct node *n)
{
	x->batch = json_kind_of(x->root) == JSON_ARRAY;
	size_t count = x->batch ? json_count(x->root) : 1;
	if (count == 0 || count > BATCH_CALLS)
		return ERR_TYPE;
	x->call = calloc(count, sizeof(*x->call));
	if (x->call == NULL)
		return ERR_NOMEM;
	x->calls = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		x->call[i].node = n;
		x->call[i].exchange = x;
		x->call[i].deadline_ms = UINT64_MAX;
	}
	atomic_store(&x->pending, x->calls + 1);
	return ERR_OK;
}

static void
run_exchange(struct node *n, struct task *task)
{
	struct exchange *x = (struct exchange *)task;
	struct json_error error = { 0 };
	enum err e = x->root == NULL ? json_parse(&x->root, &error, x->body) : ERR_OK;
	if (e == ERR_OK)
		e = make_calls(x, n);
	if (e != ERR_OK) {
		struct buf reply = { 0 };
		put_error(&reply, e, e == ERR_TYPE ? "a batch has 1 to 1000 calls" : error.why != NULL ? error.why : "", NULL);
		server_reply(x->request, bytes_of(&reply));
		buf_free(&reply);
		free_exchange(x);
		return;
	}
	const struct json *j = x->batch ? json_first(x->root) : x->root;
	for (uint32_t i = 0; i < x->calls; i++, j = x->batch ? json_next(j) : NULL)
		start_call(&x->call[i], j);
	release(x);
}

static bool
is_quick(const struct exchange *x)
{
	const char *name;
	if (json_text(&name, json_member(x->root, "method")) != ERR_OK)
		return false;
	const struct method *m = find_method(name);
	return m != NULL && m->quick;
}

/* Of what came in small, one quick call is answered here; anything else is a worker's. */
static void
run_small(struct node *n, struct task *task)
{
	struct exchange *x = (struct exchange *)task;
	task->run = run_exchange;
	if (json_parse(&x->root, NULL, x->body) == ERR_OK && is_quick(x))
		run_exchange(n, task);
	else
		worker_push(n, task, false);
}

void
call_handle(void *node, struct request *request, struct bytes body)
{
	struct node *n = node;
	struct exchange *x = calloc(1, sizeof(*x));
	if (x == NULL) {
		server_reply(request, (struct bytes){ NULL, 0 });
		return;
	}
	x->request = request;
	x->body = body;
	x->task.run = run_small;
	if (body.len <= SMALL_BYTES && worker_inplace(n, &x->task))
		return;
	x->task.run = run_exchange;
	worker_push(n, &x->task, body.len > HEAVY_BYTES);
}
