#include "tool/founding.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "chain/account.h"
#include "chain/spec.h"
#include "tool/clock.h"

static int
compare_founders(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct pubkey));
}

static int
compare_allocs(const void *a, const void *b)
{
	return memcmp(((const struct genesis_alloc *)a)->account, ((const struct genesis_alloc *)b)->account, 32);
}

static int
read_founders(struct genesis *g, struct arena *arena, struct tool *t, const struct founding *f)
{
	g->founder = arena_alloc(arena, f->founders.count + 1, sizeof *g->founder);
	if (!g->founder || f->founders.count > LIMIT_FOUNDERS)
		return tool_fail(t, TOOL_TROUBLE, "too many founders");
	for (size_t i = 0; i < f->founders.count; i++) {
		enum err e = account_parse(g->founder[g->founders++].b, f->founders.item[i]);
		if (e)
			return tool_usage(t, "--founder %s: %s", f->founders.item[i], err_text(e));
	}
	qsort(g->founder, g->founders, sizeof *g->founder, compare_founders);
	for (uint32_t i = 1; i < g->founders; i++)
		if (compare_founders(&g->founder[i - 1], &g->founder[i]) == 0)
			return tool_usage(t, "a --founder is given twice");
	if (!f->solo && g->founders == 1)
		return tool_usage(t, "one --founder is enough with --solo alone: two must vote");
	return TOOL_DONE;
}

/* ADDRESS=AMOUNT. ERR_FIELD: another form. */
static enum err
read_alloc(struct genesis_alloc *out, const char *text)
{
	char address[ACCOUNT_TEXT];
	const char *equals = strchr(text, '=');
	if (!equals)
		return ERR_FIELD;
	if ((size_t)(equals - text) >= sizeof address)
		return ERR_BECH32;
	memcpy(address, text, (size_t)(equals - text));
	address[equals - text] = '\0';
	enum err e = account_parse(out->account, address);
	if (!e)
		e = number_parse(&out->amount.units, equals + 1, strlen(equals + 1), UINT64_MAX);
	return e || out->amount.units > 0 ? e : ERR_ZERO;
}

/* Of allocations in order: each account once, and all of them within the cap. */
static int
check_allocs(const struct genesis *g, struct tool *t)
{
	struct amount sum = {0};
	char address[ACCOUNT_TEXT];
	for (uint32_t i = 0; i < g->allocs; i++) {
		account_print(address, g->alloc[i].account);
		if (i > 0 && compare_allocs(&g->alloc[i - 1], &g->alloc[i]) == 0)
			return tool_usage(t, "--alloc: %s is given twice", address);
		if (amount_add(&sum, sum, g->alloc[i].amount) || sum.units > g->cap.units)
			return tool_usage(t, "--alloc: all together are %s", err_text(ERR_CAP));
	}
	return TOOL_DONE;
}

static int
read_allocs(struct genesis *g, struct arena *arena, struct tool *t, const struct founding *f)
{
	g->alloc = arena_alloc(arena, f->allocs.count + 1, sizeof *g->alloc);
	if (!g->alloc || f->allocs.count > LIMIT_ALLOCS)
		return tool_fail(t, TOOL_TROUBLE, "too many allocations");
	for (size_t i = 0; i < f->allocs.count; i++) {
		enum err e = read_alloc(&g->alloc[g->allocs++], f->allocs.item[i]);
		if (e)
			return tool_usage(t, "--alloc %s: %s", f->allocs.item[i], e == ERR_FIELD ? "no ADDRESS=AMOUNT" : err_text(e));
	}
	qsort(g->alloc, g->allocs, sizeof *g->alloc, compare_allocs);
	return check_allocs(g, t);
}

static void
fill(struct genesis *g, const struct founding *f)
{
	genesis_defaults(g);
	snprintf(g->name, sizeof g->name, "%s", f->name);
	g->time_ms = f->time_ms == OPTION_NONE ? clock_now_ms() : f->time_ms;
	g->solo = f->solo;
	g->period_ms = f->period_ms ? (uint32_t)f->period_ms : g->period_ms;
	g->epoch = f->epoch ? (uint32_t)f->epoch : g->epoch;
	g->seals = f->seals ? (uint32_t)f->seals : g->seals;
	g->difficulty = f->difficulty ? f->difficulty : g->difficulty;
	if (f->reward != OPTION_NONE)
		g->reward.units = f->reward;
	if (f->fee != OPTION_NONE)
		g->register_fee.units = f->fee;
	if (f->fee == 0)
		g->byte_fee.units = 0;
}

int
founding_make(struct genesis *out, struct arena *arena, struct tool *t, const struct founding *f)
{
	if (!spec_name_ok(f->name))
		return tool_usage(t, "--name %s: %s", f->name, err_text(ERR_NAME));
	if (f->founders.count == 0)
		return tool_usage(t, "a --founder is wanted");
	if (f->solo && f->founders.count > 1)
		return tool_usage(t, "--solo takes one --founder");
	fill(out, f);
	if (out->reward.units > out->cap.units)
		return tool_usage(t, "--reward %" PRIu64 ": %s", out->reward.units, err_text(ERR_CAP));
	int status = read_founders(out, arena, t, f);
	if (!status)
		status = read_allocs(out, arena, t, f);
	enum err e = status ? ERR_OK : genesis_check(out);
	if (!e)
		return status;
	return tool_fail(t, TOOL_TROUBLE, "no such genesis: %s", err_text(e));
}
