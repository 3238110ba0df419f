#include "base/pack.h"

#include <string.h>

#include "base/wire.h"

enum { COPY_LEAST = 4, SHORT = 15, PLACE_BITS = 12 };

/* Where four bytes were seen last: 1 and their place. */
struct seen {
	struct bytes in;
	uint32_t at[1 << PLACE_BITS];
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Notes the place; what was noted of such bytes before, or 0. */
static uint32_t
note(struct seen *s, size_t at)
{
	uint32_t four, old, *slot;

	if (s->in.len - at < sizeof four)
		return 0;
	memcpy(&four, s->in.data + at, sizeof four);
	slot = &s->at[four * UINT32_C(2654435761) >> (32 - PLACE_BITS)];
	old = *slot;
	*slot = (uint32_t)(at + 1);
	return old;
}

static size_t
same(struct bytes in, size_t from, size_t at)
{
	size_t n = 0;

	while (at + n < in.len && in.data[from + n] == in.data[at + n])
		n++;
	return n;
}

static void
put_step(struct buf *out, struct bytes literals, size_t copied, size_t distance)
{
	size_t rest = copied ? copied - (COPY_LEAST - 1) : 0;

	wire_put_u8(out, (uint8_t)(least(literals.len, SHORT) << 4 | least(rest, SHORT)));
	if (literals.len >= SHORT)
		wire_put_number(out, literals.len - SHORT);
	if (rest >= SHORT)
		wire_put_number(out, rest - SHORT);
	buf_add(out, literals.data, literals.len);
	if (copied)
		wire_put_number(out, distance);
}

void
pack_put(struct buf *out, struct bytes in, size_t known)
{
	struct seen s = {.in = in};
	size_t at = 0, done = known;

	while (at < known)
		note(&s, at++);
	while (at < in.len) {
		uint32_t old = note(&s, at);
		size_t n = old ? same(in, old - 1, at) : 0;

		if (n < COPY_LEAST) {
			at++;
			continue;
		}
		put_step(out, (struct bytes){in.data + done, at - done}, n, at - (old - 1));
		done = at + n;
		while (++at < done)
			note(&s, at);
	}
	if (done < in.len)
		put_step(out, (struct bytes){in.data + done, in.len - done}, 0, 0);
}

/* Bytes that are just copied may be meant too. */
static void
copy(struct buf *out, size_t n, size_t distance)
{
	for (uint8_t *to = buf_extend(out, n); to && n > 0; n--, to++)
		*to = *(to - distance);
}

static void
get_step(struct buf *out, struct reader *r, size_t room)
{
	unsigned token = wire_get_u8(r);
	uint64_t literals = token >> 4, n = token & SHORT, distance;

	if (literals == SHORT)
		literals += wire_get_number(r, UINT32_MAX);
	if (n == SHORT)
		n += wire_get_number(r, UINT32_MAX);
	n += n ? COPY_LEAST - 1 : 0;
	if (literals + n > room)
		wire_fail(r, ERR_TOO_LONG);
	const uint8_t *literal = wire_take(r, literals);
	if (!literal)
		return;
	buf_add(out, literal, literals);
	if (n == 0) {
		if (r->left > 0)
			wire_fail(r, ERR_RANGE);
		return;
	}
	distance = wire_get_number(r, out->len);
	if (distance == 0)
		wire_fail(r, ERR_RANGE);
	if (!r->err)
		copy(out, n, distance);
}

enum err
pack_get(struct buf *out, struct bytes packed, size_t most)
{
	struct reader r = wire_reader(packed);
	size_t start = out->len;

	while (r.left > 0 && !r.err && !out->failed)
		get_step(out, &r, most - (out->len - start));
	return r.err ? r.err : out->failed ? ERR_NOMEM : ERR_OK;
}
