#include <stdlib.h>
#include <string.h>

#include "store/store_impl.h"

/*
 * Where the payloads of SPAN consecutive rows are sealed. As a value: how many blocks | HID, chain, depth, prefix and LID
 * of each | runs of rows, each with its first row within the span, its length, its block and the index of its first
 * payload. All are numbers as wire_put_number writes them. Blocks stand in the order of the rows, so that a value follows
 * from its places alone.
 *
 * Lanes that are sealed side by side, and blocks that a pool fills as fees go, share the rows of a span: an entry of the
 * store for each payload would take a third of the bytes of a transfer.
 */
enum { SPAN = 64 };

struct span {
	uint64_t first;
	bool there;             /* in the store */
	uint8_t block[SPAN];    /* of each row: 1 + its number, 0: it has no place */
	uint32_t index[SPAN];
	unsigned blocks;
	struct place place[SPAN];
};

static uint64_t
first_of(uint64_t row)
{
	return row - row % SPAN;
}

static bool
same_block(const struct place *a, const struct place *b)
{
	return a->hid == b->hid && a->lid == b->lid && lane_compare(&a->lane, &b->lane) == 0;
}

uint32_t
run_length(const uint64_t *row, uint32_t n)
{
	uint32_t i = 1;

	while (i < n && row[i] == row[0] + i)
		i++;
	return i;
}

/* --- a span as a value --- */

static void
put_block(struct buf *b, const struct place *p)
{
	wire_put_number(b, p->hid);
	wire_put_number(b, p->lane.chain);
	wire_put_number(b, p->lane.depth);
	if (p->lane.depth)
		wire_put_number(b, p->lane.prefix);
	wire_put_number(b, p->lid);
}

static struct place
get_block(struct reader *r)
{
	struct place p = {.kind = PLACE_PAYLOAD, .hid = wire_get_number(r, UINT64_MAX)};

	p.lane.chain = (uint32_t)wire_get_number(r, UINT32_MAX);
	p.lane.depth = (uint8_t)wire_get_number(r, LIMIT_LANE_DEPTH);
	if (p.lane.depth)
		p.lane.prefix = (uint32_t)wire_get_number(r, UINT32_MAX);
	p.lid = wire_get_number(r, UINT64_MAX);
	return p;
}

static void
read_run(struct span *s, struct reader *r)
{
	unsigned at = (unsigned)wire_get_number(r, SPAN), count = (unsigned)wire_get_number(r, SPAN);
	unsigned block = (unsigned)wire_get_number(r, SPAN);
	uint32_t index = (uint32_t)wire_get_number(r, LIMIT_SEAL_PAYLOADS);

	if (r->err || count == 0 || at + count > SPAN || block >= s->blocks) {
		wire_fail(r, ERR_CORRUPT);
		return;
	}
	memset(s->block + at, (int)block + 1, count);
	for (unsigned i = 0; i < count; i++)
		s->index[at + i] = index + i;
}

static enum err
read_span(struct span *s, struct bytes value)
{
	struct reader r = wire_reader(value);

	s->blocks = (unsigned)wire_get_number(&r, SPAN);
	for (unsigned i = 0; i < s->blocks; i++)
		s->place[i] = get_block(&r);
	while (r.left && !r.err)
		read_run(s, &r);
	return db_end(&r);
}

/* One without places where there is none. */
static enum err
get_span(struct span *s, struct store_txn *t, uint64_t first)
{
	uint8_t key[ROW_KEY];
	struct bytes value;
	enum err e;

	s->first = first;
	s->blocks = 0;
	memset(s->block, 0, sizeof(s->block));
	key_put_u64(key, first);
	e = db_get(t, &value, DB_PLACE, key, sizeof(key));
	s->there = !e;
	return e == ERR_NOT_FOUND ? ERR_OK : e ? e : read_span(s, value);
}

/* Numbers the blocks anew, in the order of their rows; those that no row has are left out. */
static unsigned
number_blocks(uint8_t number[static SPAN], uint8_t order[static SPAN], const struct span *s)
{
	unsigned n = 0;

	memset(number, 0, SPAN);
	for (unsigned i = 0; i < SPAN; i++) {
		if (s->block[i] && !number[s->block[i] - 1]) {
			order[n++] = (uint8_t)(s->block[i] - 1);
			number[s->block[i] - 1] = (uint8_t)n;
		}
	}
	return n;
}

static unsigned
run_at(const struct span *s, unsigned at)
{
	unsigned end = at + 1;

	while (end < SPAN && s->block[end] == s->block[at] && s->index[end] == s->index[at] + (end - at))
		end++;
	return end - at;
}

static void
write_span(struct buf *b, const struct span *s)
{
	uint8_t number[SPAN], order[SPAN];
	unsigned n = number_blocks(number, order, s);

	buf_reset(b);
	wire_put_number(b, n);
	for (unsigned i = 0; i < n; i++)
		put_block(b, &s->place[order[i]]);
	for (unsigned i = 0, count; i < SPAN; i += count) {
		count = run_at(s, i);
		if (!s->block[i])
			continue;
		wire_put_number(b, i);
		wire_put_number(b, count);
		wire_put_number(b, number[s->block[i] - 1] - 1U);
		wire_put_number(b, s->index[i]);
	}
}

static enum err
put_span(struct store_txn *t, const struct span *s)
{
	static const uint8_t none[SPAN];
	uint8_t key[ROW_KEY];

	key_put_u64(key, s->first);
	if (memcmp(s->block, none, SPAN) == 0)
		return db_erase(t, DB_PLACE, key, sizeof(key));
	write_span(&t->value, s);
	if (t->value.failed)
		return ERR_NOMEM;
	return s->there ? db_put(t, DB_PLACE, key, sizeof(key), bytes_of(&t->value))
	                : db_append(t, DB_PLACE, key, sizeof(key), bytes_of(&t->value));
}

/* --- the rows of a block --- */

struct placed {
	uint64_t row;
	uint32_t index;
};

static int
by_row(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Ascending, so that each span is read and written once. */
static struct placed *
sorted_rows(const uint64_t *row, uint32_t n)
{
	struct placed *p = malloc((n + (size_t)1) * sizeof(*p));

	for (uint32_t i = 0; p && i < n; i++)
		p[i] = (struct placed){row[i], i};
	if (p && n)
		qsort(p, n, sizeof(*p), by_row);
	return p;
}

/* Rows that no block has become the block's; the others are marked as sealed once more. */
static enum err
fill_span(struct span *s, struct store_txn *t, const struct place *block, const struct placed *p, uint32_t n)
{
	enum err e = ERR_OK;

	/* All rows may have a place: then there is no number left, and none is needed. */
	if (s->blocks < SPAN)
		s->place[s->blocks++] = *block;
	for (uint32_t i = 0; !e && i < n; i++) {
		unsigned at = (unsigned)(p[i].row - s->first);

		if (!s->block[at]) {
			s->block[at] = (uint8_t)s->blocks;
			s->index[at] = block->index + p[i].index;
		} else if (!same_block(&s->place[s->block[at] - 1], block)) {
			e = pool_mark(t, p[i].row, block->hid);
		}
	}
	return e;
}

static enum err
clear_span(struct span *s, struct store_txn *t, const struct place *block, const struct placed *p, uint32_t n)
{
	(void)t;
	for (uint32_t i = 0; i < n; i++) {
		unsigned at = (unsigned)(p[i].row - s->first);

		if (s->block[at] && same_block(&s->place[s->block[at] - 1], block))
			s->block[at] = 0;
	}
	return ERR_OK;
}

static enum err
each_span(struct store_txn *t, const struct place *block, const uint64_t *row, uint32_t n,
    enum err (*change)(struct span *s, struct store_txn *t, const struct place *block, const struct placed *p, uint32_t n))
{
	struct placed *p = sorted_rows(row, n);
	struct span s;
	enum err e = p ? ERR_OK : ERR_NOMEM;

	for (uint32_t i = 0, end; !e && i < n; i = end) {
		uint64_t first = first_of(p[i].row);

		for (end = i + 1; end < n && first_of(p[end].row) == first;)
			end++;
		e = get_span(&s, t, first);
		if (!e)
			e = change(&s, t, block, p + i, end - i);
		if (!e)
			e = put_span(t, &s);
	}
	free(p);
	return e;
}

enum err
place_put(struct store_txn *t, const struct place *first, const uint64_t *row, uint32_t n)
{
	return each_span(t, first, row, n, fill_span);
}

enum err
place_erase(struct store_txn *t, const struct place *block, const uint64_t *row, uint32_t n)
{
	return each_span(t, block, row, n, clear_span);
}

enum err
store_get_place(struct store_txn *t, struct place *place, uint64_t row)
{
	struct span s;
	enum err e = get_span(&s, t, first_of(row));
	unsigned at = (unsigned)(row % SPAN);

	if (e)
		return e;
	if (!s.block[at])
		return ERR_NOT_FOUND;
	*place = s.place[s.block[at] - 1];
	place->index = s.index[at];
	return ERR_OK;
}
