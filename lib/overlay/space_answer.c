#include "overlay/space_impl.h"

/* The first header must link to a block of the locator. */
static enum err
begin(struct space *s, struct bytes raw)
{
	struct hyper_header head;
	struct signature auth;
	enum err e = raw.len < HYPER_HEAD ? ERR_TRUNCATED : hyper_head_unpack(&head, &auth, (struct bytes){raw.data, HYPER_HEAD});

	if (e != ERR_OK)
		return e;
	for (unsigned i = 0; i < s->asked.count; i++)
		if (hash_equal(&head.prev, &s->asked.hash[i])) {
			heads_begin(&s->heads, s->asked.hid[i], &s->asked.hash[i], s->asked.work[i]);
			return ERR_OK;
		}
	return ERR_LINK;
}

/* Nothing final is ever left: that is for an operator to say. What is told of it is no proof, and no fault. */
static enum err
tell_parted(struct space *s, struct space_actions *out, struct spacer *p, uint64_t now_ms)
{
	struct space_action *a = space_action_add(out, SPACE_PARTED);

	s->phase = PHASE_IDLE;
	space_avoid(s, p, now_ms);
	if (!a)
		return ERR_NOMEM;
	a->key = p->key;
	a->hid = s->heads.base_hid;
	return ERR_OK;
}

enum err
space_heads(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);
	enum err e = ERR_OK;

	if (!p)
		return ERR_OK;
	if (s->phase != PHASE_HEADS || !space_is_source(s, p) || request != s->heads_request) {
		e = p->taken ? ERR_OK : space_fault(s, out, p, ERR_ORDER, now_ms);
		return e == ERR_OK ? space_proceed(s, out, now_ms) : e;
	}
	bool full = raw.len == (size_t)OVERLAY_HEADS * HYPER_HEAD;
	if (raw.len > (size_t)OVERLAY_HEADS * HYPER_HEAD)
		e = ERR_TOO_LONG;
	else if (raw.len > 0 && s->heads.count == 0)
		e = begin(s, raw);
	if (e == ERR_OK && raw.len > 0)
		e = heads_add(&s->heads, &s->config, raw);
	if (e == ERR_NOMEM) {
		s->phase = PHASE_IDLE;
		return e;
	}
	if (e != ERR_OK)
		e = space_fault(s, out, p, e, now_ms);
	else if (full && s->heads.count < SPACE_HEADERS)
		e = fetch_heads(s, out, p, now_ms);
	else if (s->heads.count > 0)
		e = fetch_parted(s) ? tell_parted(s, out, p, now_ms) : fetch_bodies(s, out, now_ms);
	else
		e = space_fault(s, out, p, ERR_WORK, now_ms);
	return e == ERR_OK ? space_proceed(s, out, now_ms) : e;
}

/* The window of an answer; NULL: nobody asked for it, which is a fault unless the request was withdrawn. */
static struct window *
answered(struct space *s, struct space_actions *out, struct spacer *p, uint32_t request, enum err *e, uint64_t now_ms)
{
	struct window *one = s->phase == PHASE_BODIES ? windows_find(&s->windows, &p->key, request) : NULL;

	*e = one || p->taken ? ERR_OK : space_fault(s, out, p, ERR_ORDER, now_ms);
	return one;
}

enum err
space_part(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request,
    struct bytes raw, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);
	enum err e = ERR_OK;
	struct window *one = p ? answered(s, out, p, request, &e, now_ms) : NULL;

	if (!one)
		return e;
	e = windows_take(&s->windows, one, out, &s->heads, raw);
	if (e == ERR_OK) {
		s->moved_ms = p->moved_ms = now_ms;
		p->proven = true;
		p->faults = 0;
		return ERR_OK;
	}
	if (e == ERR_NOMEM || e == ERR_BUSY || (e == ERR_HASH && p->holds_hid < one->last)) {
		/* No fault of the peer: no room here, or it never said that it is on this branch. */
		p->off_branch |= e == ERR_HASH;
		p->taken = true;
		p->flying--;
		windows_release(&s->windows, one);
		return e == ERR_NOMEM ? e : space_proceed(s, out, now_ms);
	}
	e = space_fault(s, out, p, e, now_ms);
	return e == ERR_OK ? space_proceed(s, out, now_ms) : e;
}

enum err
space_end(struct space *s, struct space_actions *out, const struct pubkey *key, uint32_t request, uint64_t now_ms)
{
	struct spacer *p = space_find(s, key);
	enum err e = ERR_OK;
	struct window *one = p ? answered(s, out, p, request, &e, now_ms) : NULL;

	if (!one)
		return e;
	p->flying--;
	if (one->next > one->last) {
		one->state = WINDOW_COMPLETE;
		s->moved_ms = p->moved_ms = now_ms;
		return space_proceed(s, out, now_ms);
	}
	/* It has less than its tip said, or left the branch meanwhile. */
	windows_release(&s->windows, one);
	fetch_withdraw(s, p);
	space_avoid(s, p, now_ms);
	return space_proceed(s, out, now_ms);
}

/* The wrong block's sender is blamed; when a second one sent the same, the branch itself is wrong. */
static enum err
wrong(struct space *s, struct space_actions *out, uint64_t hid, enum err why, uint64_t now_ms)
{
	const struct window *one = NULL;
	bool again = s->bad_hid == hid;

	for (unsigned i = 0; i < s->windows.count; i++)
		if (s->windows.item[i].last >= hid && !one)
			one = &s->windows.item[i];
	/* Told before: what came since has not been handed out. */
	if (!one || one->state == WINDOW_WANTED || one->next <= hid)
		return ERR_OK;
	struct spacer *p = space_find(s, &one->from), *source = again ? space_find(s, &s->source) : NULL;
	enum err e = p && p != source ? space_fault(s, out, p, why, now_ms) : ERR_OK;
	if (source && e == ERR_OK)
		e = space_fault(s, out, source, why, now_ms);
	if (e != ERR_OK)
		return e;
	if (again)
		return fetch_done(s, out);
	fetch_again(s, hid, now_ms);
	s->bad_hid = hid;
	return ERR_OK;
}

enum err
space_synced(struct space *s, struct space_actions *out, uint64_t hid, enum err err, uint64_t now_ms)
{
	enum err e = ERR_OK;

	if (s->phase != PHASE_BODIES || hid < s->heads.base_hid)
		return ERR_OK;
	windows_synced(&s->windows, hid);
	s->moved_ms = now_ms;
	/* The machine's own trouble is nobody's fault; it is begun again later. */
	if (err >= ERR_NOMEM || hid >= heads_last(&s->heads))
		e = fetch_done(s, out);
	else if (err != ERR_OK)
		e = wrong(s, out, hid + 1, err, now_ms);
	return e == ERR_OK ? space_proceed(s, out, now_ms) : e;
}
