#include "overlay/message.h"

#include <string.h>

static const uint8_t *
bytes_or_nothing(const void *data)
{
	static const uint8_t nothing[1];

	return data ? data : nothing;
}

static void
put_text(struct buf *out, const char *text)
{
	wire_put_u8(out, (uint8_t)strlen(text));
	buf_add_text(out, text);
}

static void
put_tip(struct buf *out, const struct tip *tip)
{
	wire_put_u64(out, tip->hid);
	wire_put_u64(out, tip->slot);
	wire_put_u64(out, tip->final_hid);
	buf_add(out, tip->hash.b, sizeof tip->hash.b);
	wire_put_u64(out, tip->work.lo);
	wire_put_u64(out, tip->work.hi);
}

static void
put_hello(struct buf *out, const struct message_hello *h)
{
	wire_put_u8(out, (uint8_t)h->role);
	buf_add(out, h->key.b, sizeof h->key.b);
	buf_add(out, h->nonce, sizeof h->nonce);
	buf_add(out, h->genesis.b, sizeof h->genesis.b);
	wire_put_u64(out, h->clock_ms);
	put_tip(out, &h->tip);
	wire_put_u64(out, h->offer);
	put_text(out, h->url);
	put_text(out, h->version);
}

static void
put_ping(struct buf *out, const struct message_ping *p)
{
	wire_put_u64(out, p->nonce);
	wire_put_u64(out, p->clock_ms);
	put_tip(out, &p->tip);
}

static void
put_value(struct buf *out, struct bytes value)
{
	wire_put_u16(out, (uint16_t)value.len);
	buf_add(out, bytes_or_nothing(value.data), value.len);
}

void
message_contact_put(struct buf *out, const struct pubkey *key, const char *url)
{
	buf_add(out, key->b, sizeof key->b);
	put_text(out, url);
}

static void
put_contacts(struct buf *out, const struct message_nodes *n)
{
	wire_put_u8(out, (uint8_t)n->contacts);
	for (unsigned i = 0; i < n->contacts; i++)
		message_contact_put(out, &n->contact[i].key, n->contact[i].url);
}

static void
put_values(struct buf *out, const struct message_nodes *n)
{
	wire_put_u8(out, (uint8_t)n->values);
	for (unsigned i = 0; i < n->values; i++)
		put_value(out, n->value[i]);
	put_contacts(out, n);
}

static void
put_store(struct buf *out, const struct message_store *s)
{
	buf_add(out, s->key.b, sizeof s->key.b);
	wire_put_u32(out, s->ttl_s);
	put_value(out, s->value);
}

static void
put_locator(struct buf *out, const struct message_locator *l)
{
	wire_put_u16(out, (uint16_t)l->most);
	wire_put_u8(out, (uint8_t)l->count);
	for (unsigned i = 0; i < l->count; i++) {
		wire_put_u64(out, l->hid[i]);
		buf_add(out, l->hash[i].b, sizeof l->hash[i].b);
	}
}

static void
put_heads(struct buf *out, struct bytes heads)
{
	wire_put_u32(out, (uint32_t)(heads.len / HYPER_HEAD));
	buf_add(out, bytes_or_nothing(heads.data), heads.len);
}

static void
put_blocks(struct buf *out, const struct message_blocks *b)
{
	wire_put_u64(out, b->hid);
	wire_put_u16(out, (uint16_t)b->count);
	buf_add(out, b->hash.b, sizeof b->hash.b);
	wire_put_u8(out, (uint8_t)b->what);
	wire_put_u8(out, (uint8_t)b->chains);
	for (unsigned i = 0; i < b->chains; i++)
		wire_put_u32(out, b->chain[i]);
}

static void
put_hold(struct buf *out, const struct message_hold *h)
{
	wire_put_u8(out, (uint8_t)h->count);
	for (unsigned i = 0; i < h->count; i++) {
		buf_add(out, h->body[i].id.b, sizeof h->body[i].id.b);
		wire_put_u32(out, h->body[i].size);
	}
}

static void
put_follows(struct buf *out, const struct message_follows *f)
{
	wire_put_u8(out, (uint8_t)f->role);
	wire_put_u8(out, (uint8_t)f->chains);
	for (unsigned i = 0; i < f->chains; i++)
		wire_put_u32(out, f->chain[i]);
}

static bool
has_request(enum message_type type)
{
	return (type >= MESSAGE_FIND_NODE && type <= MESSAGE_END) || type == MESSAGE_GET_BODY;
}

void
message_put(struct buf *out, const struct message *m)
{
	object_put(out, (enum object_type)m->type, &m->network);
	if (has_request(m->type))
		wire_put_u32(out, m->request);
	switch (m->type) {
	case MESSAGE_HELLO: put_hello(out, &m->hello); break;
	case MESSAGE_AUTH: buf_add(out, m->auth.b, sizeof m->auth.b); break;
	case MESSAGE_PING: case MESSAGE_PONG: put_ping(out, &m->ping); break;
	case MESSAGE_TIP: put_tip(out, &m->tip); break;
	case MESSAGE_FIND_NODE: case MESSAGE_FIND_VALUE: case MESSAGE_GET_BODY:
		buf_add(out, m->target.b, sizeof m->target.b);
		break;
	case MESSAGE_NODES: put_contacts(out, &m->nodes); break;
	case MESSAGE_STORE: put_store(out, &m->store); break;
	case MESSAGE_VALUE: put_values(out, &m->nodes); break;
	case MESSAGE_GET_HEADS: put_locator(out, &m->locator); break;
	case MESSAGE_HEADS: put_heads(out, m->raw); break;
	case MESSAGE_GET_BLOCKS: put_blocks(out, &m->blocks); break;
	case MESSAGE_BLOCK_PART: buf_add(out, bytes_or_nothing(m->raw.data), m->raw.len); break;
	case MESSAGE_END: wire_put_u64(out, m->hid); break;
	case MESSAGE_HOLD: put_hold(out, &m->hold); break;
	case MESSAGE_FOLLOWS: put_follows(out, &m->follows); break;
	case MESSAGE_BYE: put_text(out, m->bye); break;
	case MESSAGE_AFTER: break;
	}
}

struct hash
message_auth_hash(const struct message_hello *own, const struct message_hello *other, bool dialled)
{
	const struct message_hello *dialler = dialled ? own : other, *host = dialled ? other : own;
	const uint8_t side = dialled ? 1 : 2;
	struct hasher h;

	hash_init(&h, HASH_LINK);
	hash_add(&h, dialler->nonce, sizeof dialler->nonce);
	hash_add(&h, host->nonce, sizeof host->nonce);
	hash_add(&h, dialler->key.b, sizeof dialler->key.b);
	hash_add(&h, host->key.b, sizeof host->key.b);
	hash_add(&h, own->genesis.b, sizeof own->genesis.b);
	hash_add(&h, &side, sizeof side);
	return hash_end(&h);
}

void
message_heads(struct buf *out, const struct network *network, uint32_t request, struct bytes heads)
{
	const struct message m = {.type = MESSAGE_HEADS, .network = *network, .request = request, .raw = heads};

	message_put(out, &m);
}

void
message_part(struct buf *out, const struct network *network, uint32_t request, struct bytes object)
{
	const struct message m = {.type = MESSAGE_BLOCK_PART, .network = *network, .request = request, .raw = object};

	message_put(out, &m);
}

void
message_end(struct buf *out, const struct network *network, uint32_t request, uint64_t hid)
{
	const struct message m = {.type = MESSAGE_END, .network = *network, .request = request, .hid = hid};

	message_put(out, &m);
}
