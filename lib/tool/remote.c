#include "tool/remote.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "json/fields.h"
#include "net/client.h"
#include "tool/clock.h"
#include "tool/home.h"

enum { AGAIN_MS = 200 };

struct remote {
	struct client *client;
	const struct tool *tool;
	char url[PATH_MAX + 8];
};

static const char *
url_now(void *arg)
{
	struct remote *r = arg;
	home_node_url(r->url, r->tool);
	return r->url;
}

static int
fail(struct answer *out, enum err e, const struct remote *r)
{
	out->status = tool_status_of(e);
	snprintf(out->name, sizeof out->name, "%s", err_name(e));
	if (e == ERR_UNREACHABLE && r)
		snprintf(out->message, sizeof out->message, "no node at %.200s", r->url);
	else
		snprintf(out->message, sizeof out->message, "%s", err_text(e));
	return out->status;
}

static enum err
connected(struct remote **out, struct tool *t)
{
	if (!t->remote && !(t->remote = calloc(1, sizeof *t->remote)))
		return ERR_NOMEM;
	struct remote *r = *out = t->remote;
	r->tool = t;
	return r->client ? ERR_OK : client_open(&r->client, url_now, r, (unsigned)(t->connect_s * 1000));
}

static void
disconnect(struct remote *r)
{
	client_close(r->client);
	r->client = NULL;
}

void
remote_close(struct tool *t)
{
	if (t->remote && t->remote->client)
		client_close(t->remote->client);
	free(t->remote);
	t->remote = NULL;
}

static enum err
put_request(struct buf *out, const char *method, const struct buf *params)
{
	static const char empty[] = "{}";
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	fields_text(&w, "jsonrpc", "2.0");
	fields_uint(&w, "id", 1);
	fields_text(&w, "method", method);
	json_put_key(&w, "params");
	json_put_raw(&w, params && params->len ? bytes_of(params) : (struct bytes){(const uint8_t *)empty, 2});
	json_end_object(&w);
	return out->failed || (params && params->failed) ? ERR_NOMEM : ERR_OK;
}

/* para-rpc(7) ERRORS: data.exit tells the exit status; an error without it is a fault of the request. */
static int
read_error(struct answer *out, const struct json *error)
{
	const char *text;
	uint64_t status = TOOL_TROUBLE;
	const struct json *data = json_member(error, "data");
	json_uint(&status, json_member(data, "exit"), TOOL_LATER);
	out->status = status ? (int)status : TOOL_TROUBLE;
	if (json_text(&text, json_member(data, "error")) == ERR_OK)
		snprintf(out->name, sizeof out->name, "%s", text);
	if (json_text(&text, json_member(error, "message")) != ERR_OK)
		text = "node refuses without a reason";
	snprintf(out->message, sizeof out->message, "%s", text);
	return out->status;
}

static int
read_reply(struct answer *out, struct bytes reply)
{
	enum err e = json_parse(&out->document, NULL, reply);
	const struct json *error = json_member(out->document, "error");
	out->result = json_member(out->document, "result");
	if (error) {
		out->result = NULL;
		return read_error(out, error);
	}
	if (!e && out->result)
		return out->status = TOOL_DONE;
	out->status = TOOL_TROUBLE;
	snprintf(out->message, sizeof out->message, "node gives an answer that is no JSON-RPC: %s",
	    e ? err_text(e) : "no result");
	return out->status;
}

/* A node that went away between two calls may be back: one more try on a new connection. */
static enum err
exchange(struct tool *t, struct remote **r, struct buf *reply, struct bytes request, unsigned timeout_ms)
{
	bool fresh = !t->remote || !t->remote->client;
	enum err e = connected(r, t);
	if (!e)
		e = client_call((*r)->client, reply, request, timeout_ms);
	if (e && e != ERR_NOMEM && e != ERR_TOO_LONG && (*r)->client)
		disconnect(*r);
	if (e != ERR_UNREACHABLE || fresh)
		return e;
	buf_reset(reply);
	if (!(e = connected(r, t)))
		e = client_call((*r)->client, reply, request, timeout_ms);
	if (e && (*r)->client)
		disconnect(*r);
	return e;
}

int
remote_call(struct answer *out, struct tool *t, const char *method, const struct buf *params, unsigned timeout_ms)
{
	struct buf request = {0}, reply = {0};
	struct remote *r = t->remote;
	*out = (struct answer){0};
	enum err e = put_request(&request, method, params);
	if (!e)
		e = exchange(t, &r, &reply, bytes_of(&request), timeout_ms);
	if (e)
		fail(out, e, r);
	else
		read_reply(out, bytes_of(&reply));
	buf_free(&request);
	buf_free(&reply);
	return out->status;
}

int
remote_patient(struct answer *out, struct tool *t, const char *method, const struct buf *params, unsigned timeout_ms,
    unsigned away_ms)
{
	uint64_t until = clock_steady_ms() + away_ms;
	bool said = false;
	while (remote_call(out, t, method, params, timeout_ms) == TOOL_UNREACHABLE && clock_steady_ms() < until) {
		if (!said)
			tool_note(t, "%s: waiting for it", out->message);
		said = true;
		answer_free(out);
		clock_sleep_ms(AGAIN_MS);
	}
	return out->status;
}

int
remote_ask(struct answer *out, struct tool *t, const char *method, const struct buf *params, const char *what)
{
	size_t n = strlen(what);
	if (remote_call(out, t, method, params, REMOTE_TIMEOUT_MS) == TOOL_DONE)
		return TOOL_DONE;
	/* "chain x is not registered" names it already. */
	if (strncmp(out->message, what, n) == 0 && out->message[n] == ' ')
		return tool_fail(t, out->status, "%s", out->message);
	return tool_fail(t, out->status, "%s: %s", what, out->message);
}

int
remote_send(struct answer *error, struct tool *t, const char *method, const struct buf *params)
{
	struct buf request = {0};
	struct remote *r = t->remote;
	*error = (struct answer){0};
	enum err e = put_request(&request, method, params);
	if (!e)
		e = connected(&r, t);
	if (!e && (e = client_send(r->client, bytes_of(&request), REMOTE_TIMEOUT_MS)))
		disconnect(r);
	buf_free(&request);
	return e ? fail(error, e, r) : TOOL_DONE;
}

int
remote_receive(struct answer *out, struct tool *t)
{
	struct buf reply = {0};
	*out = (struct answer){0};
	enum err e = t->remote && t->remote->client ? client_receive(t->remote->client, &reply) : ERR_UNREACHABLE;
	if (e && t->remote && t->remote->client)
		disconnect(t->remote);
	if (e)
		fail(out, e, t->remote);
	else
		read_reply(out, bytes_of(&reply));
	buf_free(&reply);
	return out->status;
}

void
answer_free(struct answer *a)
{
	json_free(a->document);
	*a = (struct answer){0};
}

void
remote_put_chain(struct json_writer *w, const char *chain)
{
	uint64_t number;
	if (number_parse(&number, chain, strlen(chain), UINT32_MAX) == ERR_OK)
		json_put_uint(w, number);
	else
		json_put_text(w, chain);
}
