#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consensus/votes.h"
#include "node/mesh_impl.h"
#include "overlay/address.h"

/* Bytes of what waits for the thread to send. */
enum { POST_BYTES = 64 << 20 };

/* --- posts --- */

void
mesh_free_post(struct mesh *m, struct post *p)
{
	if (p->held != NULL)
		links_release(m->links, p->held);
	buf_free(&p->raw);
	free(p);
}

static struct post *
new_post(enum overlay_event_type type)
{
	struct post *p = calloc(1, sizeof(*p));
	if (p != NULL)
		p->event.type = type;
	return p;
}

/* bytes: copied ones, which are bounded. What is too much, or comes when it is over, is dropped. */
static void
post(struct mesh *m, struct post *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&m->mutex);
	bool take = !m->stopping && m->bytes + p->raw.len <= POST_BYTES && !p->raw.failed;
	if (take) {
		m->bytes += p->raw.len;
		p->next = NULL;
		*m->last = p;
		m->last = &p->next;
		pthread_cond_signal(&m->wake);
	}
	pthread_mutex_unlock(&m->mutex);
	if (!take)
		mesh_free_post(m, p);
}

static void
on_opened(void *arg, uint64_t link, const char *address, bool incoming, uint64_t tag)
{
	struct post *p = new_post(OVERLAY_OPENED);
	if (p != NULL) {
		p->event.link = link;
		p->event.incoming = incoming;
		p->event.tag = tag;
		snprintf(p->text, sizeof(p->text), "%s", address);
		p->event.address = p->text;
	}
	post(arg, p);
}

void
mesh_failed(struct mesh *m, uint64_t tag, enum err e)
{
	struct post *p = new_post(OVERLAY_FAILED);
	if (p != NULL) {
		p->event.tag = tag;
		p->event.err = e;
	}
	post(m, p);
}

static void
on_failed(void *arg, uint64_t tag, enum err e)
{
	mesh_failed(arg, tag, e);
}

static void
on_message(void *arg, uint64_t link, struct bytes body, void *held)
{
	struct mesh *m = arg;
	struct post *p = new_post(OVERLAY_MESSAGE_IN);
	if (p == NULL) {
		links_release(m->links, held);
		return;
	}
	p->event.link = link;
	p->event.raw = body;
	p->held = held;
	post(m, p);
}

static void
on_closed(void *arg, uint64_t link, enum err why)
{
	struct post *p = new_post(OVERLAY_CLOSED);
	if (p != NULL) {
		p->event.link = link;
		p->event.err = why;
	}
	post(arg, p);
}

void
mesh_heard(void *arg, struct bytes beacon, const char *address)
{
	struct mesh *m = arg;
	struct post *p = new_post(OVERLAY_HEARD);
	size_t head = sizeof(m->node->genesis_hash);
	if (p != NULL && beacon.len > head && beacon.len < head + sizeof(p->text) &&
	    memcmp(beacon.data, m->node->genesis_hash.b, head) == 0) {
		char url[sizeof(p->text)] = "", from[64];
		memcpy(url, beacon.data + head, beacon.len - head);
		snprintf(from, sizeof(from), "%s:0", address);
		address_reachable(p->text, sizeof(p->text), url, from);
		p->event.address = p->text;
		post(m, p);
	} else {
		free(p);
	}
}

void
mesh_hook(struct links_config *c, struct mesh *m)
{
	c->opened = on_opened;
	c->failed = on_failed;
	c->message = on_message;
	c->closed = on_closed;
	c->arg = m;
}

static void
post_object(struct node *n, enum overlay_event_type type, const struct pubkey *key, struct bytes raw)
{
	struct post *p = n->mesh != NULL ? new_post(type) : NULL;
	if (p == NULL)
		return;
	p->event.key = *key;
	buf_add(&p->raw, raw.data, raw.len);
	p->event.raw = bytes_of(&p->raw);
	post(n->mesh, p);
}

void
mesh_publish(struct node *n, const struct pubkey *to, struct bytes raw)
{
	post_object(n, OVERLAY_PUBLISH, to, raw);
}

void
mesh_relay(struct node *n, const struct pubkey *from, struct bytes raw)
{
	post_object(n, OVERLAY_RELAY, from, raw);
}

void
mesh_blame(struct node *n, const struct pubkey *key, enum err e)
{
	static const struct pubkey nobody;
	struct post *p = NULL;
	if (n->mesh != NULL && memcmp(key, &nobody, sizeof(nobody)) != 0)
		p = new_post(OVERLAY_BLAME);
	if (p == NULL)
		return;
	p->event.key = *key;
	p->event.err = e;
	post(n->mesh, p);
}

void
mesh_answered(struct node *n, uint64_t link)
{
	struct post *p = new_post(OVERLAY_ANSWERED);
	if (p != NULL)
		p->event.link = link;
	post(n->mesh, p);
}

static struct post *
new_copy(enum overlay_event_type type, const void *data, size_t len)
{
	struct post *p = new_post(type);
	if (p != NULL && len > 0)
		buf_add(&p->raw, data, len);
	return p;
}

void
mesh_body_kept(struct node *n, const struct body_ref *body, enum err e)
{
	struct post *p = new_copy(OVERLAY_BODY_KEPT, body, sizeof(*body));
	if (p != NULL) {
		p->event.body = (const struct body_ref *)(const void *)p->raw.data;
		p->event.bodies = 1;
		p->event.err = e;
	}
	post(n->mesh, p);
}

void
mesh_bodies(struct node *n, struct bytes refs, bool fresh)
{
	struct post *p = new_copy(OVERLAY_BODIES, refs.data, refs.len);
	if (p != NULL) {
		p->event.body = (const struct body_ref *)(const void *)p->raw.data;
		p->event.bodies = (unsigned)(refs.len / sizeof(struct body_ref));
		p->event.fresh = fresh;
	}
	post(n->mesh, p);
}

void
mesh_body_answered(struct node *n, uint64_t link)
{
	struct post *p = new_post(OVERLAY_BODY_ANSWERED);
	if (p != NULL)
		p->event.link = link;
	post(n->mesh, p);
}

void
mesh_votes(struct node *n, const struct voter *voter, uint32_t count, struct u128 total)
{
	struct post *p = new_copy(OVERLAY_VOTES, voter, count * sizeof(*voter));
	if (p != NULL) {
		p->event.voter = (const struct voter *)(const void *)p->raw.data;
		p->event.voters = count;
		p->event.total = total;
	}
	post(n->mesh, p);
}

void
mesh_synced(struct node *n, uint64_t hid, enum err e)
{
	struct post *p = new_post(OVERLAY_SYNCED);
	if (p != NULL) {
		p->event.hid = hid;
		p->event.err = e;
	}
	post(n->mesh, p);
}

void
mesh_moved(struct node *n)
{
	struct mesh *m = n->mesh;
	if (m == NULL)
		return;
	pthread_mutex_lock(&m->mutex);
	m->moved = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->mutex);
}

enum err
mesh_send(struct node *n, uint64_t link, struct bytes raw)
{
	struct mesh *m = n->mesh;
	pthread_mutex_lock(&m->mutex);
	enum err e = m->stopping ? ERR_NOT_FOUND : links_send(m->links, link, raw);
	pthread_mutex_unlock(&m->mutex);
	return e;
}

void
mesh_later(struct node *n, struct task *task)
{
	struct mesh *m = n->mesh;
	pthread_mutex_lock(&m->mutex);
	task->next = m->later;
	m->later = task;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->mutex);
}

void
mesh_history(struct node *n, uint32_t chain, uint64_t hid, uint32_t count, const struct hash *hash)
{
	struct post *p = new_post(OVERLAY_ASK_HISTORY);
	if (p != NULL) {
		p->event.chain = chain;
		p->event.hid = hid;
		p->event.count = count;
		p->event.hash = *hash;
	}
	post(n->mesh, p);
}
