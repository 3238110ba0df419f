#include "tool/submit.h"

#include "base/hex.h"
#include "json/fields.h"
#include "tool/clock.h"
#include "tool/flight.h"
#include "tool/line.h"
#include "tool/remote.h"

enum {
	QUEUE_MOST = 20000, /* items under way before reading goes on */
	WAIT_ITEMS = 2000,  /* the most one wait names */
	WAIT_MS = 20000,    /* one wait when nothing else is to be done */
	WAIT_OPEN_MS = 250, /* one wait while input may come */
	PAUSE_MS = 50
};

static size_t
put_ids(struct json_writer *w, struct sender *s, const char *key, bool seals)
{
	char hex[65];
	size_t n = 0;
	json_put_key(w, key);
	json_put_array(w);
	for (size_t i = 0; i < s->queue.count && i < WAIT_ITEMS; i++) {
		const struct item *item = sendlist_at(&s->queue, i);
		if (item->state != ITEM_WAITING || item->is_seal != seals)
			continue;
		hex_encode(hex, item->id.b, 32);
		json_put_text(w, hex);
		n++;
	}
	json_end_array(w);
	return n;
}

/* The answers are in the order of the questions. */
static void
take_states(struct sender *s, const struct json *list, bool seals)
{
	const struct json *each = json_first(list);
	for (size_t i = 0; i < s->queue.count && i < WAIT_ITEMS && each; i++) {
		struct item *item = sendlist_at(&s->queue, i);
		if (item->state == ITEM_WAITING && item->is_seal == seals) {
			sender_settle(s, item, each);
			each = json_next(each);
		}
	}
}

/* Items whose time is over are done, as far as they got. */
static uint64_t
give_up(struct sender *s)
{
	uint64_t now = clock_steady_ms(), least = WAIT_MS;
	for (size_t i = 0; i < s->queue.count && i < WAIT_ITEMS; i++) {
		struct item *item = sendlist_at(&s->queue, i);
		if (item->state == ITEM_WAITING && item->deadline_ms <= now)
			item->state = ITEM_DONE;
		else if (item->state == ITEM_WAITING && item->deadline_ms - now < least)
			least = item->deadline_ms - now;
	}
	sender_print_done(s);
	return least;
}

/* One wait for the first items of the queue. */
static int
wait_once(struct sender *s, uint64_t most_ms)
{
	struct buf params = {0};
	struct answer a;
	struct json_writer w = json_writer(&params);
	uint64_t begin = clock_steady_ms();
	json_put_object(&w);
	size_t asked = put_ids(&w, s, "payloads", false);
	asked += put_ids(&w, s, "seals", true);
	fields_text(&w, "until", s->until == SUBMIT_FINAL ? "final" : "sealed");
	fields_uint(&w, "timeout_ms", most_ms);
	json_end_object(&w);
	int status = TOOL_DONE;
	if (asked > 0) {
		status = remote_patient(&a, s->t, "wait", &params, (unsigned)most_ms + REMOTE_TIMEOUT_MS,
		    (unsigned)most_ms);
		take_states(s, json_member(a.result, "payloads"), false);
		take_states(s, json_member(a.result, "seals"), true);
		if (status)
			tool_fail(s->t, status, "wait: %s", a.message);
		answer_free(&a);
	}
	buf_free(&params);
	sender_print_done(s);
	/* A node that is busy answers at once. */
	if (asked > 0 && s->queue.count > 0 && clock_steady_ms() - begin < most_ms / 4)
		clock_sleep_ms(most_ms / 4 < PAUSE_MS ? most_ms / 4 : PAUSE_MS);
	return status;
}

static void
read_some(struct sender *s, struct input *in, struct line *line, bool *more)
{
	struct bytes text;
	size_t unsent = s->gone + s->queue.count - s->sent;
	while (unsent < FLIGHT_ITEMS && s->queue.count < QUEUE_MOST && (unsent == 0 || input_ready(in))) {
		if (!(*more = input_next(in, &text, s->t)))
			return;
		if (line_read(line, s->t, in, text))
			continue;
		enum err e = sendlist_add(&s->queue, bytes_of(&line->raw), in->line);
		if (e)
			tool_fail_at(s->t, in, tool_status_of(e), "%s", err_text(e));
		else
			unsent++;
		/* Many seals make a large batch in bytes long before they make one in lines. */
		if (line->raw.len > FLIGHT_BYTES / 4)
			break;
	}
}

/* What was accepted is told, even when the node is gone before it got as far as wanted. */
static void
end_early(struct sender *s)
{
	size_t unanswered = 0;
	for (size_t i = 0; i < s->queue.count; i++) {
		struct item *item = sendlist_at(&s->queue, i);
		if (item->state == ITEM_WAITING)
			item->state = ITEM_DONE;
		unanswered += item->state != ITEM_DONE;
	}
	sender_print_done(s);
	if (unanswered > 0)
		tool_say(s->t, "%zu without an answer", unanswered);
}

int
submit_run(struct tool *t, enum submit_until until, uint64_t timeout_s)
{
	struct sender s = {.t = t, .until = until, .timeout_ms = timeout_s * 1000};
	struct input in;
	struct line line = {0};
	bool more = true;
	int status = input_open(&in, t, "-");
	while (!status && (more || s.queue.count > 0)) {
		/* While something is under way, reading must not block. */
		if (more && s.queue.count < QUEUE_MOST && (s.queue.count == 0 || input_ready(&in)))
			read_some(&s, &in, &line, &more);
		if (!input_ready(&in) || !more || s.queue.count >= QUEUE_MOST)
			status = flight_land(&s);
		else
			status = flight_send(&s);
		uint64_t least = give_up(&s);
		bool idle = !more || !input_ready(&in) || s.queue.count >= QUEUE_MOST;
		if (!status && idle && s.queue.count > 0)
			status = wait_once(&s, more && least > WAIT_OPEN_MS ? WAIT_OPEN_MS : least);
	}
	if (status)
		end_early(&s);
	line_free(&line);
	input_close(&in);
	sendlist_free(&s.queue);
	return status;
}
