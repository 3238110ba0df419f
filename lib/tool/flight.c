#include "tool/flight.h"

#include <string.h>

#include "tool/clock.h"
#include "tool/remote.h"

enum { AGAIN_MS = 100 };

static bool
pending(const struct item *item)
{
	return item->state == ITEM_NEW || item->state == ITEM_SENT;
}

/* What goes together from an item on: payloads up to the bounds of a batch, or one seal. */
static struct batch
batch_from(struct sender *s, size_t first, size_t end)
{
	while (first < end && !pending(sender_item(s, first)))
		first++;
	struct batch b = {first, 0};
	size_t bytes = 0;
	while (first + b.count < end && b.count < FLIGHT_ITEMS) {
		const struct item *item = sender_item(s, first + b.count);
		if (b.count > 0 && (item->is_seal || bytes + item->raw.len > FLIGHT_BYTES))
			break;
		bytes += item->raw.len;
		b.count++;
		if (item->is_seal)
			break;
	}
	return b;
}

static const char *
put_submit(struct buf *out, struct sender *s, const struct batch *b)
{
	bool seal = sender_item(s, b->first)->is_seal;
	struct json_writer w = json_writer(out);
	json_put_object(&w);
	json_put_key(&w, seal ? "seal" : "payloads");
	if (!seal)
		json_put_array(&w);
	for (size_t i = 0; i < b->count; i++) {
		struct item *item = sender_item(s, b->first + i);
		if (!pending(item))
			continue;
		json_put_hex(&w, item->raw.data, item->raw.len);
		item->state = ITEM_SENT;
	}
	if (!seal)
		json_end_array(&w);
	json_end_object(&w);
	return seal ? "submit_seal" : "submit";
}

static int
take_answer(struct sender *s, const struct batch *b, const struct answer *a)
{
	const struct item *first = sender_item(s, b->first);
	s->met |= a->status == TOOL_DONE;
	if (a->status == TOOL_UNREACHABLE || a->status == TOOL_LATER || (a->status && !first->is_seal))
		return tool_fail(s->t, a->status, "submit: %s", a->message);
	if (first->is_seal && a->status) {
		/* An error about the one seal is its result. */
		struct item *item = sender_item(s, b->first);
		strcpy(item->status, "rejected");
		item->error = strdup(a->message);
		item->state = ITEM_DONE;
		return TOOL_DONE;
	}
	if (first->is_seal) {
		sender_settle(s, sender_item(s, b->first), a->result);
		return TOOL_DONE;
	}
	const struct json *each = json_first(json_member(a->result, "payloads"));
	for (size_t i = 0; i < b->count; i++) {
		struct item *item = sender_item(s, b->first + i);
		if (item->state != ITEM_SENT)
			continue;
		sender_settle(s, item, each);
		each = json_next(each);
	}
	return TOOL_DONE;
}

/* One batch with nothing else under way. */
static int
submit(struct sender *s, const struct batch *b)
{
	struct buf params = {0};
	struct answer a;
	const char *method = put_submit(&params, s, b);
	remote_call(&a, s->t, method, &params, REMOTE_TIMEOUT_MS);
	int status = take_answer(s, b, &a);
	answer_free(&a);
	buf_free(&params);
	return status;
}

/* Every submission may be repeated: what is in the pool already is answered as such. */
static int
resend(struct sender *s)
{
	int status = TOOL_DONE;
	for (unsigned i = 0; i < s->flying && !status; i++)
		status = submit(s, &s->ahead[i]);
	s->flying = 0;
	return status;
}

static int
receive(struct sender *s)
{
	struct answer a;
	if (remote_receive(&a, s->t) == TOOL_UNREACHABLE) {
		answer_free(&a);
		return resend(s);
	}
	int status = take_answer(s, &s->ahead[0], &a);
	answer_free(&a);
	memmove(s->ahead, s->ahead + 1, --s->flying * sizeof s->ahead[0]);
	return status;
}

/* Hands in again what found the pool full, until it has room or the time of these items is over. */
static int
insist(struct sender *s)
{
	int status = TOOL_DONE;
	while (s->again && !status) {
		s->again = false;
		clock_sleep_ms(AGAIN_MS);
		struct batch b = batch_from(s, s->gone, s->sent);
		for (; b.count > 0 && !status; b = batch_from(s, b.first + b.count, s->sent))
			status = submit(s, &b);
	}
	return status;
}

static int
land(struct sender *s)
{
	int status = TOOL_DONE;
	while (!status && s->flying > 0)
		status = receive(s);
	return status ? status : insist(s);
}

int
flight_send(struct sender *s)
{
	struct buf params = {0};
	struct answer a;
	int status = s->flying == SENDER_AHEAD ? receive(s) : TOOL_DONE;
	if (!status && s->again)
		status = land(s);
	struct batch b = batch_from(s, s->sent, s->gone + s->queue.count);
	if (status || b.count == 0)
		return status;
	const char *method = put_submit(&params, s, &b);
	status = remote_send(&a, s->t, method, &params);
	buf_free(&params);
	s->ahead[s->flying++] = b;
	s->sent += b.count;
	if (status == TOOL_UNREACHABLE && s->met)
		status = resend(s);
	else if (status)
		tool_fail(s->t, status, "submit: %s", a.message);
	answer_free(&a);
	return status;
}

int
flight_land(struct sender *s)
{
	int status = TOOL_DONE;
	while (!status && s->sent < s->gone + s->queue.count)
		status = flight_send(s);
	if (!status)
		status = land(s);
	sender_print_done(s);
	return status;
}
