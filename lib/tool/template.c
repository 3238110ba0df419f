#include "tool/template.h"

#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "tool/output.h"

/* Does a payload go into the round's seals? */
static enum err
fits(const struct seal_payload *item, const struct round *r)
{
	if (memcmp(item->payload.network.b, r->network.b, sizeof r->network.b) != 0)
		return ERR_NETWORK;
	if (item->payload.chain != r->lane.chain)
		return ERR_CHAIN_UNKNOWN;
	if (item->payload.body.len > r->body_bytes)
		return ERR_BODY_SIZE;
	return item->raw.len > r->seal_bytes ? ERR_TOO_LONG : ERR_OK;
}

static struct seal_core
core_of(const struct round *r, const struct sign_key *key)
{
	return (struct seal_core){.network = r->network, .lane = r->lane, .slot = r->slot, .prev_hyper = r->prev_hyper,
	    .difficulty = r->difficulty, .script = r->script, .signer = *sign_key_public(key), .voter = r->voter, .index = r->index};
}

static void
print(struct tool *t, const struct seal *s, uint64_t effort, struct bytes encoded)
{
	const struct seal_core *core = &s->head.core;
	struct hash target = work_target(effort);
	struct json_writer *w = output_begin(t);
	fields_hex(w, "template", encoded.data, encoded.len);
	view_hash(w, "target", &target);
	fields_decimal(w, "effort", effort);
	view_lane(w, "lane", &core->lane);
	fields_uint(w, "slot", core->slot);
	fields_uint(w, "payloads", core->payloads);
	output_end(t);
}

static int
finish(struct tool *t, struct seal *s, const struct merkle *tree, const struct round *r, const struct sign_key *key)
{
	struct buf encoded = {0};
	s->head.core.root = merkle_end(tree);
	s->head.auth = seal_sign(&s->head.core, key);
	seal_template_put(&encoded, s);
	int status = encoded.failed ? tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM)) : TOOL_DONE;
	if (!status)
		print(t, s, r->effort, bytes_of(&encoded));
	buf_free(&encoded);
	return status;
}

/* One template from the payloads at *at on; moves *at behind those it took or refused. */
static int
print_one(struct tool *t, const struct pile *p, size_t *at, const struct round *r, const struct sign_key *key,
    struct seal_payload *taken)
{
	struct seal s = {.head.core = core_of(r, key), .payload = taken};
	struct seal_core *core = &s.head.core;
	struct merkle tree;
	merkle_init(&tree);
	for (; *at < p->count && core->payloads < LIMIT_SEAL_PAYLOADS; ++*at) {
		const struct seal_payload *item = &p->payload[*at];
		enum err e = fits(item, r);
		if (e) {
			tool_fail_at(t, &(struct input){.line = p->line[*at]}, TOOL_NO, "%s", err_text(e));
			continue;
		}
		if (item->raw.len > r->seal_bytes - core->bytes)
			break;
		taken[core->payloads++] = *item;
		core->bytes += (uint32_t)item->raw.len;
		merkle_add(&tree, &item->leaf);
	}
	/* When every payload was refused there is nothing to work for. */
	return core->payloads > 0 || p->count == 0 ? finish(t, &s, &tree, r, key) : TOOL_DONE;
}

int
template_print(struct tool *t, const struct pile *p, const struct round *round, const struct sign_key *key)
{
	size_t most = p->count < LIMIT_SEAL_PAYLOADS ? p->count : LIMIT_SEAL_PAYLOADS, at = 0;
	struct seal_payload *taken = malloc((most ? most : 1) * sizeof *taken);
	if (!taken)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	int status;
	do
		status = print_one(t, p, &at, round, key, taken);
	while (!status && at < p->count);
	free(taken);
	return status;
}
