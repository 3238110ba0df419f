#include "overlay/lookup.h"

#include <stdlib.h>
#include <string.h>

static void
drop(struct lookup *l, unsigned at)
{
	memmove(&l->candidate[at], &l->candidate[at + 1], (--l->candidates - at) * sizeof *l->candidate);
}

/* True when the range has room, after the farthest of it that nobody asked yet has made some for a nearer one. */
static bool
room_in_range(struct lookup *l, const struct candidate *c)
{
	unsigned n = 0, farthest = LOOKUP_CANDIDATES;

	for (unsigned i = 0; i < l->candidates; i++) {
		if (l->candidate[i].state == CANDIDATE_FAILED || !range_equal(&l->candidate[i].range, &c->range))
			continue;
		n++;
		if (l->candidate[i].state == CANDIDATE_NEW)
			farthest = i;
	}
	if (n < KAD_BUCKET_RANGE)
		return true;
	if (farthest == LOOKUP_CANDIDATES || kad_compare(&l->target, &c->id, &l->candidate[farthest].id) >= 0)
		return false;
	drop(l, farthest);
	return true;
}

/* True when there is a place nearer than the farthest that nobody asked. */
static bool
room(struct lookup *l, const struct candidate *c)
{
	if (l->candidates < LOOKUP_CANDIDATES)
		return true;
	for (unsigned i = l->candidates; i-- > 0;) {
		if (l->candidate[i].state == CANDIDATE_ASKED || l->candidate[i].state == CANDIDATE_ANSWERED)
			continue;
		if (l->candidate[i].state == CANDIDATE_NEW && kad_compare(&l->target, &c->id, &l->candidate[i].id) >= 0)
			return false;
		drop(l, i);
		return true;
	}
	return false;
}

static void
add(struct lookup *l, const struct candidate *c)
{
	unsigned at = l->candidates;

	for (unsigned i = 0; i < l->candidates; i++) {
		struct candidate *old = &l->candidate[i];
		if (!hash_equal(&old->id, &c->id))
			continue;
		/* Told by a second one: no longer one teller's word. */
		if (!hash_equal(&old->teller, &c->teller))
			memset(&old->teller, 0, sizeof old->teller);
		if (old->hop > c->hop)
			old->hop = c->hop;
		return;
	}
	if (!room_in_range(l, c) || !room(l, c))
		return;
	at = l->candidates++;
	for (; at > 0 && kad_compare(&l->target, &c->id, &l->candidate[at - 1].id) < 0; at--)
		l->candidate[at] = l->candidate[at - 1];
	l->candidate[at] = *c;
}

struct lookup *
lookup_new(enum kad_purpose purpose, const struct hash *target, uint64_t tag, const struct table *t)
{
	const struct entry *near[LOOKUP_CANDIDATES / 2];
	struct lookup *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->purpose = purpose;
	l->target = *target;
	l->tag = tag;
	unsigned n = table_closest(t, target, near, sizeof near / sizeof *near, true);
	for (unsigned i = 0; i < n; i++)
		add(l, &(struct candidate){.contact = near[i]->contact, .id = near[i]->id, .range = near[i]->range, .hop = 1});
	return l;
}

struct candidate *
lookup_find(struct lookup *l, uint32_t request)
{
	for (unsigned i = 0; i < l->candidates; i++)
		if (l->candidate[i].state == CANDIDATE_ASKED && l->candidate[i].request == request)
			return &l->candidate[i];
	return NULL;
}

static struct candidate *
teller_of(struct lookup *l, const struct candidate *c)
{
	for (unsigned i = 0; i < l->candidates && !hash_is_zero(&c->teller); i++)
		if (hash_equal(&l->candidate[i].id, &c->teller))
			return &l->candidate[i];
	return NULL;
}

static void
answered(struct lookup *l, struct candidate *from)
{
	struct candidate *teller = teller_of(l, from);

	from->state = CANDIDATE_ANSWERED;
	if (teller)
		teller->good++;
}

void
lookup_answer(struct lookup *l, struct candidate *from, const struct hash *self, const struct contact *contact, unsigned n)
{
	struct hash teller = from->id;
	bool near = from->range.kind == RANGE_NEAR;
	unsigned hop = from->hop + 1;

	answered(l, from);
	for (unsigned i = 0; i < n && i < KAD_K; i++) {
		struct candidate c = {.contact = contact[i], .id = kad_id(&contact[i].key), .teller = teller, .hop = hop};
		/* A far node cannot know who is near to us. */
		if (range_of_url(&c.range, c.contact.url) && (near || c.range.kind != RANGE_NEAR) && !hash_equal(&c.id, self))
			add(l, &c);
	}
}

static bool
value_known(const struct lookup *l, struct bytes value)
{
	for (unsigned i = 0; i < l->values; i++)
		if (bytes_equal((struct bytes){l->value[i], l->value_len[i]}, value))
			return true;
	return false;
}

void
lookup_values(struct lookup *l, struct candidate *from, const struct bytes *value, unsigned n)
{
	answered(l, from);
	l->givers++;
	for (unsigned i = 0; i < n && l->values < MESSAGE_VALUES; i++) {
		if (value[i].len > MESSAGE_VALUE_BYTES || value_known(l, value[i]))
			continue;
		if (value[i].len > 0)
			memcpy(l->value[l->values], value[i].data, value[i].len);
		l->value_len[l->values++] = (uint16_t)value[i].len;
	}
}

void
lookup_failed(struct lookup *l, struct candidate *from)
{
	struct candidate *teller = teller_of(l, from);

	from->state = CANDIDATE_FAILED;
	if (!teller || ++teller->bad < LOOKUP_BAD || teller->bad <= 2 * teller->good)
		return;
	struct hash id = teller->id;
	for (unsigned i = l->candidates; i-- > 0;)
		if (l->candidate[i].state == CANDIDATE_NEW && hash_equal(&l->candidate[i].teller, &id))
			drop(l, i);
}

struct candidate *
lookup_next(struct lookup *l, uint32_t request, uint64_t now_ms)
{
	struct candidate *next = NULL;
	unsigned near = 0, flying = 0, pending = 0;

	if (l->ended)
		return NULL;
	for (unsigned i = 0; i < l->candidates; i++)
		flying += l->candidate[i].state == CANDIDATE_ASKED;
	for (unsigned i = 0; i < l->candidates && near < KAD_K; i++) {
		struct candidate *c = &l->candidate[i];
		near += c->state != CANDIDATE_FAILED;
		pending += c->state == CANDIDATE_NEW || c->state == CANDIDATE_ASKED;
		if (c->state == CANDIDATE_NEW && !next)
			next = c;
	}
	l->ended = pending == 0 || l->givers >= KAD_ALPHA || (l->asked >= LOOKUP_ASKED && flying == 0);
	if (l->ended || !next || flying >= KAD_ALPHA || l->asked >= LOOKUP_ASKED)
		return NULL;
	l->asked++;
	next->state = CANDIDATE_ASKED;
	next->request = request;
	next->asked_ms = now_ms;
	return next;
}

void
lookup_result(const struct lookup *l, struct kad_result *out)
{
	memset(out, 0, sizeof *out);
	out->purpose = l->purpose;
	out->tag = l->tag;
	out->target = l->target;
	for (unsigned i = 0; i < l->candidates && out->contacts < KAD_K; i++) {
		if (l->candidate[i].state != CANDIDATE_ANSWERED)
			continue;
		out->contact[out->contacts++] = l->candidate[i].contact;
		if (out->rounds < l->candidate[i].hop)
			out->rounds = l->candidate[i].hop;
	}
	out->values = l->values;
	memcpy(out->value_len, l->value_len, sizeof out->value_len);
	memcpy(out->value, l->value, sizeof out->value);
}
