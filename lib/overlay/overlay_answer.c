#include "overlay/overlay_impl.h"

static enum err
say_nodes(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *asked)
{
	struct contact contact[MESSAGE_CONTACTS];
	struct message m = {.type = MESSAGE_NODES, .network = o->network, .request = asked->request};

	m.nodes.contacts = kad_closest(o->kad, &asked->target, contact, MESSAGE_CONTACTS);
	m.nodes.contact = contact;
	return peers_say(o->peers, out, from, &m, o->now_ms);
}

static enum err
say_value(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *asked)
{
	struct value found[MESSAGE_VALUES];
	struct bytes value[MESSAGE_VALUES];
	struct contact contact[MESSAGE_CONTACTS];
	struct message m = {.type = MESSAGE_VALUE, .network = o->network, .request = asked->request};
	unsigned n = values_find(o->values, &asked->target, found, MESSAGE_VALUES, o->now_ms);

	for (unsigned i = 0; i < n; i++)
		value[i] = found[i].bytes;
	m.nodes = (struct message_nodes){.values = n, .value = value, .contact = contact};
	if (n == 0)
		m.nodes.contacts = kad_closest(o->kad, &asked->target, contact, MESSAGE_CONTACTS);
	return peers_say(o->peers, out, from, &m, o->now_ms);
}

static enum err
take_store(struct overlay *o, struct peer *from, const struct message *m)
{
	enum err e = values_put(o->values, &m->store.key, &from->other.key, m->store.value, m->store.ttl_s, o->now_ms);

	if (e == ERR_NOMEM)
		return e;
	if (e == ERR_RANGE || e == ERR_TOO_LONG)
		peers_blame(o->peers, from, PEERS_COST_FORM, e, o->now_ms);
	else if (e != ERR_OK)
		peers_blame(o->peers, from, PEERS_COST_RATE, e, o->now_ms);
	return ERR_OK;
}

/* Answers that nobody waits for any more are no offence. */
static void
take_value(struct overlay *o, struct peer *from, const struct message *m)
{
	if (m->nodes.values)
		kad_values(o->kad, m->request, &from->other.key, m->nodes.value, m->nodes.values, o->now_ms);
	else
		kad_answer(o->kad, m->request, &from->other.key, m->nodes.contact, m->nodes.contacts, o->now_ms);
}

enum err
overlay_answer(struct overlay *o, struct overlay_effects *out, struct peer *from, const struct message *m)
{
	switch (m->type) {
	case MESSAGE_FIND_NODE: return say_nodes(o, out, from, m);
	case MESSAGE_FIND_VALUE: return say_value(o, out, from, m);
	case MESSAGE_STORE: return take_store(o, from, m);
	case MESSAGE_NODES: case MESSAGE_VALUE: take_value(o, from, m); return ERR_OK;
	case MESSAGE_PONG:
		kad_answer(o->kad, (uint32_t)m->ping.nonce, &from->other.key, NULL, 0, o->now_ms);
		return ERR_OK;
	case MESSAGE_GET_BODY: case MESSAGE_HOLD: return overlay_body_answer(o, out, from, m);
	case MESSAGE_BLOCK_PART: case MESSAGE_END:
		return m->request & REPLICA_REQUEST ? overlay_body_answer(o, out, from, m) : overlay_sync_answer(o, out, from, m);
	default: return overlay_sync_answer(o, out, from, m);
	}
}
