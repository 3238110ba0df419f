#include "tool/draft.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/number.h"
#include "chain/account.h"
#include "chain/spec.h"
#include "json/fields.h"
#include "json/view.h"
#include "tool/keyfile.h"
#include "tool/output.h"
#include "tool/remote.h"

static int
read_network(struct draft *out, struct tool *t, const char *text)
{
	if (text && hex_decode(out->network.b, sizeof out->network.b, text, strlen(text)))
		return tool_usage(t, "option --network: '%s' is not 16 hexadecimal digits", text);
	return TOOL_DONE;
}

static int
ask_hid(uint64_t *out, struct tool *t)
{
	struct answer a;
	int status = remote_ask(&a, t, "status", NULL, "status");
	if (!status && json_uint(out, json_member(a.result, "hid"), JSON_NUMBER_MAX))
		status = tool_fail(t, TOOL_TROUBLE, "node does not say where it is");
	answer_free(&a);
	return status;
}

static int
read_expiry(struct draft *out, struct tool *t, const char *text, bool alone)
{
	uint64_t now = 0;
	if (!text)
		return TOOL_DONE;
	bool relative = text[0] == '+';
	if (number_parse(&out->expiry, text + relative, strlen(text + relative), JSON_NUMBER_MAX))
		return tool_usage(t, "option --expiry: '%s' is neither a hyper block nor +N", text);
	if (relative && alone)
		return tool_usage(t, "option --expiry: +N needs a node; give a hyper block");
	int status = relative ? ask_hid(&now, t) : TOOL_DONE;
	out->expiry += now;
	return status;
}

static int
ask_chain(struct draft *out, struct tool *t, const char *chain)
{
	struct buf params = {0};
	struct answer a;
	char what[128];
	uint64_t number = 0, most = 0;
	const char *name = NULL, *engine = NULL;
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	json_put_key(&w, "chain");
	remote_put_chain(&w, chain);
	json_end_object(&w);
	snprintf(what, sizeof what, "chain %s", chain);
	int status = remote_ask(&a, t, "chain", &params, what);
	if (!status &&
	    (json_uint(&number, json_member(a.result, "chain"), UINT32_MAX) ||
	        json_uint(&most, json_member(a.result, "body_bytes"), LIMIT_BODY) ||
	        json_text(&name, json_member(a.result, "chain_name")) || strlen(name) > LIMIT_NAME))
		status = tool_fail(t, TOOL_TROUBLE, "%s: the node's answer is incomplete", what);
	if (!status) {
		out->chain = (uint32_t)number;
		out->body_bytes = (uint32_t)most;
		out->data = json_text(&engine, json_member(a.result, "engine")) == ERR_OK && strcmp(engine, "data") == 0;
		strcpy(out->chain_name, name);
		/* A node that tells no fees takes none. */
		json_decimal(&out->byte_fee.units, json_member(a.result, "byte_fee"));
		json_decimal(&out->register_fee.units, json_member(a.result, "register_fee"));
	}
	answer_free(&a);
	buf_free(&params);
	return status;
}

static int
ask_seq(struct draft *out, struct tool *t, const struct draft_options *options)
{
	struct buf params = {0};
	struct answer a;
	char what[128];
	struct network network = {{0}};
	struct json_writer w = json_writer(&params);
	json_put_object(&w);
	fields_uint(&w, "chain", out->chain);
	view_address(&w, "signer", sign_key_public(out->key)->b);
	json_end_object(&w);
	snprintf(what, sizeof what, "seq on chain %s", out->chain_name);
	int status = remote_ask(&a, t, "seq", &params, what);
	if (!status && json_hex(network.b, sizeof network.b, json_member(a.result, "network")))
		status = tool_fail(t, TOOL_TROUBLE, "%s: the node's answer is incomplete", what);
	if (!status && options->seq == OPTION_NONE && json_decimal(&out->seq, json_member(a.result, "next")))
		status = tool_fail(t, TOOL_TROUBLE, "%s: the node's answer is incomplete", what);
	if (!status && !options->network)
		out->network = network;
	answer_free(&a);
	buf_free(&params);
	return status;
}

int
draft_open(struct draft *out, struct tool *t, const struct draft_options *options, const char *chain)
{
	uint64_t number;
	*out = (struct draft){.seq = options->seq, .fee = {options->fee},
	    .fixed = options->fee != OPTION_NONE, .body_bytes = LIMIT_BODY};
	if (!chain)
		return tool_usage(t, "no chain: give -c NAME|NUMBER");
	/* The root's name is the same in every network. */
	if (strcmp(chain, "para") == 0)
		chain = "0";
	bool is_number = number_parse(&number, chain, strlen(chain), UINT32_MAX) == ERR_OK;
	bool alone = is_number && options->seq != OPTION_NONE && options->network;
	int status = read_network(out, t, options->network);
	if (!status)
		status = keyfile_key(&out->key, t);
	if (!status)
		status = read_expiry(out, t, options->expiry, alone);
	if (!status && alone)
		out->chain = (uint32_t)number;
	if (!status && !alone && !(status = ask_chain(out, t, chain)))
		status = ask_seq(out, t, options);
	if (status)
		draft_close(out);
	return status;
}

void
draft_close(struct draft *d)
{
	sign_key_free(d->key);
	d->key = NULL;
}

static void
print_line(const struct draft *d, struct tool *t, const struct payload *p, const struct hash *id, struct bytes raw)
{
	struct json_writer *w = output_begin(t);
	view_hash(w, "payload", id);
	fields_uint(w, "chain", p->chain);
	json_put_key(w, "chain_name");
	if (d->chain_name[0])
		json_put_text(w, d->chain_name);
	else
		json_put_null(w);
	view_address(w, "signer", p->signer.b);
	fields_decimal(w, "seq", p->seq);
	fields_uint(w, "bytes", raw.len);
	fields_hex(w, "hex", raw.data, raw.len);
	output_end(t);
}

/* The least that the chain takes, unless it is more than an amount can say. */
static struct amount
fee_of(const struct draft *d, struct bytes body)
{
	bool registers = d->chain == 0 && body.len > 0 && body.data[0] == ROOT_REGISTER;
	uint64_t bytes = PAYLOAD_FIXED + body.len;
	struct amount fee = {d->byte_fee.units > UINT64_MAX / bytes ? UINT64_MAX : d->byte_fee.units * bytes};
	if (registers)
		amount_add(&fee, fee, d->register_fee);
	return d->fixed ? d->fee : fee;
}

enum err
draft_payload(struct draft *d, struct tool *t, struct bytes body)
{
	struct payload p = {.network = d->network, .chain = d->chain, .expiry = d->expiry, .seq = d->seq,
	    .fee = fee_of(d, body), .body = body};
	struct hash id;
	struct buf raw = {0};
	if (body.len > d->body_bytes)
		return ERR_BODY_SIZE;
	enum err e = payload_sign(&p, &id, d->key);
	if (!e) {
		payload_put(&raw, &p);
		e = raw.failed ? ERR_NOMEM : ERR_OK;
	}
	if (!e) {
		print_line(d, t, &p, &id, bytes_of(&raw));
		d->seq++;
	}
	buf_free(&raw);
	return e;
}
