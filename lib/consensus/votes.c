#include "consensus/votes.h"

#include <stdlib.h>
#include <string.h>

static int
compare_votes(const void *a, const void *b)
{
	return hash_compare(&((const struct vote *)a)->id, &((const struct vote *)b)->id);
}

static int
compare_voters(const void *a, const void *b)
{
	return memcmp(&((const struct voter *)a)->key, &((const struct voter *)b)->key, sizeof(struct pubkey));
}

/* One voter a key, ascending. */
static void
gather(struct votes *v)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->votes; i++)
		v->voter[i] = (struct voter){ .key = v->vote[i].voter, .weight = { .lo = v->vote[i].weight } };
	if (v->votes)
		qsort(v->voter, v->votes, sizeof *v->voter, compare_voters);
	for (uint32_t i = 0; i < v->votes; i++) {
		v->total = u128_sum(v->total, v->voter[i].weight);
		if (n && compare_voters(&v->voter[n - 1], &v->voter[i]) == 0)
			v->voter[n - 1].weight = u128_sum(v->voter[n - 1].weight, v->voter[i].weight);
		else
			v->voter[n++] = v->voter[i];
	}
	v->count = n;
}

enum err
votes_make(struct votes *out, const struct vote *vote, uint32_t n, const struct hash *beacon)
{
	*out = (struct votes){ .votes = n, .beacon = *beacon, .refs = 1 };
	out->vote = calloc(n + (size_t)1, sizeof *out->vote);
	out->voter = calloc(n + (size_t)1, sizeof *out->voter);
	if (!out->vote || !out->voter) {
		votes_free(out);
		return ERR_NOMEM;
	}
	if (n) {
		memcpy(out->vote, vote, n * sizeof *vote);
		qsort(out->vote, n, sizeof *out->vote, compare_votes);
	}
	gather(out);
	return ERR_OK;
}

enum err
votes_founders(struct votes *out, const struct genesis *g)
{
	struct vote *vote;
	struct hash beacon = { { 0 } };
	enum err e;

	*out = (struct votes){ .solo = g->solo };
	if (g->solo ? g->founders != 1 : g->founders < 2)
		return ERR_VOTER;
	vote = calloc(g->founders, sizeof *vote);
	if (!vote)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < g->founders; i++) {
		vote[i] = (struct vote){ .voter = g->founder[i], .weight = 1 };
		memcpy(vote[i].id.b, g->founder[i].b, sizeof vote[i].id.b);
	}
	e = votes_make(out, vote, g->founders, &beacon);
	out->solo = g->solo;
	free(vote);
	return e;
}

void
votes_free(struct votes *v)
{
	free(v->voter);
	free(v->vote);
	*v = (struct votes){ 0 };
}

struct votes *
votes_move(struct votes *v)
{
	struct votes *moved = malloc(sizeof *moved);

	if (!moved) {
		votes_free(v);
		return NULL;
	}
	*moved = *v;
	moved->refs = 1;
	*v = (struct votes){ 0 };
	return moved;
}

struct votes *
votes_share(struct votes *v)
{
	v->refs++;
	return v;
}

void
votes_release(struct votes *v)
{
	if (!v || --v->refs)
		return;
	votes_free(v);
	free(v);
}

/* --- witnesses --- */

bool
votes_all_witness(const struct votes *v, const struct lane *lane)
{
	return lane->chain == 0 || v->count <= WITNESSES;
}

struct draw {
	struct hash hash;
	const struct vote *vote;
};

static int
compare_draws(const void *a, const void *b)
{
	return hash_compare(&((const struct draw *)a)->hash, &((const struct draw *)b)->hash);
}

static struct hash
draw_hash(const struct votes *v, const struct lane *lane, const struct vote *vote)
{
	uint8_t room[sizeof v->beacon + LANE_BYTES + sizeof vote->id];
	struct buf b = { .data = room, .cap = sizeof room };

	buf_add(&b, v->beacon.b, sizeof v->beacon.b);
	lane_put(&b, lane);
	buf_add(&b, vote->id.b, sizeof vote->id.b);
	return hash_of(HASH_WITNESS, room, sizeof room);
}

enum err
votes_witnesses(struct votes *out, const struct votes *v, const struct lane *lane)
{
	uint32_t n = votes_all_witness(v, lane) || v->votes < WITNESSES ? v->votes : WITNESSES;
	struct draw *draw = calloc(v->votes + (size_t)1, sizeof *draw);
	struct vote *vote = calloc(n + (size_t)1, sizeof *vote);
	enum err e = draw && vote ? ERR_OK : ERR_NOMEM;

	for (uint32_t i = 0; e == ERR_OK && i < v->votes; i++)
		draw[i] = (struct draw){ draw_hash(v, lane, &v->vote[i]), &v->vote[i] };
	if (e == ERR_OK && v->votes)
		qsort(draw, v->votes, sizeof *draw, compare_draws);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++)
		vote[i] = *draw[i].vote;
	if (e == ERR_OK)
		e = votes_make(out, vote, n, &v->beacon);
	if (e == ERR_OK)
		out->solo = v->solo;
	free(draw);
	free(vote);
	return e;
}

/* --- adding up --- */

static int
compare_key(const void *key, const void *voter)
{
	return memcmp(key, &((const struct voter *)voter)->key, sizeof(struct pubkey));
}

const struct voter *
votes_find(const struct votes *v, const struct pubkey *key)
{
	return bsearch(key, v->voter, v->count, sizeof *v->voter, compare_key);
}

void
votes_add(const struct votes *v, struct tally *t, const struct pubkey *key)
{
	const struct voter *voter = votes_find(v, key);

	if (voter)
		t->weight = u128_sum(t->weight, voter->weight);
	t->keys++;
}

static struct u128
times(struct u128 a, unsigned n)
{
	struct u128 sum = { 0 };

	while (n--)
		sum = u128_sum(sum, a);
	return sum;
}

bool
votes_accept_after(const struct votes *v, const struct tally *t, uint64_t empty)
{
	struct u128 weight = u128_sum(t->weight, t->weight);

	/* para-protocol(7) DIFFICULTY: the share of witness votes that accepts is halved once per 8 empty slots */
	for (uint64_t i = empty / ACCEPT_HALVING_SLOTS; i > 0 && u128_compare(weight, v->total) <= 0 && (weight.lo | weight.hi);
	    i--)
		weight = u128_sum(weight, weight);
	return u128_compare(weight, v->total) > 0 && (v->solo || t->keys >= 2);
}

bool
votes_accept(const struct votes *v, const struct tally *t)
{
	return votes_accept_after(v, t, 0);
}

bool
votes_certify(const struct votes *v, const struct tally *t)
{
	if (v->majority)
		return u128_compare(times(t->weight, 2), v->total) > 0;
	return u128_compare(times(t->weight, 3), times(v->total, 2)) > 0;
}
