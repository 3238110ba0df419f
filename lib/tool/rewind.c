#include "tool/rewind.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "json/fields.h"
#include "node/reset.h"
#include "tool/output.h"
#include "tool/serve.h"

static void
warn_loss(void *arg, const struct reset_loss *loss)
{
	uint64_t first = loss->tip_hid - loss->hypers + 1;
	if (!loss->hypers) {
		tool_say(arg, "hyper %" PRIu64 " is the tip: nothing to leave", loss->tip_hid);
		return;
	}
	tool_say(arg, "leaving hyper %" PRIu64 " to %" PRIu64 ", %" PRIu64 " of them final: the chain loses %" PRIu64
	    " blocks; their %" PRIu64 " payloads wait again, and what was built on them is lost",
	    first, loss->tip_hid, loss->final_hid < first ? 0 : loss->final_hid - first + 1, loss->blocks, loss->payloads);
}

static void
print_loss(struct tool *t, uint64_t hid, const struct reset_loss *loss)
{
	struct json_writer *w = output_begin(t);
	fields_uint(w, "hid", hid);
	fields_uint(w, "final_hid", loss->kept_final_hid);
	fields_uint(w, "hypers", loss->hypers);
	fields_uint(w, "blocks", loss->blocks);
	fields_uint(w, "payloads", loss->payloads);
	output_end(t);
}

int
rewind_run(struct tool *t, const char *dir, uint64_t hid)
{
	struct reset_loss loss;
	enum err e = reset_run(&loss, dir, &(struct reset_config){hid, warn_loss, t});
	if (e == ERR_LOCKED)
		return tool_fail(t, TOOL_TROUBLE, "a node runs on %s: stop it first", dir);
	if (e == ERR_PARAMS)
		return tool_fail(t, TOOL_NO, "%s began with a snapshot: what led to it cannot be executed again", dir);
	if (e == ERR_RANGE)
		return tool_fail(t, TOOL_TROUBLE, "the chain in %s ends at hyper %" PRIu64, dir, loss.tip_hid);
	if (e)
		return tool_fail(t, serve_status(e), "cannot reset %s: %s", dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
	print_loss(t, hid, &loss);
	return TOOL_DONE;
}
