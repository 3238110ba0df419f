#include "overlay/message.h"

#include <string.h>

/* room counts the ending zero. */
static void
get_text(struct reader *r, char *out, size_t room)
{
	size_t len = wire_get_u8(r);

	if (len >= room)
		wire_fail(r, ERR_TOO_LONG);
	const uint8_t *at = wire_take(r, len);
	for (size_t i = 0; at && i < len; i++) {
		if (at[i] < ' ' || at[i] > '~')
			wire_fail(r, ERR_NOT_CANONICAL);
	}
	if (r->err != ERR_OK)
		len = 0;
	if (len)
		memcpy(out, at, len);
	memset(out + len, 0, room - len);
}

static bool
has_request(enum message_type type)
{
	return (type >= MESSAGE_FIND_NODE && type <= MESSAGE_END) || type == MESSAGE_GET_BODY;
}

static void
get_tip(struct reader *r, struct tip *out)
{
	out->hid = wire_get_u64(r);
	out->slot = wire_get_u64(r);
	out->final_hid = wire_get_u64(r);
	wire_get(r, out->hash.b, sizeof out->hash.b);
	out->work.lo = wire_get_u64(r);
	out->work.hi = wire_get_u64(r);
	if (out->final_hid > out->hid)
		wire_fail(r, ERR_RANGE);
}

static enum role
get_role(struct reader *r)
{
	uint8_t role = wire_get_u8(r);

	if (role < ROLE_FULL || role > ROLE_LIGHT)
		wire_fail(r, ERR_RANGE);
	return role;
}

static void
get_hello(struct reader *r, struct message_hello *out)
{
	out->role = get_role(r);
	wire_get(r, out->key.b, sizeof out->key.b);
	wire_get(r, out->nonce, sizeof out->nonce);
	wire_get(r, out->genesis.b, sizeof out->genesis.b);
	out->clock_ms = wire_get_u64(r);
	get_tip(r, &out->tip);
	out->offer = wire_get_u64(r);
	get_text(r, out->url, sizeof out->url);
	get_text(r, out->version, sizeof out->version);
}

static void
get_ping(struct reader *r, struct message_ping *out)
{
	out->nonce = wire_get_u64(r);
	out->clock_ms = wire_get_u64(r);
	get_tip(r, &out->tip);
}

static unsigned
get_small_count(struct reader *r, unsigned most)
{
	unsigned n = wire_get_u8(r);

	if (n > most)
		wire_fail(r, ERR_TOO_LONG);
	return r->err == ERR_OK ? n : 0;
}

/* At least one, so that NULL means that memory ran out. */
static void *
get_room(struct reader *r, struct arena *arena, size_t n, size_t size)
{
	void *room = r->err == ERR_OK ? arena_alloc(arena, n + 1, size) : NULL;

	if (!room)
		wire_fail(r, ERR_NOMEM);
	return room;
}

static struct bytes
get_value(struct reader *r)
{
	size_t len = wire_get_u16(r);

	if (len > MESSAGE_VALUE_BYTES)
		wire_fail(r, ERR_TOO_LONG);
	const uint8_t *at = wire_take(r, len);
	return (struct bytes){at, at ? len : 0};
}

static void
get_contact(struct reader *r, struct contact *out)
{
	wire_get(r, out->key.b, sizeof out->key.b);
	get_text(r, out->url, sizeof out->url);
}

enum err
message_contact_get(struct contact *out, struct bytes in)
{
	struct reader r = wire_reader(in);

	get_contact(&r, out);
	return wire_end(&r);
}

static void
get_contacts(struct reader *r, struct arena *arena, struct message_nodes *out)
{
	out->contacts = get_small_count(r, MESSAGE_CONTACTS);
	struct contact *contact = get_room(r, arena, out->contacts, sizeof *contact);
	for (unsigned i = 0; contact && i < out->contacts; i++)
		get_contact(r, &contact[i]);
	out->contact = contact;
}

static void
get_values(struct reader *r, struct arena *arena, struct message_nodes *out)
{
	out->values = get_small_count(r, MESSAGE_VALUES);
	struct bytes *value = get_room(r, arena, out->values, sizeof *value);
	for (unsigned i = 0; value && i < out->values; i++)
		value[i] = get_value(r);
	out->value = value;
	get_contacts(r, arena, out);
}

static void
get_store(struct reader *r, struct message_store *out)
{
	wire_get(r, out->key.b, sizeof out->key.b);
	out->ttl_s = wire_get_u32(r);
	out->value = get_value(r);
}

static void
get_locator(struct reader *r, struct arena *arena, struct message_locator *out)
{
	out->most = wire_get_u16(r);
	out->count = get_small_count(r, LOCATOR_MOST);
	if (out->most == 0 || out->most > OVERLAY_HEADS || out->count == 0)
		wire_fail(r, ERR_RANGE);
	uint64_t *hid = get_room(r, arena, out->count, sizeof *hid);
	struct hash *hash = get_room(r, arena, out->count, sizeof *hash);
	for (unsigned i = 0; hid && hash && i < out->count; i++) {
		hid[i] = wire_get_u64(r);
		wire_get(r, hash[i].b, sizeof hash[i].b);
		if (i > 0 && hid[i] >= hid[i - 1])
			wire_fail(r, ERR_ORDER);
	}
	out->hid = hid;
	out->hash = hash;
}

static void
get_heads(struct reader *r, const struct network *network, struct bytes *out)
{
	size_t count = wire_get_count(r, OVERLAY_HEADS, HYPER_HEAD);
	const uint8_t *at = wire_take(r, count * HYPER_HEAD);
	uint64_t before = 0;

	for (size_t i = 0; at && i < count && r->err == ERR_OK; i++) {
		struct hyper_header header;
		struct signature auth;
		enum err e = hyper_head_unpack(&header, &auth, (struct bytes){at + i * HYPER_HEAD, HYPER_HEAD});
		if (e != ERR_OK)
			wire_fail(r, e);
		else if (memcmp(&header.network, network, sizeof *network) != 0)
			wire_fail(r, ERR_NETWORK);
		else if (i > 0 && header.hid != before + 1)
			wire_fail(r, ERR_ORDER);
		before = header.hid;
	}
	*out = (struct bytes){at, at ? count * HYPER_HEAD : 0};
}

/* Ascending. */
static const uint32_t *
get_chains(struct reader *r, struct arena *arena, unsigned count)
{
	uint32_t *chain = get_room(r, arena, count, sizeof *chain);

	for (unsigned i = 0; chain && i < count; i++) {
		chain[i] = wire_get_u32(r);
		if (i > 0 && chain[i] <= chain[i - 1])
			wire_fail(r, ERR_ORDER);
	}
	return chain;
}

static void
get_blocks(struct reader *r, struct arena *arena, struct message_blocks *out)
{
	out->hid = wire_get_u64(r);
	out->count = wire_get_u16(r);
	wire_get(r, out->hash.b, sizeof out->hash.b);
	if (out->count == 0 || out->hid == 0 || out->hid > UINT64_MAX - out->count)
		wire_fail(r, ERR_RANGE);
	unsigned what = wire_get_u8(r);
	out->chains = get_small_count(r, MESSAGE_CHAINS);
	if (what > SEALS_OF || (what == BLOCKS_ALL) != (out->chains == 0))
		wire_fail(r, ERR_RANGE);
	out->what = what;
	out->chain = get_chains(r, arena, out->chains);
}

static void
get_follows(struct reader *r, struct arena *arena, struct message_follows *out)
{
	out->role = get_role(r);
	out->chains = get_small_count(r, MESSAGE_CHAINS);
	out->chain = get_chains(r, arena, out->chains);
	if (r->err == ERR_OK && out->chains > 0 && (out->chain[0] != 0 || out->role == ROLE_FULL))
		wire_fail(r, ERR_RANGE);
}

static void
get_hold(struct reader *r, struct arena *arena, struct message_hold *out)
{
	out->count = get_small_count(r, MESSAGE_HOLDS);
	if (out->count == 0)
		wire_fail(r, ERR_RANGE);
	struct body_ref *body = get_room(r, arena, out->count, sizeof *body);
	for (unsigned i = 0; body && i < out->count; i++) {
		wire_get(r, body[i].id.b, sizeof body[i].id.b);
		body[i].size = wire_get_u32(r);
	}
	out->body = body;
}

static void
get_part(struct reader *r, const struct network *network, struct bytes *out)
{
	size_t len = r->left;
	const uint8_t *at = wire_take(r, len);

	*out = (struct bytes){at, at ? len : 0};
	if (!object_peek(*out))
		wire_fail(r, ERR_TYPE);
	else if (memcmp(at + 2, network, sizeof *network) != 0)
		wire_fail(r, ERR_NETWORK);
}

static void
get_fields(struct reader *r, struct message *out, struct arena *arena)
{
	switch (out->type) {
	case MESSAGE_HELLO: get_hello(r, &out->hello); break;
	case MESSAGE_AUTH: wire_get(r, out->auth.b, sizeof out->auth.b); break;
	case MESSAGE_PING: case MESSAGE_PONG: get_ping(r, &out->ping); break;
	case MESSAGE_TIP: get_tip(r, &out->tip); break;
	case MESSAGE_FIND_NODE: case MESSAGE_FIND_VALUE: case MESSAGE_GET_BODY:
		wire_get(r, out->target.b, sizeof out->target.b);
		break;
	case MESSAGE_NODES: get_contacts(r, arena, &out->nodes); break;
	case MESSAGE_STORE: get_store(r, &out->store); break;
	case MESSAGE_VALUE: get_values(r, arena, &out->nodes); break;
	case MESSAGE_GET_HEADS: get_locator(r, arena, &out->locator); break;
	case MESSAGE_HEADS: get_heads(r, &out->network, &out->raw); break;
	case MESSAGE_GET_BLOCKS: get_blocks(r, arena, &out->blocks); break;
	case MESSAGE_BLOCK_PART: get_part(r, &out->network, &out->raw); break;
	case MESSAGE_END: out->hid = wire_get_u64(r); break;
	case MESSAGE_HOLD: get_hold(r, arena, &out->hold); break;
	case MESSAGE_FOLLOWS: get_follows(r, arena, &out->follows); break;
	case MESSAGE_BYE: get_text(r, out->bye, sizeof out->bye); break;
	case MESSAGE_AFTER: break;
	}
}

enum message_type
message_peek(struct bytes in)
{
	if (in.len < OBJECT_HEAD || in.data[0] < MESSAGE_HELLO || in.data[0] >= MESSAGE_AFTER)
		return 0;
	return in.data[0];
}

enum err
message_unpack(struct message *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);

	*out = (struct message){.type = message_peek(in)};
	if (in.len < OBJECT_HEAD)
		return ERR_TRUNCATED;
	if (!out->type)
		return ERR_TYPE;
	object_get(&r, (enum object_type)out->type, &out->network);
	if (has_request(out->type))
		out->request = wire_get_u32(&r);
	get_fields(&r, out, arena);
	return wire_end(&r);
}
