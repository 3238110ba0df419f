#include "chain/spec.h"

#include <string.h>

enum { NAME_LEAST = 2 };

static const char *const engine_names[] = { [ENGINE_ROOT] = "root", [ENGINE_DATA] = "data", [ENGINE_COIN] = "coin" };

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool
spec_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len >= NAME_LEAST && len <= LIMIT_NAME && name[0] >= 'a' && name[0] <= 'z' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

void
spec_name_get(struct reader *r, char out[static LIMIT_NAME + 1])
{
	uint8_t len = wire_get_u8(r);

	memset(out, 0, LIMIT_NAME + 1);
	if (len > LIMIT_NAME)
		wire_fail(r, ERR_NAME);
	wire_get(r, out, len > LIMIT_NAME ? 0 : len);
	/* A zero byte inside would make the text shorter than its length. */
	if (!r->err && (!spec_name_ok(out) || strlen(out) != len))
		wire_fail(r, ERR_NAME);
}

static void
put_head(struct buf *out, const struct spec *spec)
{
	object_put(out, OBJECT_SPEC, &(struct network){ 0 });
	wire_put_u8(out, (uint8_t)strlen(spec->name));
	buf_add_text(out, spec->name);
	wire_put_u8(out, (uint8_t)spec->engine);
	wire_put_u8(out, (uint8_t)spec->rule.kind);
	wire_put_u16(out, spec->witnesses);
	wire_put_u32(out, spec->body_bytes);
	rule_put(out, &spec->rule, &spec->authorities);
	if (spec->engine == ENGINE_COIN)
		coin_put_head(out, &spec->coin);
}

void
spec_put(struct buf *out, const struct spec *spec)
{
	put_head(out, spec);
	buf_add(out, spec->coin.alloc.data, spec->coin.alloc.len);
	buf_add(out, spec->coin.lock.data, spec->coin.lock.len);
}

/* para-protocol(7) LAYER 2: The chain has the engine coin and witnesses. */
static bool
stakes(const struct spec *spec)
{
	return spec->engine == ENGINE_COIN && spec->witnesses != 0;
}

/* para-protocol(7) LAYER 2: Some of its coins are there from the start, not locked */
static bool
has_stakes(const struct coin *c)
{
	return c->allocs > 0 || (c->issuance == COIN_FIXED && coin_allotted(c).units < c->cap.units);
}

/* All that does not depend on the coin's lists. */
static enum err
check_head(const struct spec *spec)
{
	enum err e;

	if (!spec_name_ok(spec->name))
		return ERR_NAME;
	if (spec_engine_name(spec->engine) == NULL)
		return ERR_ENGINE;
	if (spec->witnesses != 0 && spec->witnesses != SPEC_WITNESSES)
		return ERR_RANGE;
	if (spec->body_bytes < 1 || spec->body_bytes > LIMIT_BODY)
		return ERR_RANGE;
	e = rule_check(&spec->rule, &spec->authorities);
	if (e == ERR_OK && spec->rule.kind == RULE_POS && !stakes(spec))
		e = ERR_RULE;
	return e || spec->engine != ENGINE_COIN ? e : coin_check(&spec->coin);
}

enum err
spec_check(const struct spec *spec)
{
	enum err e = check_head(spec);

	return e == ERR_OK && spec->rule.kind == RULE_POS && !has_stakes(&spec->coin) ? ERR_STAKES : e;
}

enum err
spec_unpack_head(struct spec *out, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;
	enum err e;

	object_get(&r, OBJECT_SPEC, &network);
	if (memcmp(&network, &(struct network){ 0 }, sizeof network) != 0)
		wire_fail(&r, ERR_NETWORK);
	spec_name_get(&r, out->name);
	out->engine = wire_get_u8(&r);
	out->rule.kind = wire_get_u8(&r);
	out->witnesses = wire_get_u16(&r);
	out->body_bytes = wire_get_u32(&r);
	rule_get(&r, &out->rule, &out->authorities);
	out->coin = (struct coin){ 0 };
	if (out->engine == ENGINE_COIN)
		coin_get(&r, &out->coin);
	e = wire_end(&r);
	return e ? e : check_head(out);
}

enum err
spec_unpack(struct spec *out, struct bytes in)
{
	enum err e = spec_unpack_head(out, in);

	return e ? e : spec_check(out);
}

struct hash
spec_hash(const struct spec *spec)
{
	uint8_t room[SPEC_HEAD_MAX];
	struct buf b = { .data = room, .cap = sizeof room };
	struct hasher h;

	put_head(&b, spec);
	hash_init(&h, HASH_SPEC);
	hash_add(&h, room, b.len);
	hash_add(&h, spec->coin.alloc.data, spec->coin.alloc.len);
	hash_add(&h, spec->coin.lock.data, spec->coin.lock.len);
	return hash_end(&h);
}

struct spec
spec_root(const struct genesis *g)
{
	return (struct spec){ .name = "para", .engine = ENGINE_ROOT, .witnesses = SPEC_WITNESSES,
		.body_bytes = g->body_bytes };
}

const char *
spec_engine_name(enum spec_engine e)
{
	return (size_t)e < COUNT(engine_names) ? engine_names[e] : NULL;
}

enum err
spec_engine_parse(enum spec_engine *out, const char *name)
{
	for (size_t i = 0; i < COUNT(engine_names); i++)
		if (strcmp(engine_names[i], name) == 0) {
			*out = (enum spec_engine)i;
			return ERR_OK;
		}
	return ERR_ENGINE;
}
