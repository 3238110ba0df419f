#include <string.h>

#include "random.h"
#include "story.h"

struct hash
story_hash(uint64_t n)
{
	return hash_of(HASH_LEAF, &n, sizeof(n));
}

static enum err
make_payload(struct story *s, uint64_t row, const struct sign_key *key)
{
	size_t len = row % 29 == 0 ? 6000 : 20 + row * 53 % 400;
	uint8_t *body = arena_alloc(&s->arena, len, 1), *copy;
	struct payload p = {.chain = 1, .seq = row + 1, .body = {body, len}};
	struct buf raw = {0};
	enum err e;

	if (!body)
		return ERR_NOMEM;
	random_fill(body, len, row);
	e = payload_sign(&p, &s->id[row], key);
	payload_put(&raw, &p);
	copy = arena_alloc(&s->arena, raw.len, 1);
	if (!e && (raw.failed || !copy))
		e = ERR_NOMEM;
	if (!e)
		s->payload[row] = (struct bytes){memcpy(copy, raw.data, raw.len), raw.len};
	buf_free(&raw);
	return e;
}

enum err
story_new(struct story *s)
{
	static const uint8_t seed[32] = {7};
	struct sign_key *key = sign_key_new(seed);
	enum err e = key ? ERR_OK : ERR_NOMEM;

	for (uint64_t row = 0; row < STORY_ROWS && !e; row++)
		e = make_payload(s, row, key);
	sign_key_free(key);
	return e;
}

void
story_free(struct story *s)
{
	arena_free(&s->arena);
}

struct story_row
story_row(uint64_t row, uint64_t n)
{
	uint64_t made = row / STORY_PER + 1;
	bool last = row % STORY_PER == STORY_PER - 1, over = n >= made + 3;
	struct story_row r = {.pooled = n >= made && !over, .placed = !last && n >= made + 1, .erased = last && over};

	r.receipted = over && !last && row % 3 == 0;
	r.sealed_hid = r.placed ? made + 1 : 0;
	return r;
}

struct store_receipt
story_receipt(uint64_t row)
{
	if (row % 2)
		return (struct store_receipt){.err = ERR_NAME_TAKEN};
	return (struct store_receipt){.result = (uint32_t)row + 1};
}

struct bytes
story_genesis(void)
{
	return (struct bytes){(const uint8_t *)"as it began", 11};
}

struct store_tip
story_tip(uint64_t n)
{
	return (struct store_tip){.hid = n, .slot = 3 * n, .hash = story_hash(n), .final_hid = n / 2,
	    .difficulty = 256 + n, .next_row = n * STORY_PER, .lanes_in_use = (uint32_t)n % 7};
}

struct sign_record
story_record(uint64_t n)
{
	return (struct sign_record){.list_slot = n, .candidate_slot = n + 1, .endorse_slot = n + 2,
	    .source_slot = n + 3, .list = story_hash(n), .candidate = story_hash(n + 1),
	    .endorsed = story_hash(n + 2), .source = story_hash(n + 3)};
}

uint32_t
story_endorsements(struct endorsement e[static STORY_ENDORSEMENTS], uint64_t n)
{
	uint32_t count = 1 + (uint32_t)n % STORY_ENDORSEMENTS;

	memset(e, 0, STORY_ENDORSEMENTS * sizeof(*e));
	for (uint32_t i = 0; i < count; i++) {
		e[i].slot = n;
		e[i].hash = story_hash(n + i);
		e[i].voter.b[0] = (uint8_t)(i + 1);
		random_fill(e[i].signature.b, sizeof(e[i].signature.b), n + i);
	}
	return count;
}

/* The store asks for a head and takes whatever body. */
void
story_hyper(struct story_hyper *h, uint64_t n)
{
	size_t body = n % 10 == 0 ? 60000 : n * 977 % 7000;
	struct signature auth = {{(uint8_t)n}};
	uint8_t *at;

	memset(h, 0, sizeof(*h));
	h->header.hid = n;
	h->header.slot = 3 * n;
	h->header.prev = story_hash(n - 1);
	h->hash = hyper_hash(&h->header);
	hyper_header_put(&h->raw, &h->header);
	buf_add(&h->raw, auth.b, sizeof(auth.b));
	at = buf_extend(&h->raw, body);
	if (at)
		random_fill(at, body, n);
}

struct lane
story_lane(uint64_t n)
{
	return (struct lane){.chain = 1 + (uint32_t)n % STORY_LANES};
}

/* The rows of transaction n - 1 but the last. */
void
story_block(struct story_block *b, uint64_t n)
{
	struct seal_core *core;

	memset(b, 0, sizeof(*b));
	core = &b->kept.block.head.core;
	core->lane = story_lane(n);
	core->slot = n;
	core->difficulty = 256 + n;
	core->payloads = n > 1 ? STORY_PER - 1 : 0;
	core->bytes = 200 * core->payloads;
	core->root = story_hash(n);
	for (uint32_t i = 0; i < core->payloads; i++)
		b->row[i] = (n - 2) * STORY_PER + i;
	b->kept.block.lid = n;
	if (n > 1)
		b->kept.block.prev = story_hash(n - 1);
	b->kept.hash = block_hash(&b->kept.block);
	b->kept.row = b->row;
}

struct lane_state
story_lane_state(uint64_t n)
{
	return (struct lane_state){.lane = story_lane(n), .tip_lid = n, .tip = story_hash(n), .busy_hid = n,
	    .committed = {n, story_hash(n), story_hash(n + 1)},
	    .executed = {n + 2, story_hash(n + 2), story_hash(n + 3)}};
}

struct story_state
story_state(uint64_t n)
{
	struct story_state s = {.key = {'k', 0, 0, 0, 1, (uint8_t)(n % STORY_KEYS)}, .len = 40 + n * 37 % 300};

	random_fill(s.data, s.len, n);
	return s;
}
