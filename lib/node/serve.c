#include "node/serve.h"

#include <stdlib.h>
#include <string.h>

#include "node/body.h"
#include "node/mesh.h"
#include "node/timing.h"
#include "node/worker.h"
#include "overlay/message.h"

/* How long a peer may let an answer stand. */
enum { PATIENCE_MS = 10000 };

/* One answer under way. */
struct serving {
	struct task task;
	uint64_t link, hid, end; /* the block it has come to, and the one after the last */
	uint32_t request, part;  /* part: seals of that block that are sent, the block itself counted first */
	uint64_t since_ms;       /* when something last went out */
	uint32_t chain[MESSAGE_CHAINS]; /* the only ones whose seals are wanted */
	unsigned chains;                /* 0: all */
	bool bare;                      /* the seals alone */
	unsigned locators;
	uint64_t locator_hid[LOCATOR_MOST];
	struct hash locator[LOCATOR_MOST];
};

static struct serving *
serving_new(const struct overlay_effect *asked, void (*run)(struct node *n, struct task *task))
{
	struct serving *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->task.run = run;
	s->link = asked->link;
	s->request = asked->request;
	s->hid = asked->hid;
	s->end = asked->hid + asked->count;
	s->since_ms = timing_steady_ms();
	return s;
}

/* --- headers --- */

/* The HID of the first of the locator's hashes that is of our branch; the genesis always is. */
static enum err
find_fork(uint64_t *out, const struct serving *s, struct store_txn *t)
{
	*out = 0;
	for (unsigned i = 0; i < s->locators; i++) {
		struct hyper_header h;
		struct signature auth;
		struct hash hash;
		enum err e = s->locator_hid[i] > 0 ? store_get_hyper_head(t, &hash, &h, &auth, s->locator_hid[i]) : ERR_NOT_FOUND;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && hash_equal(&hash, &s->locator[i])) {
			*out = s->locator_hid[i];
			return ERR_OK;
		}
	}
	return ERR_OK;
}

static enum err
read_heads(struct buf *out, const struct serving *s, struct store_txn *t)
{
	uint64_t fork, most = s->end - s->hid;
	struct store_tip tip;
	enum err e = find_fork(&fork, s, t);
	if (e == ERR_OK)
		e = store_get_tip(t, &tip);
	for (uint64_t hid = fork + 1; e == ERR_OK && hid <= tip.hid && hid - fork <= most; hid++) {
		struct hyper_header h;
		struct signature auth;
		struct hash hash;
		e = store_get_hyper_head(t, &hash, &h, &auth, hid);
		if (e == ERR_OK) {
			hyper_header_put(out, &h);
			buf_add(out, auth.b, sizeof(auth.b));
		}
	}
	return e;
}

static void
run_heads(struct node *n, struct task *task)
{
	struct serving *s = (struct serving *)task;
	struct buf heads = { 0 }, raw = { 0 };
	struct store_txn *t;
	enum err e = store_begin_read(&t, n->store);
	if (e == ERR_OK) {
		e = read_heads(&heads, s, t);
		store_abort(t);
	}
	if (e == ERR_OK && !heads.failed) {
		message_heads(&raw, &n->network, s->request, bytes_of(&heads));
		if (!raw.failed)
			mesh_send(n, s->link, bytes_of(&raw));
	}
	buf_free(&heads);
	buf_free(&raw);
	mesh_answered(n, s->link);
	free(s);
}

void
serve_heads(struct node *n, const struct overlay_effect *asked)
{
	struct serving *s = serving_new(asked, run_heads);
	if (s == NULL) {
		mesh_answered(n, asked->link);
		return;
	}
	s->locators = asked->locators < LOCATOR_MOST ? asked->locators : LOCATOR_MOST;
	memcpy(s->locator, asked->locator, s->locators * sizeof(s->locator[0]));
	memcpy(s->locator_hid, asked->locator_hid, s->locators * sizeof(s->locator_hid[0]));
	worker_push(n, &s->task, true);
}

/* --- blocks --- */

/* Sends an object as a part of the answer. ERR_BUSY: the peer has not read enough yet. */
static enum err
send_part(struct node *n, struct serving *s, uint32_t part, struct bytes object)
{
	struct buf raw = { 0 };
	message_part(&raw, &n->network, s->request, object);
	enum err e = raw.failed ? ERR_NOMEM : mesh_send(n, s->link, bytes_of(&raw));
	buf_free(&raw);
	if (e == ERR_OK) {
		s->part = part + 1;
		s->since_ms = timing_steady_ms();
	}
	return e;
}

static enum err
send_seal(struct node *n, struct serving *s, uint32_t part, struct store_txn *t, const struct lane *lane, uint64_t lid)
{
	struct arena arena = { 0 };
	struct store_block b;
	struct buf raw = { 0 };
	enum err e = store_get_block(t, &b, &arena, lane, lid);
	if (e == ERR_OK)
		e = body_put(&raw, t, &b.block.head, b.row);
	if (e == ERR_OK)
		e = send_part(n, s, part, bytes_of(&raw));
	buf_free(&raw);
	arena_free(&arena);
	return e;
}

static bool
wanted(const struct serving *s, uint32_t chain)
{
	for (unsigned i = 0; i < s->chains; i++) {
		if (s->chain[i] == chain)
			return true;
	}
	return s->chains == 0;
}

static enum err
send_seals(struct node *n, struct serving *s, struct store_txn *t, const struct hyper *h)
{
	uint32_t part = 1;
	for (uint32_t i = 0; i < h->header.lanes; i++) {
		const struct cert *cert = &h->cert[i];
		for (uint32_t k = 0; k < cert->core.blocks; k++, part++) {
			if (part < s->part || !wanted(s, cert->core.lane.chain))
				continue;
			enum err e = send_seal(n, s, part, t, &cert->core.lane, cert->core.tip_lid - cert->core.blocks + 1 + k);
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

/* What is left of the block that it has come to. */
static enum err
send_block(struct node *n, struct serving *s, struct store_txn *t)
{
	struct arena arena = { 0 };
	struct buf raw = { 0 };
	struct hyper h;
	struct hash hash;
	enum err e = store_get_hyper(t, &hash, &raw, s->hid);
	if (e == ERR_OK && s->part == 0 && s->bare)
		s->part = 1;
	else if (e == ERR_OK && s->part == 0)
		e = send_part(n, s, 0, bytes_of(&raw));
	if (e == ERR_OK)
		e = hyper_unpack(&h, &arena, bytes_of(&raw));
	if (e == ERR_OK)
		e = send_seals(n, s, t, &h);
	buf_free(&raw);
	arena_free(&arena);
	if (e == ERR_OK) {
		s->hid++;
		s->part = 0;
	}
	return e;
}

static enum err
send_end(struct node *n, struct serving *s)
{
	struct buf raw = { 0 };
	message_end(&raw, &n->network, s->request, s->hid - 1);
	enum err e = raw.failed ? ERR_NOMEM : mesh_send(n, s->link, bytes_of(&raw));
	buf_free(&raw);
	return e;
}

static enum err
send_blocks(struct node *n, struct serving *s)
{
	struct store_txn *t;
	enum err e = store_begin_read(&t, n->store);
	if (e != ERR_OK)
		return e;
	while (e == ERR_OK && s->hid < s->end)
		e = send_block(n, s, t);
	store_abort(t);
	/* Beyond the own tip there is nothing; the end says how far it went. */
	return e == ERR_OK || e == ERR_NOT_FOUND ? send_end(n, s) : e;
}

static void
run_blocks(struct node *n, struct task *task)
{
	struct serving *s = (struct serving *)task;
	enum err e = send_blocks(n, s);
	if (e == ERR_BUSY && timing_steady_ms() - s->since_ms < PATIENCE_MS) {
		mesh_later(n, &s->task);
		return;
	}
	mesh_answered(n, s->link);
	free(s);
}

void
serve_blocks(struct node *n, const struct overlay_effect *asked)
{
	struct serving *s = serving_new(asked, run_blocks);
	if (s == NULL) {
		mesh_answered(n, asked->link);
		return;
	}
	s->bare = asked->bare;
	s->chains = asked->chains < MESSAGE_CHAINS ? asked->chains : MESSAGE_CHAINS;
	if (s->chains > 0)
		memcpy(s->chain, asked->chain, s->chains * sizeof(s->chain[0]));
	worker_push(n, &s->task, true);
}
