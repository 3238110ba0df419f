#include "tool/follow.h"

#include "json/fields.h"
#include "json/json.h"
#include "tool/clock.h"
#include "tool/options.h"
#include "tool/output.h"
#include "tool/remote.h"

/* How long a call waits is how late a reader's end is noticed. */
enum { WAIT_MS = 1000, AWAY_MS = 60000, PAUSE_MS = 200 };

static int
latest(uint64_t *out, struct tool *t)
{
	struct answer a;
	int status = remote_ask(&a, t, "status", NULL, "status");
	if (!status && json_uint(out, json_member(a.result, "certified"), JSON_NUMBER_MAX))
		status = tool_fail(t, TOOL_TROUBLE, "node does not say where it is");
	answer_free(&a);
	return status;
}

static void
put_params(struct buf *out, uint64_t from, bool blocks)
{
	struct json_writer w = json_writer(out);
	buf_reset(out);
	json_put_object(&w);
	fields_uint(&w, "from", from);
	fields_bool(&w, "blocks", blocks);
	fields_uint(&w, "wait_ms", WAIT_MS);
	json_end_object(&w);
}

int
follow_run(struct tool *t, uint64_t from, bool blocks)
{
	struct buf params = {0};
	int status = from == OPTION_NONE ? latest(&from, t) : TOOL_DONE;
	for (bool met = false; !status; met = true) {
		struct answer a;
		uint64_t begin = clock_steady_ms(), before = from;
		put_params(&params, from, blocks);
		remote_patient(&a, t, "follow", &params, WAIT_MS + REMOTE_TIMEOUT_MS, met ? AWAY_MS : 0);
		if (a.status && a.status != TOOL_LATER)
			status = tool_fail(t, a.status, "follow: %s", a.message);
		for (const struct json *j = json_first(json_member(a.result, "items")); j; j = json_next(j))
			output_value(t, j);
		output_flush(t);
		output_watch(t);
		json_uint(&from, json_member(a.result, "next"), JSON_NUMBER_MAX);
		/* A node that is busy answers at once. */
		if (!status && from == before && clock_steady_ms() - begin < PAUSE_MS)
			clock_sleep_ms(PAUSE_MS);
		answer_free(&a);
	}
	buf_free(&params);
	return status;
}
