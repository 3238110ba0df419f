#include "base/wire.h"

#include <string.h>

static uint64_t
get_le(struct reader *r, size_t len)
{
	const uint8_t *at = wire_take(r, len);
	uint64_t v = 0;

	for (size_t i = len; at && i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

static void
put_le(struct buf *b, uint64_t v, size_t len)
{
	uint8_t *at = buf_extend(b, len);

	for (size_t i = 0; at && i < len; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}

struct reader
wire_reader(struct bytes in)
{
	return (struct reader){.at = in.data, .left = in.len, .err = ERR_OK};
}

uint8_t
wire_get_u8(struct reader *r)
{
	return (uint8_t)get_le(r, 1);
}

uint16_t
wire_get_u16(struct reader *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t
wire_get_u32(struct reader *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t
wire_get_u64(struct reader *r)
{
	return get_le(r, 8);
}

void
wire_get(struct reader *r, void *out, size_t len)
{
	const uint8_t *at = wire_take(r, len);

	if (len == 0)
		return;
	if (at)
		memcpy(out, at, len);
	else
		memset(out, 0, len);
}

const uint8_t *
wire_take(struct reader *r, size_t len)
{
	static const uint8_t nothing[1];

	if (r->err == ERR_OK && len > r->left)
		r->err = ERR_TRUNCATED;
	if (r->err != ERR_OK)
		return NULL;
	/* NULL means an error, so that nothing taken from an empty input must be some other address. */
	if (len == 0)
		return r->at ? r->at : nothing;
	const uint8_t *at = r->at;
	r->at += len;
	r->left -= len;
	return at;
}

uint32_t
wire_get_count(struct reader *r, uint32_t max, size_t item_len)
{
	uint32_t n = wire_get_u32(r);

	if (n > max)
		wire_fail(r, ERR_TOO_LONG);
	else if (item_len > 0 && n > r->left / item_len)
		wire_fail(r, ERR_TRUNCATED);
	return r->err == ERR_OK ? n : 0;
}

void
wire_fail(struct reader *r, enum err e)
{
	if (r->err == ERR_OK)
		r->err = e;
}

enum err
wire_end(const struct reader *r)
{
	return r->err == ERR_OK && r->left > 0 ? ERR_TRAILING : r->err;
}

void
wire_put_u8(struct buf *b, uint8_t v)
{
	put_le(b, v, 1);
}

void
wire_put_u16(struct buf *b, uint16_t v)
{
	put_le(b, v, 2);
}

void
wire_put_u32(struct buf *b, uint32_t v)
{
	put_le(b, v, 4);
}

void
wire_put_u64(struct buf *b, uint64_t v)
{
	put_le(b, v, 8);
}

void
wire_put_number(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		wire_put_u8(b, (uint8_t)(v | 0x80));
	wire_put_u8(b, (uint8_t)v);
}

/* Most are below 128, and come by the hundred: they are read in place. */
uint64_t
wire_get_number(struct reader *r, uint64_t most)
{
	uint64_t v = 0;
	size_t n = 0;
	bool more = true;

	if (!r->err && r->left && r->at[0] < 0x80 && r->at[0] <= most) {
		r->left--;
		return *r->at++;
	}
	while (more && n < r->left && n < 10) {
		v |= (uint64_t)(r->at[n] & 0x7f) << 7 * n;
		more = r->at[n++] & 0x80;
	}
	if (r->err || more || v > most) {
		wire_fail(r, more && n == r->left ? ERR_TRUNCATED : ERR_RANGE);
		return 0;
	}
	r->at += n;
	r->left -= n;
	return v;
}
