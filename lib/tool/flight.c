#include "tool/flight.h"

#include <string.h>

#include "tool/remote.h"

/* The items from `sent` on that go together: payloads up to the bounds of a batch, or one seal. */
static struct batch
next_batch(struct sender *s)
{
	struct batch b = {s->sent, 0};
	size_t bytes = 0;
	while (b.first + b.count < s->gone + s->queue.count && b.count < FLIGHT_ITEMS) {
		const struct item *item = sender_item(s, b.first + b.count);
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
	for (size_t i = 0; i < b->count; i++, each = json_next(each))
		sender_settle(s, sender_item(s, b->first + i), each);
	return TOOL_DONE;
}

/* Every submission may be repeated: what is in the pool already is answered as such. */
static int
resend(struct sender *s)
{
	int status = TOOL_DONE;
	for (unsigned i = 0; i < s->flying && !status; i++) {
		struct buf params = {0};
		struct answer a;
		const char *method = put_submit(&params, s, &s->ahead[i]);
		remote_call(&a, s->t, method, bytes_of(&params), REMOTE_TIMEOUT_MS);
		status = take_answer(s, &s->ahead[i], &a);
		answer_free(&a);
		buf_free(&params);
	}
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

int
flight_send(struct sender *s)
{
	struct buf params = {0};
	struct answer a;
	int status = s->flying == SENDER_AHEAD ? receive(s) : TOOL_DONE;
	struct batch b = next_batch(s);
	if (status || b.count == 0)
		return status;
	const char *method = put_submit(&params, s, &b);
	status = remote_send(&a, s->t, method, bytes_of(&params));
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
	while (!status && s->flying > 0)
		status = receive(s);
	sender_print_done(s);
	return status;
}
