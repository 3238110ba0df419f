#include "chain/lane.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "chain/limits.h"

static bool
bits_fit(uint32_t prefix, uint8_t depth)
{
	return depth >= 32 || (uint32_t)(prefix << depth) == 0;
}

void
lane_put(struct buf *out, const struct lane *lane)
{
	wire_put_u32(out, lane->chain);
	wire_put_u32(out, lane->prefix);
	wire_put_u8(out, lane->depth);
}

struct lane
lane_get(struct reader *r)
{
	struct lane lane = { .chain = wire_get_u32(r) };

	lane.prefix = wire_get_u32(r);
	lane.depth = wire_get_u8(r);
	if (lane.depth > LIMIT_LANE_DEPTH)
		wire_fail(r, ERR_RANGE);
	else if (!bits_fit(lane.prefix, lane.depth))
		wire_fail(r, ERR_NOT_CANONICAL);
	return lane;
}

int
lane_compare(const struct lane *a, const struct lane *b)
{
	if (a->chain != b->chain)
		return a->chain < b->chain ? -1 : 1;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return (a->depth > b->depth) - (a->depth < b->depth);
}

void
lane_print(char out[static LANE_TEXT], const struct lane *lane)
{
	size_t n = (size_t)snprintf(out, LANE_TEXT, "%lu", (unsigned long)lane->chain);

	if (lane->depth > 0)
		out[n++] = '/';
	for (unsigned i = 0; i < lane->depth && i < LIMIT_LANE_DEPTH; i++)
		out[n++] = lane->prefix >> (31 - i) & 1 ? '1' : '0';
	out[n] = '\0';
}

static enum err
parse_number(uint64_t *out, const char *text, size_t len, uint64_t max)
{
	return number_parse(out, text, len, max) ? ERR_NUMBER : ERR_OK;
}

static enum err
parse_lane(struct lane *out, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	size_t digits = slash ? (size_t)(slash - text) : len, bits = slash ? len - digits - 1 : 0;
	struct lane lane = { .depth = (uint8_t)bits };
	uint64_t chain;

	if (parse_number(&chain, text, digits, UINT32_MAX) || (slash && bits == 0) || bits > LIMIT_LANE_DEPTH)
		return ERR_NUMBER;
	for (size_t i = 0; i < bits; i++) {
		char c = slash[1 + i];
		if (c != '0' && c != '1')
			return ERR_NUMBER;
		lane.prefix |= (uint32_t)(c - '0') << (31 - i);
	}
	lane.chain = (uint32_t)chain;
	*out = lane;
	return ERR_OK;
}

enum err
lane_parse(struct lane *out, const char *text)
{
	return parse_lane(out, text, strlen(text));
}

void
place_print(char out[static PLACE_TEXT], const struct place *place)
{
	char lane[LANE_TEXT];
	int n = snprintf(out, PLACE_TEXT, "%llu", (unsigned long long)place->hid);

	if (place->kind == PLACE_HYPER)
		return;
	lane_print(lane, &place->lane);
	n += snprintf(out + n, PLACE_TEXT - (size_t)n, ".%s.%llu", lane, (unsigned long long)place->lid);
	if (place->kind == PLACE_PAYLOAD)
		snprintf(out + n, PLACE_TEXT - (size_t)n, ".%lu", (unsigned long)place->index);
}

/* Cuts text at its points; how many parts there are, or 0 when there are more than four. */
static size_t
split(struct bytes part[static 4], const char *text)
{
	size_t n = 0;

	for (;;) {
		const char *point = strchr(text, '.');
		if (n == 4)
			return 0;
		part[n++] = (struct bytes){ (const uint8_t *)text, point ? (size_t)(point - text) : strlen(text) };
		if (point == NULL)
			return n;
		text = point + 1;
	}
}

static enum err
parse_part(uint64_t *out, struct bytes part, uint64_t max)
{
	return parse_number(out, (const char *)part.data, part.len, max);
}

enum err
place_parse(struct place *out, const char *text)
{
	struct bytes part[4];
	size_t n = split(part, text);
	struct place place = { .kind = n == 1 ? PLACE_HYPER : n == 3 ? PLACE_BLOCK : PLACE_PAYLOAD };
	uint64_t index = 0;

	if (n == 0 || n == 2 || parse_part(&place.hid, part[0], UINT64_MAX))
		return ERR_NUMBER;
	if (n > 2 && (parse_lane(&place.lane, (const char *)part[1].data, part[1].len) ||
	    parse_part(&place.lid, part[2], UINT64_MAX)))
		return ERR_NUMBER;
	if (n > 3 && parse_part(&index, part[3], UINT32_MAX))
		return ERR_NUMBER;
	place.index = (uint32_t)index;
	*out = place;
	return ERR_OK;
}
