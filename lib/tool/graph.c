#include "tool/graph.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/output.h"
#include "tool/query.h"

enum { LINE = 512, NAME = 128, BLOCKS_SHOWN = 6 };

/* The last box of each lane, to link the next one to. */
struct lane_box {
	char lane[NAME], box[NAME];
};

struct graph {
	struct tool *t;
	bool open, begun; /* begun: a hyper block stands, the previous one of the next */
	uint64_t previous;
	struct lane_box *lane;
	size_t lanes;
};

__attribute__((format(printf, 2, 3))) static void
put(struct graph *g, const char *format, ...)
{
	char line[LINE];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	output_raw(g->t, (struct bytes){(uint8_t *)line, n < LINE ? (size_t)n : LINE - 1});
}

static const char *
text_of(const struct json *j, const char *key)
{
	const char *text = "";
	json_text(&text, json_member(j, key));
	return text;
}

static uint64_t
number_of(const struct json *j, const char *key)
{
	uint64_t v = 0;
	json_uint(&v, json_member(j, key), JSON_NUMBER_MAX);
	return v;
}

static struct lane_box *
lane_box(struct graph *g, const char *lane)
{
	for (size_t i = 0; i < g->lanes; i++)
		if (strcmp(g->lane[i].lane, lane) == 0)
			return &g->lane[i];
	struct lane_box *grown = realloc(g->lane, (g->lanes + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	g->lane = grown;
	struct lane_box *box = &g->lane[g->lanes++];
	*box = (struct lane_box){0};
	snprintf(box->lane, sizeof box->lane, "%s", lane);
	return box;
}

/* The local blocks that a lane adds, the middle ones left out when they are many. */
static void
put_blocks(struct graph *g, const char *lane, uint64_t first, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		bool hidden = count > BLOCKS_SHOWN && i >= BLOCKS_SHOWN / 2 && i < count - BLOCKS_SHOWN / 2;
		if (!hidden)
			put(g, "<td>%s.%" PRIu64 "</td>", lane, first + i);
		else if (i == BLOCKS_SHOWN / 2)
			put(g, "<td>%" PRIu64 " more</td>", count - BLOCKS_SHOWN / 2 * 2);
		if (hidden)
			i = count - BLOCKS_SHOWN / 2 - 1;
	}
}

static int
put_lane(struct graph *g, uint64_t hid, const struct json *j)
{
	const char *lane = text_of(j, "lane");
	uint64_t blocks = number_of(j, "blocks");
	char box[NAME];
	if (blocks == 0)
		return TOOL_DONE;
	snprintf(box, sizeof box, "%" PRIu64 ".%.64s", hid, lane);
	struct lane_box *last = lane_box(g, lane);
	if (!last)
		return tool_fail(g->t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	/* A table, not a record: dot loses edges between records of one rank. */
	put(g, "  \"%s\" [shape=plain, group=\"lane %s\", label=<"
	       "<table border=\"0\" cellborder=\"1\" cellspacing=\"0\"><tr><td colspan=\"%" PRIu64 "\">"
	       "%s (lane %s)<br/>%" PRIu64 " payload%s, %" PRIu64 " bytes</td></tr><tr>",
	    box, lane, blocks > BLOCKS_SHOWN ? (uint64_t)BLOCKS_SHOWN + 1 : blocks, text_of(j, "chain_name"), lane,
	    number_of(j, "payloads"), number_of(j, "payloads") == 1 ? "" : "s", number_of(j, "bytes"));
	put_blocks(g, lane, number_of(j, "first_lid"), blocks);
	put(g, "</tr></table>>];\n");
	put(g, "  { rank=same; \"h%" PRIu64 "\"; \"%s\"; }\n", hid, box);
	put(g, "  \"h%" PRIu64 "\" -> \"%s\" [style=dotted, arrowhead=none];\n", hid, box);
	if (last->box[0])
		put(g, "  \"%s\" -> \"%s\" [dir=back, color=gray40];\n", last->box, box);
	snprintf(last->box, sizeof last->box, "%s", box);
	return TOOL_DONE;
}

/* Not before there is an answer: what fails prints no picture. */
static void
begin(struct graph *g)
{
	if (!g->open)
		put(g, "digraph para {\n  rankdir=LR;\n  nodesep=0.3;\n  ranksep=0.6;\n"
		       "  node [shape=box, fontname=\"Helvetica\", fontsize=10];\n  edge [arrowsize=0.7];\n");
	g->open = true;
}

static int
put_hyper(void *arg, const struct json *j)
{
	struct graph *g = arg;
	uint64_t hid = number_of(j, "hid");
	bool final = false, certified = false;
	int status = TOOL_DONE;
	begin(g);
	json_bool(&final, json_member(j, "final"));
	json_bool(&certified, json_member(j, "certified"));
	put(g, "  \"h%" PRIu64 "\" [group=hyper, style=\"filled%s\", fillcolor=\"%s\", label=\"hyper %" PRIu64
	    "\\nslot %" PRIu64 ", %" PRIu64 " seal%s\\n",
	    hid, final ? ",bold" : certified ? "" : ",dashed", final ? "#cfe8cf" : "#eeeeee", hid, number_of(j, "slot"),
	    number_of(j, "seals"), number_of(j, "seals") == 1 ? "" : "s");
	if (number_of(j, "endorsements") > 0)
		put(g, "endorsed by %" PRIu64 ", ", number_of(j, "endorsements"));
	put(g, "%s\\n%.12s\"];\n", final ? "final" : certified ? "certified" : "not certified", text_of(j, "hash"));
	if (g->begun)
		put(g, "  \"h%" PRIu64 "\" -> \"h%" PRIu64 "\" [dir=back, weight=100, penwidth=2];\n", g->previous,
		    hid);
	g->begun = true;
	g->previous = hid;
	for (const struct json *l = json_first(json_member(j, "lanes")); l && !status; l = json_next(l))
		status = put_lane(g, hid, l);
	return status;
}

int
graph_print(struct tool *t, const char *operand)
{
	struct graph g = {.t = t};
	int status = query_hypers(t, operand, put_hyper, &g);
	if (!status)
		begin(&g);
	if (g.open)
		put(&g, "}\n");
	free(g.lane);
	return status;
}
