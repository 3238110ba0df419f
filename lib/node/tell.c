#include "node/tell.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/body.h"
#include "node/log.h"
#include "node/mesh.h"
#include "node/parked.h"
#include "node/rpc_replies.h"

static void
log_hyper(struct node *n, const struct effect_hyper *h)
{
	uint64_t payloads = 0, bytes = 0;
	char hash[17];
	for (uint32_t i = 0; i < h->blocks; i++) {
		payloads += h->block[i].block.head.core.payloads;
		bytes += h->block[i].block.head.core.bytes;
	}
	for (int i = 0; i < 8; i++)
		snprintf(hash + 2 * i, 3, "%02x", h->hash.b[i]);
	log_event(n, "hyper %" PRIu64 " %s slot %" PRIu64 ": %u seals, %u lanes, %" PRIu64 " payloads, %" PRIu64 " bytes",
	    h->brief.hid, hash, h->brief.slot, h->brief.seals, h->lanes, payloads, bytes);
}

/* A reader looks for the block, which is known by its height. */
static void
log_alert(struct node *n, const struct effect_alert *a)
{
	static const char *const names[] = { "a list", "an endorsement", "a hyper block" };
	char block[48] = "";
	if (a->hid != 0)
		snprintf(block, sizeof(block), "%s hyper %" PRIu64, a->carried ? ", in" : a->what == ALERT_HYPER ? "," : " for", a->hid);
	log_error(n, "%s of slot %" PRIu64 "%s is signed with this node's key, and its record lacks that: the key is used"
	    " elsewhere, or this is an old copy; it signs no more", names[a->what], a->slot, block);
}

/* What cannot be read is not sent: it is asked for again. */
static void
send_seal(struct node *n, const struct effect_send_seal *s)
{
	struct store_txn *t;
	struct buf raw = { 0 };
	if (n->mesh == NULL)
		return;
	if (s->row == NULL && s->head.core.payloads > 0) {
		seal_head_put(&raw, &s->head);
		if (!raw.failed)
			mesh_publish(n, &s->to, bytes_of(&raw));
		buf_free(&raw);
		return;
	}
	if (store_begin_read(&t, n->store) != ERR_OK)
		return;
	enum err e = body_put(&raw, t, &s->head, s->row);
	store_abort(t);
	if (e == ERR_OK)
		mesh_publish(n, &s->to, bytes_of(&raw));
	buf_free(&raw);
}

static void
tell_one(struct node *n, const struct effect *e, bool *moved)
{
	switch (e->type) {
	case EFFECT_KEEP_HYPER:
		log_hyper(n, &e->hyper);
		*moved = true;
		break;
	case EFFECT_KEEP_FINAL:
		log_detail(n, "final up to hyper %" PRIu64, e->hid);
		*moved = true;
		break;
	case EFFECT_REPLY_PAYLOAD:
		parked_tell(n, e->reply.tag, rpc_submit_see, &e->reply);
		break;
	case EFFECT_REPLY_SEAL:
		parked_tell(n, e->reply.tag, rpc_seal_see, &e->reply);
		break;
	case EFFECT_REPLY_WORK:
		parked_tell(n, e->work.tag, rpc_work_see, &e->work);
		break;
	case EFFECT_DROP_POOLED:
	case EFFECT_KEEP_CERTIFIED:
	case EFFECT_KEEP_FOLLOW:
		*moved = true;
		break;
	case EFFECT_DISCONNECT:
		log_event(n, "hyper %" PRIu64 " is left for a better branch", e->disconnect.hid);
		*moved = true;
		break;
	case EFFECT_SEND:
		mesh_publish(n, &e->send.to, e->send.raw);
		break;
	case EFFECT_SEND_SEAL:
		send_seal(n, &e->seal);
		break;
	case EFFECT_ALERT:
		log_alert(n, &e->alert);
		break;
	case EFFECT_KEEP_PAYLOAD:
	case EFFECT_KEEP_RECORD:
	case EFFECT_EXECUTE:
		break;
	}
}

void
tell_moved(struct node *n)
{
	atomic_fetch_add(&n->generation, 1);
	mesh_moved(n);
	parked_fail(n, PARKED_CHAIN, ERR_OK);
}

void
tell_batch(struct node *n, const struct effects *effects)
{
	bool moved = false;
	for (size_t i = 0; i < effects->count; i++)
		tell_one(n, &effects->item[i], &moved);
	if (moved)
		tell_moved(n);
}
