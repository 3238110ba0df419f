#include <inttypes.h>
#include <string.h>

#include "chain/account.h"
#include "node/fetch.h"
#include "node/history.h"
#include "node/holding.h"
#include "node/log.h"
#include "node/mesh_impl.h"
#include "node/object.h"
#include "node/serve.h"
#include "node/timing.h"

/* Lines of the log about who came, went and was refused, in so long a time: strangers must not fill it. */
enum { DIAL_MS = 5000, TOLD_MS = 10000, TOLD_MOST = 40 };

static bool
may_tell(struct mesh *m)
{
	uint64_t now = timing_steady_ms();
	if (now - m->told_ms >= TOLD_MS) {
		if (m->untold > 0)
			log_event(m->node, "%u more nodes came, went or were refused", m->untold);
		m->told_ms = now;
		m->told = m->untold = 0;
	}
	if (m->told == TOLD_MOST)
		m->untold++;
	else
		m->told++;
	return m->untold == 0;
}

/* Said once for each place; who claims it has proved nothing. */
static void
tell_parted(struct node *n, const char *key, uint64_t hid)
{
	if (atomic_exchange(&n->parted_hid, hid + 1) == hid + 1)
		return;
	log_error(n, "the chain of peer %s claims more work, but parted from this one after hyper %" PRIu64
	    ", before what is final here; this node stays with its own; para-node reset --to %" PRIu64
	    " is the way to the other", key, hid, hid);
}

static const char *
why_refused(enum err e)
{
	return e == ERR_NETWORK ? "another network" : e == ERR_BUSY ? "no room" : err_text(e);
}

static void
note(struct mesh *m, const struct overlay_effect *e)
{
	struct node *n = m->node;
	char key[ACCOUNT_TEXT];
	account_print(key, e->key.b);
	const char *url = e->url != NULL ? e->url : "";
	bool of_peer = e->note <= NOTE_REFUSES;
	if (of_peer && !may_tell(m))
		return;
	switch (e->note) {
	case NOTE_PEER:
		log_event(n, "peer %s%s%s", key, url[0] != '\0' ? " at " : "", url);
		break;
	case NOTE_GONE:
		log_event(n, "peer %s is gone: %s", key, e->err == ERR_OK ? "closed" : err_text(e->err));
		break;
	case NOTE_REFUSED:
		log_event(n, "a node at %s is refused: %s", url, why_refused(e->err));
		break;
	case NOTE_REFUSES:
		log_event(n, "the node at %s refuses this one: %s", url, why_refused(e->err));
		break;
	case NOTE_CLOCK:
		if (e->err == ERR_OK) {
			log_event(n, "the clock agrees with the peers'");
			break;
		}
		log_error(n, "the clock is %lld ms %s the peers': nothing is signed until it is right",
		    (long long)(e->ms < 0 ? -e->ms : e->ms), e->ms < 0 ? "behind" : "ahead of");
		break;
	case NOTE_SYNC:
		log_event(n, "fetching the chain up to hyper %llu from %s", (unsigned long long)e->hid, key);
		break;
	case NOTE_PARTED:
		tell_parted(n, key, e->hid);
		break;
	case NOTE_SYNCED:
		log_event(n, "fetched the chain up to hyper %llu", (unsigned long long)e->hid);
		break;
	}
}

/* How many of the operator's addresses are watched. */
static unsigned
watched(const struct mesh *m)
{
	unsigned n = m->node->config.bootstraps;
	return n < URLS_MOST ? n : URLS_MOST;
}

void
mesh_unanswered(struct mesh *m, const struct overlay_event *e)
{
	for (unsigned i = 0; i < watched(m); i++) {
		if (m->dialled[i] != e->tag || m->silent[i])
			continue;
		m->silent[i] = true;
		log_error(m->node, "no node answers at %s, trying again", m->node->config.bootstrap[i]);
	}
}

static void
dial(struct mesh *m, const struct overlay_effect *e)
{
	for (unsigned i = 0; i < watched(m); i++) {
		if (strcmp(m->node->config.bootstrap[i], e->url) == 0)
			m->dialled[i] = e->tag;
	}
	enum err err = links_dial(m->links, e->url, e->tag, DIAL_MS);
	if (err != ERR_OK)
		mesh_failed(m, e->tag, err);
}

void
mesh_act(struct mesh *m, const struct overlay_effect *e)
{
	struct node *n = m->node;
	switch (e->type) {
	case OVERLAY_SEND:
		links_send(m->links, e->link, e->raw);
		break;
	case OVERLAY_DIAL:
		dial(m, e);
		break;
	case OVERLAY_CLOSE:
		links_close(m->links, e->link);
		break;
	case OVERLAY_OBJECT:
		object_take(n, &e->key, e->raw);
		break;
	case OVERLAY_ASKED_HEADS:
		serve_heads(n, e);
		break;
	case OVERLAY_ASKED_BLOCKS:
		serve_blocks(n, e);
		break;
	case OVERLAY_SYNC_OBJECT:
		fetch_object(n, &e->key, e->hid, e->raw);
		break;
	case OVERLAY_SYNC_END:
		fetch_end(n, e->hid);
		break;
	case OVERLAY_LOOK_BODY:
	case OVERLAY_BODY:
	case OVERLAY_DROP_BODY:
	case OVERLAY_ASKED_BODY:
		holding_do(n, e);
		break;
	case OVERLAY_HISTORY:
		history_seal(n, &e->key, e->raw);
		break;
	case OVERLAY_HISTORY_END:
		history_end(n, e->err);
		break;
	case OVERLAY_SAVE:
		saved_add(&m->saved, e->url);
		break;
	case OVERLAY_NOTE:
		note(m, e);
		break;
	default:
		break;
	}
}
