/*
 * schedule_core: the same with real cores. The honest voters fall into two groups, drawn anew every few slots; the
 * hostile one has a core in each, under one key. Such a face is deaf to blocks now and then, so that it assembles on what
 * is long past, with a low rank if it has the power; it endorses whatever it sees and shows that to some of the honest,
 * at once or later, but never two endorsements of one slot to the same one; and it forges the source of its blocks. Or
 * it follows a plan, made against one of the defences.
 */
#define CROWD_IDEAL
#include "crowd.h"

#include "chance.h"
#include "consensus/core.h"
#include "schedule.h"

enum { RUN_SLOTS = 16, PLAN_SLOTS = 21, FACES = 2, BLOCKS_MOST = 256 };

struct sighting {
	struct hash hash, source;
	uint64_t slot;
};

struct run {
	struct crowd crowd; /* first: hears() is handed the crowd alone */
	const struct schedule *s;
	struct chance chance;
	struct sighting block[BLOCKS_MOST];
	uint32_t blocks;
	struct hash shown[SCHEDULE_HONEST][PLAN_SLOTS + 2]; /* what the hostile voter endorsed, as each honest one knows it */
	bool deaf[FACES], forges[FACES], hermit; /* hermit: one face is deaf all the time */
	uint32_t slot;
	const struct act *act; /* of a plan; NULL: all is chance */
};

/*
 * A plan, for the honest a, b, c and two faces of z. A is what a and b certify first, C what c and z make while eight empty
 * slots let two of four accept. b is the one who is to endorse on both sides.
 */
struct act {
	uint32_t from;            /* slot */
	uint32_t group[5];        /* of a, b, c, z with a, z with c */
	uint8_t shows;            /* bits of the honest whom z's endorsements are shown to */
	uint32_t reveals;         /* and those of this slot, to all of these */
	bool whisper;             /* b takes from the others, and says nothing of what it has but its endorsements of late */
	bool forges;
};

enum { A_ONLY = 1, A_AND_B = 3, C_ONLY = 4, B_AND_C = 6 };

static const struct act against_lock[] = {
	{ 1, { 0, 0, 1, 0, 1 }, A_AND_B, 0, false, false },
	{ 3, { 0, 0, 1, 0, 1 }, A_ONLY, 0, false, false },  /* A is final, and a alone knows */
	{ 4, { 0, 2, 1, 3, 1 }, 0, 0, false, false },
	{ 9, { 0, 1, 1, 3, 1 }, B_AND_C, 0, true, false },  /* C: its source is older than what b has endorsed */
	{ 10, { 0, 1, 1, 3, 1 }, B_AND_C, 0, false, false },
	{ UINT32_MAX, { 0 }, 0, 0, false, false },
};

static const struct act against_next[] = {
	{ 1, { 0, 0, 1, 0, 1 }, A_AND_B, 0, false, false },
	{ 3, { 0, 2, 1, 3, 1 }, 0, 0, false, false },
	{ 9, { 0, 1, 1, 3, 1 }, C_ONLY, 0, true, false },   /* C is certified, and c alone knows */
	{ 10, { 0, 0, 1, 0, 3 }, A_ONLY, 0, false, false }, /* a child of A is certified, and a alone knows */
	{ 11, { 0, 1, 1, 3, 1 }, B_AND_C, 9, false, false },
	{ UINT32_MAX, { 0 }, 0, 0, false, false },
};

static const struct act against_carried[] = {
	{ 1, { 0, 0, 1, 0, 1 }, A_AND_B, 0, false, false },
	{ 3, { 0, 0, 1, 0, 1 }, A_ONLY, 0, false, false },
	{ 4, { 0, 2, 1, 3, 1 }, 0, 0, false, false },       /* in slot 9 C, certified by nobody */
	{ 18, { 0, 1, 1, 3, 1 }, B_AND_C, 0, true, true },  /* its child calls it certified */
	{ 19, { 0, 1, 1, 3, 1 }, B_AND_C, 0, false, false },
	{ UINT32_MAX, { 0 }, 0, 0, false, false },
};

static bool
is_face(const struct run *r, uint32_t who)
{
	return who >= r->s->honest;
}

/* --- the hostile voter's endorsements --- */

static void
show(struct run *r, const struct sighting *b, uint32_t to)
{
	struct crowd *w = &r->crowd;
	struct hash *shown = &r->shown[to][b->slot];
	struct endorsement e = { .network = genesis_network(&w->genesis_hash), .slot = b->slot, .hash = b->hash,
		.source = b->source };
	struct buf raw = { 0 };
	uint64_t late;

	if (!hash_is_zero(shown))
		return;
	*shown = b->hash;
	endorse_sign(&e, w->member[r->s->honest].key);
	endorse_put(&raw, &e);
	assert_true(!raw.failed && w->mails < MAIL);
	late = r->act ? 0 : chance_below(&r->chance, PERIOD / 4);
	w->mail[w->mails++] = (struct mail){ w->now_ms + 1 + late, w->order++, to, r->s->honest,
		{ crowd_keep(w, raw.data, raw.len), raw.len } };
	buf_free(&raw);
}

static void
sight(struct run *r, uint32_t group, const struct hyper *h)
{
	struct sighting *b = &r->block[r->blocks];
	struct hash hash = hyper_hash(&h->header);

	for (uint32_t i = 0; i < r->blocks; i++) {
		if (hash_equal(&r->block[i].hash, &hash))
			return;
	}
	if (r->blocks == BLOCKS_MOST || h->header.slot > PLAN_SLOTS)
		return;
	*b = (struct sighting){ hash, h->header.source, h->header.slot };
	r->blocks++;
	for (uint32_t i = 0; i < r->s->honest; i++) {
		if (!r->act && r->crowd.member[i].group == group && chance_hit(&r->chance, 600))
			show(r, b, i);
	}
}

/* --- what is heard --- */

/* Its parent as the source, with nothing that certifies it. */
static struct bytes
forge(struct run *r, uint32_t face, struct hyper *h)
{
	struct buf raw = { 0 };
	struct bytes kept;
	struct hash hash;

	h->header.source = h->header.prev;
	h->endorsements = 0;
	h->header.endorsements_root = hyper_endorsements_root(NULL, 0);
	hash = hyper_hash(&h->header);
	h->auth = sign_make(r->crowd.member[face].key, &hash);
	hyper_put(&raw, h);
	assert_false(raw.failed);
	kept = (struct bytes){ crowd_keep(&r->crowd, raw.data, raw.len), raw.len };
	buf_free(&raw);
	return kept;
}

static struct bytes
hear_hyper(struct run *r, uint32_t from, struct bytes raw)
{
	struct arena arena = { 0 };
	struct hyper h;
	bool own;

	assert_int_equal(hyper_unpack(&h, &arena, raw), ERR_OK);
	own = is_face(r, from) && memcmp(&h.header.assembler, sign_key_public(r->crowd.member[from].key), 32) == 0;
	if (own && r->forges[from - r->s->honest] && !hash_equal(&h.header.source, &h.header.prev))
		raw = forge(r, from, &h);
	sight(r, r->crowd.member[from].group, &h);
	arena_free(&arena);
	return raw;
}

/* What a whispering b says after all: requests, and what it endorses now. */
static bool
whispered(const struct run *r, struct bytes raw)
{
	struct endorsement e;

	return object_peek(raw) == OBJECT_WANT ||
	    (object_peek(raw) == OBJECT_ENDORSEMENT && endorse_unpack(&e, raw) == ERR_OK && e.slot == r->slot);
}

static struct bytes
hears(struct crowd *w, uint32_t from, uint32_t to, struct bytes raw)
{
	struct run *r = (struct run *)(void *)w;
	enum object_type type = object_peek(raw);
	struct endorsement e;

	if (w->member[from].group != w->member[to].group || (is_face(r, from) && is_face(r, to)))
		return (struct bytes){ 0 };
	if (r->act && r->act->whisper && from == 1 && !whispered(r, raw))
		return (struct bytes){ 0 };
	if (is_face(r, to) && r->deaf[to - r->s->honest] && (type == OBJECT_HYPER || type == OBJECT_HAVE || type == OBJECT_WANT))
		return (struct bytes){ 0 };
	/* Its own endorsements are shown as show() likes. */
	if (is_face(r, from) && type == OBJECT_ENDORSEMENT && endorse_unpack(&e, raw) == ERR_OK &&
	    memcmp(&e.voter, sign_key_public(w->member[from].key), sizeof e.voter) == 0)
		return (struct bytes){ 0 };
	return type == OBJECT_HYPER ? hear_hyper(r, from, raw) : raw;
}

/* --- a run --- */

/* The faces have one key, which holds one vote. */
static void
give_key(struct run *r)
{
	struct crowd *w = &r->crowd;
	uint32_t honest = r->s->honest, n = 0;
	struct pubkey other = *sign_key_public(w->member[honest + 1].key);

	sign_key_free(w->member[honest + 1].key);
	w->member[honest + 1].key = crowd_key((uint8_t)(honest + 1));
	for (uint32_t i = 0; i < w->genesis.founders; i++) {
		if (memcmp(&w->genesis.founder[i], &other, sizeof other) != 0)
			w->genesis.founder[n++] = w->genesis.founder[i];
	}
	w->genesis.founders = n;
	assert_int_equal(genesis_hash(&w->genesis_hash, &w->genesis), ERR_OK);
}

static void
begin(struct run *r, const struct schedule *s, uint64_t seed)
{
	struct crowd *w = &r->crowd;

	crowd_begin(w, s->honest + FACES, seed);
	r->s = s;
	r->chance.state = seed;
	give_key(r);
	w->hears = hears;
	w->tolerant = true;
	w->delay_ms = 3;
	w->power = chance_hit(&r->chance, 500) ? 8 : 1;
	r->hermit = chance_hit(&r->chance, 500);
	for (uint32_t i = 0; i < w->members; i++) {
		w->member[i].group = is_face(r, i) ? i - s->honest : 0;
		w->member[i].liar = is_face(r, i);
		crowd_start(w, i, s->without);
	}
}

/* A face bears what it hears of its other self. */
static void
forget(struct run *r)
{
	for (uint32_t i = r->s->honest; i < r->crowd.members; i++) {
		r->crowd.member[i].core->silenced = false;
		r->crowd.member[i].core->evidences = 0;
	}
}

/* The endorsement that helps most: of the block of the slot that most have endorsed, as this honest one knows. */
static void
show_best(struct run *r, uint32_t slot, uint32_t to)
{
	const struct consensus *c = r->crowd.member[to].core;
	const struct node *best = NULL;

	for (size_t i = 0; i < c->tree.count; i++) {
		const struct node *node = c->tree.node[i];
		if (node->brief.slot == slot && (!best || node->endorsements > best->endorsements))
			best = node;
	}
	for (uint32_t b = 0; best && b < r->blocks; b++) {
		if (hash_equal(&r->block[b].hash, &best->brief.hash))
			show(r, &r->block[b], to);
	}
}

/* The slot begins as the plan has it, and the last one's endorsements are shown: nobody passes them on in that one. */
static void
play_act(struct run *r)
{
	uint32_t shows = r->act->shows;

	while (r->act[1].from <= r->slot)
		r->act++;
	for (uint32_t i = 0; i < r->crowd.members; i++)
		r->crowd.member[i].group = r->act->group[i];
	r->forges[0] = r->forges[1] = r->act->forges;
	for (uint32_t i = 0; i < r->s->honest; i++) {
		if (shows >> i & 1)
			show_best(r, r->slot - 1, i);
		if (r->act->reveals && (r->act->shows >> i & 1))
			show_best(r, r->act->reveals, i);
	}
}

static void
draw_slot(struct run *r)
{
	if (chance_hit(&r->chance, 400)) {
		for (uint32_t i = 0; i < r->s->honest; i++)
			r->crowd.member[i].group = (uint32_t)chance_below(&r->chance, FACES);
	}
	for (uint32_t i = 0; i < FACES; i++) {
		r->deaf[i] = (i == 0 && r->hermit) || r->deaf[i] != chance_hit(&r->chance, 300);
		r->forges[i] = chance_hit(&r->chance, r->s->without & DEFENCE_CARRIED ? 700 : 50);
	}
	for (uint32_t b = 0; b < r->blocks; b++) {
		for (uint32_t i = 0; i < r->s->honest; i++) {
			if (chance_hit(&r->chance, 50))
				show(r, &r->block[b], i);
		}
	}
}

bool
schedule_core(const struct schedule *s, uint64_t seed)
{
	struct run *r = calloc(1, sizeof *r);
	uint32_t slots = s->aim ? PLAN_SLOTS : RUN_SLOTS;
	bool forked;

	assert_non_null(r);
	begin(r, s, seed);
	r->act = s->aim == DEFENCE_LOCK ? against_lock : s->aim == DEFENCE_NEXT ? against_next :
	    s->aim == DEFENCE_CARRIED ? against_carried : NULL;
	if (r->act) {
		r->crowd.power = 8;
		r->hermit = false;
	}
	for (uint64_t slot = 1; slot <= slots && !r->crowd.forked; slot++) {
		crowd_to(&r->crowd, slot);
		r->slot = (uint32_t)slot;
		if (r->act)
			play_act(r);
		else
			draw_slot(r);
		for (uint32_t i = 0; i < r->crowd.members; i++)
			crowd_pay(&r->crowd, i, 1, slot);
		for (uint32_t part = 1; part < 8; part++) {
			forget(r);
			crowd_until(&r->crowd, GENESIS_MS + slot * PERIOD + part * PERIOD / 8);
		}
	}
	forked = r->crowd.forked;
	crowd_end(&r->crowd);
	free(r);
	return forked;
}
