#include "letter.h"

#include <stdlib.h>
#include <string.h>

#include "room.h"

static uint64_t
number_at(const uint8_t *at)
{
	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
	    (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

static uint64_t
stir(uint64_t mix, uint64_t v)
{
	mix = (mix ^ v) * 0x9e3779b97f4a7c15;
	return mix ^ mix >> 29;
}

uint64_t
letter_mix(uint64_t from, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t mix = from ^ len, other = len;

	/* Two strands, so that the processor need not wait for each product. */
	for (; len >= 16; at += 16, len -= 16) {
		mix = stir(mix, number_at(at));
		other = stir(other, number_at(at + 8));
	}
	for (; len; at++, len--)
		mix = (mix ^ *at) * 0x100000001b3;
	return stir(mix, other);
}

static enum err
read_seal(struct letter *l)
{
	uint32_t bad;
	struct reader r = wire_reader(l->raw);
	enum err e;

	seal_head_get(&r, &l->seal.head);
	l->bare = l->raw.len == SEAL_HEAD && !r.err && l->seal.head.core.payloads;
	e = l->bare ? ERR_OK : seal_unpack(&l->seal, &l->arena, l->raw);
	if (e == ERR_OK)
		e = seal_head_check(&l->seal.head);
	if (e == ERR_OK && !l->bare)
		e = seal_body_check(&l->seal, &bad);
	if (e == ERR_OK)
		l->id = seal_id(&l->seal.head);
	return e;
}

static enum err
read_hyper(struct letter *l)
{
	enum err e = hyper_unpack(&l->hyper, &l->arena, l->raw);

	if (e == ERR_OK)
		e = hyper_check(&l->hyper);
	if (e == ERR_OK)
		l->id = hyper_hash(&l->hyper.header);
	return e;
}

static enum err
read_letter(struct letter *l)
{
	enum err e;

	switch (l->type) {
	case OBJECT_SEAL:
		return read_seal(l);
	case OBJECT_HYPER:
		return read_hyper(l);
	case OBJECT_LIST:
		e = list_unpack(&l->list, &l->arena, l->raw);
		return e ? e : list_check(&l->list);
	case OBJECT_ENDORSEMENT:
		e = endorse_unpack(&l->endorsement, l->raw);
		return e ? e : endorse_check(&l->endorsement);
	case OBJECT_HAVE:
	case OBJECT_WANT:
		return holdings_unpack(&l->holdings, l->type, &l->arena, l->raw);
	default:
		return ERR_TYPE;
	}
}

static struct letter *
new_letter(struct bytes raw, uint64_t mix)
{
	struct letter *l = room_for(sizeof *l + raw.len);
	uint8_t *copy = (uint8_t *)(l + 1);

	memcpy(copy, raw.data, raw.len);
	*l = (struct letter){ .raw = { copy, raw.len }, .mix = mix, .refs = 1, .type = object_peek(raw) };
	l->verdict = read_letter(l);
	return l;
}

struct letter *
letter_write(struct desk *desk, struct bytes raw)
{
	uint64_t mix = letter_mix(0, raw.data, raw.len);
	struct letter **place = &desk->place[mix >> 52];

	if (object_peek(raw) >= OBJECT_HAVE)
		return new_letter(raw, mix);
	if (!*place || (*place)->mix != mix || !bytes_equal((*place)->raw, raw)) {
		letter_drop(*place);
		*place = new_letter(raw, mix);
	}
	return letter_share(*place);
}

struct letter *
letter_share(struct letter *l)
{
	l->refs++;
	return l;
}

void
letter_drop(struct letter *l)
{
	if (!l || --l->refs)
		return;
	arena_free(&l->arena);
	free(l);
}

void
desk_tidy(struct desk *desk)
{
	for (size_t i = 0; i < DESK_PLACES; i++) {
		struct letter *l = desk->place[i];
		if (!l || l->type != OBJECT_HYPER || l->refs > 1)
			continue;
		letter_drop(l);
		desk->place[i] = NULL;
	}
}

void
desk_clear(struct desk *desk)
{
	for (size_t i = 0; i < DESK_PLACES; i++) {
		letter_drop(desk->place[i]);
		desk->place[i] = NULL;
	}
}
