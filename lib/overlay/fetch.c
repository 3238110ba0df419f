#include <string.h>

#include "overlay/space_impl.h"

void
fetch_withdraw(struct space *s, struct spacer *p)
{
	for (unsigned i = 0; i < s->windows.count; i++) {
		struct window *one = &s->windows.item[i];
		if (one->state == WINDOW_ASKED && memcmp(one->from.b, p->key.b, sizeof p->key.b) == 0)
			windows_release(&s->windows, one);
	}
	p->taken |= p->flying > 0;
	p->flying = 0;
}

void
fetch_compare(struct space *s, struct spacer *p)
{
	uint64_t hid = p->tip.hid;

	if (s->phase == PHASE_IDLE || hid < s->heads.base_hid || hid > heads_last(&s->heads))
		return;
	p->off_branch = !hash_equal(&p->tip.hash, heads_at(&s->heads, hid));
	if (p->off_branch)
		p->holds_hid = 0;
	else if (p->holds_hid < hid)
		p->holds_hid = hid;
}

static void
compare_all(struct space *s)
{
	for (size_t i = 0; i < s->peers; i++)
		fetch_compare(s, &s->peer[i]);
}

enum err
fetch_done(struct space *s, struct space_actions *out)
{
	struct space_action *a = space_action_add(out, SPACE_DONE);

	if (a) {
		a->key = s->source;
		a->hid = heads_last(&s->heads);
	}
	for (size_t i = 0; i < s->peers; i++) {
		fetch_withdraw(s, &s->peer[i]);
		s->peer[i].holds_hid = 0;
		s->peer[i].off_branch = false;
		s->peer[i].better_ms = 0;
	}
	windows_begin(&s->windows, 0);
	s->phase = PHASE_IDLE;
	s->bad_hid = 0;
	return a ? ERR_OK : ERR_NOMEM;
}

enum err
fetch_heads(struct space *s, struct space_actions *out, struct spacer *p, uint64_t now_ms)
{
	struct space_action *a = space_action_add(out, SPACE_ASK_HEADS);

	if (!a)
		return ERR_NOMEM;
	if (s->phase == PHASE_IDLE) {
		s->asked = s->own;
		s->heads.count = 0;
	} else {
		s->asked.count = 1;
		s->asked.hash[0] = *heads_tip(&s->heads);
		s->asked.hid[0] = heads_last(&s->heads);
	}
	s->phase = PHASE_HEADS;
	s->source = p->key;
	s->heads_request = space_request(s);
	s->moved_ms = p->moved_ms = now_ms;
	a->key = p->key;
	a->request = s->heads_request;
	a->locator = s->asked.hash;
	a->locator_hid = s->asked.hid;
	a->locators = s->asked.count;
	return ERR_OK;
}

bool
fetch_parted(const struct space *s)
{
	uint64_t final = s->tip.final_hid;

	for (unsigned i = 0; i < s->own.count; i++)
		if (s->own.hid[i] == final)
			return s->heads.base_hid < final && heads_last(&s->heads) >= final &&
			    !hash_equal(heads_at(&s->heads, final), &s->own.hash[i]);
	return false;
}

enum err
fetch_bodies(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	struct spacer *source = space_find(s, &s->source);
	bool worth = u128_compare(s->heads.work, s->tip.work) > 0 && s->heads.base_hid >= s->tip.final_hid;

	if (!worth) {
		if (source)
			space_avoid(s, source, now_ms);
		enum err e = space_blame(out, &s->source, ERR_WORK);
		s->phase = PHASE_IDLE;
		return e;
	}
	struct space_action *a = space_action_add(out, SPACE_STARTED);
	if (!a)
		return ERR_NOMEM;
	a->key = s->source;
	a->hid = heads_last(&s->heads);
	s->phase = PHASE_BODIES;
	s->moved_ms = now_ms;
	s->bad_hid = 0;
	windows_begin(&s->windows, s->heads.base_hid + 1);
	if (source)
		source->holds_hid = heads_last(&s->heads);
	compare_all(s);
	return fetch_assign(s, out, now_ms);
}

/* One whose tip lies beyond the branch is taken to be on it until a block shows otherwise. */
static bool
eligible(const struct space *s, const struct spacer *p, uint64_t last, uint64_t now_ms)
{
	return p->gives == SPACE_BODIES && p->avoid_ms <= now_ms && p->flying < SPACE_PER_PEER && !p->off_branch &&
	    (p->holds_hid >= last || p->tip.hid > heads_last(&s->heads));
}

/* The least busy; among equals by chance. */
static struct spacer *
pick(struct space *s, uint64_t last, uint64_t now_ms)
{
	struct spacer *best = NULL;
	size_t from = s->peers ? space_request(s) % s->peers : 0;

	for (size_t i = 0; i < s->peers; i++) {
		struct spacer *p = &s->peer[(from + i) % s->peers];
		if (eligible(s, p, last, now_ms) && (!best || p->flying < best->flying))
			best = p;
	}
	return best;
}

static enum err
ask(struct space *s, struct space_actions *out, struct window *one, struct spacer *p, uint64_t now_ms)
{
	struct space_action *a = space_action_add(out, SPACE_ASK_BLOCKS);

	if (!a)
		return ERR_NOMEM;
	one->state = WINDOW_ASKED;
	one->from = p->key;
	one->request = space_request(s);
	one->asked_ms = now_ms;
	one->got = 0;
	if (p->flying++ == 0)
		p->moved_ms = now_ms;
	a->key = p->key;
	a->request = one->request;
	a->hid = one->first;
	a->hash = *heads_at(&s->heads, one->first);
	a->count = (uint32_t)(one->last - one->first + 1);
	a->chain = s->chain;
	a->chains = s->chains;
	return ERR_OK;
}

void
fetch_again(struct space *s, uint64_t hid, uint64_t now_ms)
{
	for (size_t i = 0; i < s->peers; i++)
		fetch_withdraw(s, &s->peer[i]);
	windows_begin(&s->windows, hid);
	s->moved_ms = now_ms;
}

enum err
fetch_assign(struct space *s, struct space_actions *out, uint64_t now_ms)
{
	struct windows *w = &s->windows;
	enum err e = ERR_OK;

	if (s->phase != PHASE_BODIES)
		return ERR_OK;
	while (windows_add(w, heads_last(&s->heads)))
		;
	for (unsigned i = 0; i < w->count && e == ERR_OK; i++) {
		struct window *one = &w->item[i];
		if (one->state != WINDOW_WANTED || (w->held >= SPACE_HELD / 2 && one != windows_current(w)))
			continue;
		struct spacer *p = pick(s, one->last, now_ms);
		if (p)
			e = ask(s, out, one, p, now_ms);
	}
	return e;
}
