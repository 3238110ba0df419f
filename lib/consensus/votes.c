#include "consensus/votes.h"

#include <stdlib.h>
#include <string.h>

enum err
votes_founders(struct votes *out, const struct genesis *g)
{
	*out = (struct votes){ .solo = g->solo };
	if (!g->solo || g->founders != 1)
		return ERR_VOTER;
	out->voter = calloc(g->founders, sizeof *out->voter);
	if (!out->voter)
		return ERR_NOMEM;
	for (; out->count < g->founders; out->count++) {
		struct u128 one = { .lo = 1 };
		out->voter[out->count] = (struct voter){ .key = g->founder[out->count], .weight = one };
		out->total = u128_sum(out->total, one);
	}
	return ERR_OK;
}

void
votes_free(struct votes *v)
{
	free(v->voter);
	*v = (struct votes){ 0 };
}

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
votes_accept(const struct votes *v, const struct tally *t)
{
	return u128_compare(times(t->weight, 2), v->total) > 0 && (v->solo || t->keys >= 2);
}

bool
votes_certify(const struct votes *v, const struct tally *t)
{
	return u128_compare(times(t->weight, 3), times(v->total, 2)) > 0;
}
