#include "tool/sender.h"

#include <string.h>

#include "json/fields.h"
#include "json/view.h"
#include "tool/clock.h"
#include "tool/output.h"

struct item *
sender_item(struct sender *s, size_t number)
{
	return sendlist_at(&s->queue, number - s->gone);
}

static bool
is(const struct item *item, const char *status)
{
	return strcmp(item->status, status) == 0;
}

/* A block has its place first, and is executed a little later. */
static bool
is_unexecuted(const struct item *item)
{
	return !item->is_seal && item->result.len == 0 && (is(item, "sealed") || is(item, "final"));
}

static bool
reached(const struct sender *s, const struct item *item)
{
	if (is(item, "pooled"))
		return s->until == SUBMIT_POOLED;
	if (is(item, "sealed") && s->until == SUBMIT_FINAL)
		return false;
	return s->until == SUBMIT_POOLED || !is_unexecuted(item);
}

/* Blocks make room: it is worth another try. */
static bool
pool_full(const struct item *item)
{
	return item->reason && (strcmp(item->reason, err_name(ERR_POOL_FULL)) == 0 ||
	    strcmp(item->reason, err_name(ERR_POOL_SIGNER)) == 0);
}

void
sender_settle(struct sender *s, struct item *item, const struct json *answer)
{
	if (!sendlist_update(item, answer)) {
		strcpy(item->status, "rejected");
		tool_fail_at(s->t, &(struct input){.line = item->line}, TOOL_TROUBLE, "node does not tell of it");
	}
	uint64_t now = clock_steady_ms();
	if (item->deadline_ms == 0)
		item->deadline_ms = now + s->timeout_ms;
	if (is(item, "rejected") && pool_full(item) && now < item->deadline_ms) {
		item->state = ITEM_NEW;
		s->again = true;
		return;
	}
	buf_free(&item->raw);
	item->state = reached(s, item) ? ITEM_DONE : ITEM_WAITING;
}

static void
put_text(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		fields_text(w, key, text);
}

static void
print(struct sender *s, const struct item *item)
{
	struct json_writer *w = output_begin(s->t);
	view_hash(w, item->is_seal ? "seal" : "payload", &item->id);
	if (item->is_seal) {
		view_lane(w, "lane", &item->lane);
	} else {
		fields_uint(w, "chain", item->chain);
	}
	/* para-rpc(7): of one that left long ago a node does not know why. */
	put_text(w, "status", is(item, "unknown") ? "rejected" : item->status);
	put_text(w, "at", item->at);
	put_text(w, "by", item->by);
	put_text(w, "error", item->error);
	put_text(w, "reason", item->reason);
	if (item->result.len > 0) {
		json_put_key(w, "result");
		json_put_raw(w, bytes_of(&item->result));
	}
	output_end(s->t);
}

static void
judge(struct sender *s, const struct item *item)
{
	const struct input at = {.line = item->line};
	const char *why = item->error ? item->error : "";
	const char *colon = item->error ? ": " : "";
	if (is(item, "failed"))
		tool_fail_at(s->t, &at, TOOL_NO, "failed%s%s", colon, why);
	else if (is(item, "rejected"))
		tool_fail_at(s->t, &at, TOOL_REJECTED, "rejected%s%s", colon, why);
	else if (is(item, "replaced"))
		tool_fail_at(s->t, &at, TOOL_NO, "replaced by %s", item->by ? item->by : "another payload with its seq");
	else if (is(item, "expired"))
		tool_fail_at(s->t, &at, TOOL_NO, "expired");
	else if (is(item, "unknown"))
		tool_fail_at(s->t, &at, TOOL_REJECTED, "the node no longer knows it%s%s", colon, why);
	else if (!reached(s, item))
		tool_fail_at(s->t, &at, TOOL_LATER, "%s, not yet %s%s%s%s", item->status, is_unexecuted(item) ? "executed" :
		    s->until == SUBMIT_FINAL ? "final" : "sealed", item->waits ? ": seq " : "", item->waits ? item->waits : "",
		    item->waits ? " of its signer is missing" : "");
}

void
sender_print_done(struct sender *s)
{
	while (s->queue.count > 0 && sendlist_at(&s->queue, 0)->state == ITEM_DONE) {
		print(s, sendlist_at(&s->queue, 0));
		judge(s, sendlist_at(&s->queue, 0));
		sendlist_pop(&s->queue);
		s->gone++;
	}
}
