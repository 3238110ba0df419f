#include "net/frame.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 4 };

enum err
inbox_init(struct inbox *in)
{
	*in = (struct inbox){ .ahead = malloc(FRAME_AHEAD) };
	return in->ahead == NULL ? ERR_NOMEM : ERR_OK;
}

static uint32_t
claim(const struct inbox *in)
{
	const uint8_t *p = in->ahead + in->pos;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum inbox_step
step_between(const struct inbox *in, size_t *want, uint32_t most)
{
	size_t have = in->len - in->pos;
	if (have < HEADER)
		return INBOX_READ;
	uint32_t len = claim(in);
	if (len == 0 || len > most)
		return len == 0 ? INBOX_EMPTY : INBOX_LONG;
	if (have - HEADER < len && len + HEADER <= FRAME_AHEAD)
		return INBOX_READ;
	*want = least(len, FRAME_STEP);
	return INBOX_WANT;
}

enum inbox_step
inbox_next(const struct inbox *in, size_t *want, uint32_t most)
{
	if (in->parcel == NULL)
		return step_between(in, want, most);
	if (in->got == in->parcel->len)
		return INBOX_WHOLE;
	if (in->got < in->cap)
		return INBOX_READ;
	*want = least(in->cap, in->parcel->len - in->cap);
	return INBOX_WANT;
}

uint8_t *
inbox_space(struct inbox *in, size_t *room)
{
	if (in->parcel != NULL) {
		*room = in->cap - in->got;
		return in->parcel->data + in->got;
	}
	memmove(in->ahead, in->ahead + in->pos, in->len - in->pos);
	in->len -= in->pos;
	in->pos = 0;
	*room = FRAME_AHEAD - in->len;
	return in->ahead + in->len;
}

void
inbox_came(struct inbox *in, size_t len)
{
	if (in->parcel != NULL)
		in->got += len;
	else
		in->len += len;
}

static void
begin(struct inbox *in, struct parcel *p)
{
	p->len = claim(in);
	in->pos += HEADER;
	in->got = least(in->len - in->pos, p->len);
	memcpy(p->data, in->ahead + in->pos, in->got);
	in->pos += in->got;
}

enum err
inbox_grow(struct inbox *in, size_t want)
{
	struct parcel *p = realloc(in->parcel, sizeof(*p) + in->cap + want);
	if (p == NULL)
		return ERR_NOMEM;
	if (in->parcel == NULL)
		begin(in, p);
	in->parcel = p;
	in->cap += want;
	return ERR_OK;
}

struct parcel *
inbox_take(struct inbox *in)
{
	struct parcel *p = in->parcel;
	in->parcel = NULL;
	in->cap = in->got = 0;
	return p;
}

void
inbox_free(struct inbox *in)
{
	free(in->ahead);
	free(in->parcel);
	*in = (struct inbox){ 0 };
}

struct parcel *
outbox_wrap(struct bytes body)
{
	struct parcel *p = malloc(sizeof(*p) + HEADER + body.len);
	if (p == NULL)
		return NULL;
	p->next = NULL;
	p->len = HEADER + body.len;
	for (int i = 0; i < HEADER; i++)
		p->data[i] = (uint8_t)(body.len >> 8 * i);
	memcpy(p->data + HEADER, body.data, body.len);
	return p;
}

void
outbox_add(struct outbox *out, struct parcel *frame)
{
	if (out->first == NULL)
		out->first = frame;
	else
		out->last->next = frame;
	out->last = frame;
	out->bytes += frame->len - HEADER;
}

unsigned
outbox_peek(const struct outbox *out, struct bytes *part, unsigned most)
{
	unsigned n = 0;
	size_t gone = out->gone;
	for (const struct parcel *p = out->first; p != NULL && n < most; p = p->next, gone = 0)
		part[n++] = (struct bytes){ p->data + gone, p->len - gone };
	return n;
}

static void
drop_first(struct outbox *out)
{
	struct parcel *p = out->first;
	out->first = p->next;
	out->bytes -= p->len - HEADER;
	out->gone = 0;
	free(p);
}

void
outbox_went(struct outbox *out, size_t len)
{
	while (out->first != NULL && len >= out->first->len - out->gone) {
		len -= out->first->len - out->gone;
		drop_first(out);
	}
	out->gone += len;
}

void
outbox_free(struct outbox *out)
{
	while (out->first != NULL)
		drop_first(out);
}
