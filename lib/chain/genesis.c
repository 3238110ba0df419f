#include "chain/genesis.h"

#include <string.h>

#include "chain/payload.h"
#include "chain/spec.h"
#include "crypto/work.h"

#define COIN UINT64_C(100000000)

enum {
	PERIOD_LEAST_MS = 50,
	PERIOD_MOST_MS = 3600000,
	SEALS_MOST = LIMIT_SEALS / 8, /* a hyper block takes up to eight times as many */
	SPAN_MOST = 65536,            /* of every number of blocks or slots */
	ALLOC = 40
};

/* JSON shows times as numbers, which are exact below this. */
static const uint64_t time_most_ms = (UINT64_C(1) << 53) - 1;

void
genesis_defaults(struct genesis *g)
{
	*g = (struct genesis){
		.name = "para",
		.period_ms = 10000,
		.phases = { .seal = 500, .list = 650, .candidate = 780, .eligible = 850, .endorse = 850 },
		.epoch = 64,
		.retarget = 16,
		.seals = 64,
		.seals_per_lane = 8,
		.difficulty = 65536,
		.body_bytes = 64 << 10,
		.seal_bytes = 16 << 20,
		.split_load = 4 << 20,
		.merge_load = 1 << 20,
		.load_window = 16,
		.cooldown = 32,
		.max_depth = 12,
		.reward = { 10 * COIN },
		.halving_slots = 12614400,
		.cap = { 210000000 * COIN },
		.register_fee = { COIN },
		.byte_fee = { 1 },
	};
}

static void
put_accounts(struct buf *out, const struct genesis *g)
{
	wire_put_u32(out, g->founders);
	for (uint32_t i = 0; i < g->founders; i++)
		buf_add(out, g->founder[i].b, sizeof g->founder[i].b);
	wire_put_u32(out, g->allocs);
	for (uint32_t i = 0; i < g->allocs; i++) {
		buf_add(out, g->alloc[i].account, sizeof g->alloc[i].account);
		wire_put_u64(out, g->alloc[i].amount.units);
	}
}

void
genesis_put(struct buf *out, const struct genesis *g)
{
	object_put(out, OBJECT_GENESIS, &(struct network){ 0 });
	wire_put_u64(out, g->time_ms);
	wire_put_u32(out, g->period_ms);
	wire_put_u16(out, g->phases.seal);
	wire_put_u16(out, g->phases.list);
	wire_put_u16(out, g->phases.candidate);
	wire_put_u16(out, g->phases.eligible);
	wire_put_u16(out, g->phases.endorse);
	wire_put_u32(out, g->epoch);
	wire_put_u32(out, g->retarget);
	wire_put_u32(out, g->seals);
	wire_put_u32(out, g->seals_per_lane);
	wire_put_u64(out, g->difficulty);
	wire_put_u32(out, g->body_bytes);
	wire_put_u32(out, g->seal_bytes);
	wire_put_u32(out, g->split_load);
	wire_put_u32(out, g->merge_load);
	wire_put_u32(out, g->load_window);
	wire_put_u32(out, g->cooldown);
	wire_put_u8(out, g->max_depth);
	wire_put_u64(out, g->reward.units);
	wire_put_u64(out, g->halving_slots);
	wire_put_u64(out, g->cap.units);
	wire_put_u64(out, g->register_fee.units);
	wire_put_u64(out, g->byte_fee.units);
	wire_put_u8(out, g->solo);
	wire_put_u8(out, (uint8_t)strlen(g->name));
	buf_add_text(out, g->name);
	put_accounts(out, g);
}

static void
get_fields(struct reader *r, struct genesis *out)
{
	uint8_t solo;

	out->time_ms = wire_get_u64(r);
	out->period_ms = wire_get_u32(r);
	out->phases.seal = wire_get_u16(r);
	out->phases.list = wire_get_u16(r);
	out->phases.candidate = wire_get_u16(r);
	out->phases.eligible = wire_get_u16(r);
	out->phases.endorse = wire_get_u16(r);
	out->epoch = wire_get_u32(r);
	out->retarget = wire_get_u32(r);
	out->seals = wire_get_u32(r);
	out->seals_per_lane = wire_get_u32(r);
	out->difficulty = wire_get_u64(r);
	out->body_bytes = wire_get_u32(r);
	out->seal_bytes = wire_get_u32(r);
	out->split_load = wire_get_u32(r);
	out->merge_load = wire_get_u32(r);
	out->load_window = wire_get_u32(r);
	out->cooldown = wire_get_u32(r);
	out->max_depth = wire_get_u8(r);
	out->reward.units = wire_get_u64(r);
	out->halving_slots = wire_get_u64(r);
	out->cap.units = wire_get_u64(r);
	out->register_fee.units = wire_get_u64(r);
	out->byte_fee.units = wire_get_u64(r);
	solo = wire_get_u8(r);
	if (solo > 1)
		wire_fail(r, ERR_NOT_CANONICAL);
	out->solo = solo;
}

static void
get_accounts(struct reader *r, struct genesis *out, struct arena *arena)
{
	out->founders = wire_get_count(r, LIMIT_FOUNDERS, sizeof *out->founder);
	out->founder = arena_alloc(arena, out->founders + (size_t)1, sizeof *out->founder);
	if (out->founder == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < out->founders && !r->err; i++)
		wire_get(r, out->founder[i].b, sizeof out->founder[i].b);
	out->allocs = wire_get_count(r, LIMIT_ALLOCS, ALLOC);
	out->alloc = arena_alloc(arena, out->allocs + (size_t)1, sizeof *out->alloc);
	if (out->alloc == NULL)
		wire_fail(r, ERR_NOMEM);
	for (uint32_t i = 0; i < out->allocs && !r->err; i++) {
		wire_get(r, out->alloc[i].account, sizeof out->alloc[i].account);
		out->alloc[i].amount.units = wire_get_u64(r);
	}
}

enum err
genesis_unpack(struct genesis *out, struct arena *arena, struct bytes in)
{
	struct reader r = wire_reader(in);
	struct network network;
	enum err e;

	*out = (struct genesis){ 0 };
	object_get(&r, OBJECT_GENESIS, &network);
	if (memcmp(&network, &(struct network){ 0 }, sizeof network) != 0)
		wire_fail(&r, ERR_NETWORK);
	get_fields(&r, out);
	spec_name_get(&r, out->name);
	get_accounts(&r, out, arena);
	e = wire_end(&r);
	return e ? e : genesis_check(out);
}

static bool
within(uint64_t v, uint64_t least, uint64_t most)
{
	return v >= least && v <= most;
}

static bool
phases_ok(const struct phases *p)
{
	return p->seal >= 1 && p->seal <= p->list && p->list <= p->candidate && p->candidate <= p->eligible &&
	    p->eligible <= p->endorse && p->endorse <= 1000;
}

static bool
sizes_ok(const struct genesis *g)
{
	return within(g->body_bytes, 1, LIMIT_BODY) &&
	    within(g->seal_bytes, g->body_bytes + (uint64_t)PAYLOAD_FIXED, LIMIT_SEAL_BYTES) && g->split_load >= 1 &&
	    g->merge_load < (g->split_load + UINT64_C(1)) / 2 && within(g->load_window, 1, SPAN_MOST) &&
	    g->cooldown <= SPAN_MOST && g->max_depth <= LIMIT_LANE_DEPTH;
}

static enum err
check_accounts(const struct genesis *g)
{
	struct amount sum = { 0 };

	if (!within(g->founders, 1, LIMIT_FOUNDERS) || g->allocs > LIMIT_ALLOCS || (g->solo && g->founders != 1))
		return ERR_RANGE;
	for (uint32_t i = 1; i < g->founders; i++)
		if (memcmp(&g->founder[i - 1], &g->founder[i], sizeof *g->founder) >= 0)
			return ERR_ORDER;
	for (uint32_t i = 0; i < g->allocs; i++) {
		if (i > 0 && memcmp(g->alloc[i - 1].account, g->alloc[i].account, sizeof g->alloc[i].account) >= 0)
			return ERR_ORDER;
		if (g->alloc[i].amount.units == 0 || amount_add(&sum, sum, g->alloc[i].amount) ||
		    sum.units > g->cap.units)
			return ERR_RANGE;
	}
	return ERR_OK;
}

enum err
genesis_check(const struct genesis *g)
{
	if (!spec_name_ok(g->name))
		return ERR_NAME;
	if (g->time_ms > time_most_ms || !within(g->period_ms, PERIOD_LEAST_MS, PERIOD_MOST_MS) ||
	    !phases_ok(&g->phases) || !within(g->epoch, 1, SPAN_MOST) || !within(g->retarget, 1, SPAN_MOST) ||
	    !within(g->seals, 1, SEALS_MOST) || g->seals_per_lane > SEALS_MOST ||
	    g->difficulty < WORK_DIFFICULTY_LEAST || !sizes_ok(g) || g->halving_slots == 0 ||
	    g->reward.units > g->cap.units)
		return ERR_RANGE;
	return check_accounts(g);
}

enum err
genesis_hash(struct hash *out, const struct genesis *g)
{
	struct buf b = { 0 };
	enum err e;

	genesis_put(&b, g);
	e = b.failed ? ERR_NOMEM : ERR_OK;
	if (e == ERR_OK)
		*out = hash_of(HASH_GENESIS, b.data, b.len);
	buf_free(&b);
	return e;
}

struct network
genesis_network(const struct hash *genesis_hash)
{
	struct network network;

	memcpy(network.b, genesis_hash->b, sizeof network.b);
	return network;
}

struct hash
genesis_rules(const struct hash *genesis_hash)
{
	static const char version[] = "para-protocol 1";
	struct hasher h;

	hash_init(&h, HASH_RULES);
	hash_add(&h, version, sizeof version - 1);
	hash_add(&h, genesis_hash->b, sizeof genesis_hash->b);
	return hash_end(&h);
}

uint64_t
genesis_slot(const struct genesis *g, uint64_t now_ms)
{
	return now_ms < g->time_ms ? 0 : (now_ms - g->time_ms) / g->period_ms;
}

uint64_t
genesis_slot_start(const struct genesis *g, uint64_t slot)
{
	return slot > (UINT64_MAX - g->time_ms) / g->period_ms ? UINT64_MAX : g->time_ms + slot * g->period_ms;
}
