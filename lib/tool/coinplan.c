#include "tool/coinplan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "json/fields.h"
#include "json/json.h"
#include "tool/output.h"

enum { HALVINGS = 64 };

struct row {
	uint64_t after;
	struct amount reward, emitted, locked, supply, free;
};

static int
compare_ages(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* The hyper blocks at which something turns, ascending, each once. */
static uint64_t *
turns(size_t *count, const struct coin *c)
{
	uint64_t *age = calloc((size_t)c->locks * 2 + HALVINGS + 2, sizeof *age);
	size_t n = 1, kept = 0;
	if (!age)
		return NULL;
	for (uint64_t at = c->halving; at && coin_reward(c, at - 1).units; at += c->halving)
		age[n++] = at;
	for (uint32_t i = 0; i < c->locks; i++) {
		struct coin_lock l = coin_lock_at(c, i);
		age[n++] = l.cliff;
		age[n++] = l.end;
	}
	qsort(age, n, sizeof *age, compare_ages);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || age[kept - 1] != age[i])
			age[kept++] = age[i];
	*count = kept;
	return age;
}

static struct row
row_at(const struct coin *c, uint64_t age)
{
	struct row r = {.after = age, .reward = coin_reward(c, age), .emitted = coin_emitted(c, age)};
	for (uint32_t i = 0; i < c->locks; i++) {
		struct coin_lock l = coin_lock_at(c, i);
		r.locked.units += l.amount.units - coin_unlocked(l.amount, l.cliff, l.end, age).units;
	}
	uint64_t start = c->issuance == COIN_FIXED ? c->cap.units : coin_allotted(c).units;
	r.supply.units = start + r.emitted.units;
	r.free.units = r.supply.units - r.locked.units;
	return r;
}

static void
print_row(struct tool *t, const struct row *r, bool csv)
{
	char line[160];
	if (csv) {
		int len = snprintf(line, sizeof line,
		    "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", r->after, r->reward.units,
		    r->emitted.units, r->supply.units, r->locked.units, r->free.units);
		output_raw(t, (struct bytes){(const uint8_t *)line, (size_t)len});
		return;
	}
	struct json_writer *w = output_begin(t);
	fields_uint(w, "after", r->after);
	fields_decimal(w, "reward", r->reward.units);
	fields_decimal(w, "emitted", r->emitted.units);
	fields_decimal(w, "supply", r->supply.units);
	fields_decimal(w, "locked", r->locked.units);
	fields_decimal(w, "free", r->free.units);
	output_end(t);
}

int
coinplan_print(struct tool *t, const struct spec *spec, bool csv)
{
	static const char names[] = "after,reward,emitted,supply,locked,free\n";
	size_t n;
	uint64_t *age = turns(&n, &spec->coin);
	if (!age)
		return tool_fail(t, TOOL_TROUBLE, "%s", err_text(ERR_NOMEM));
	if (csv)
		output_raw(t, (struct bytes){(const uint8_t *)names, sizeof names - 1});
	for (size_t i = 0; i < n; i++) {
		struct row r = row_at(&spec->coin, age[i]);
		print_row(t, &r, csv);
	}
	free(age);
	return TOOL_DONE;
}
