/* Which branch is followed, what that undoes and connects, and what becomes final: on trees drawn by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/core.h"

enum { FOUNDERS = 4, NOW = 100 };

/* A core at the genesis, and empty blocks that have been judged. */
struct garden {
	struct genesis genesis;
	struct pubkey founder[FOUNDERS];
	struct sign_key *key;
	struct consensus *core;
	struct effects out;
	size_t read;
};

static void
garden_open(struct garden *g, uint32_t without)
{
	struct chain_info chain = { .body_bytes = 100 };
	struct lane_state lane = { .tip_lid = 0 };
	struct consensus_snapshot s = { .difficulty = 256, .chain = &chain, .chains = 1, .lane = &lane, .lanes = 1,
		.next_row = 1 };
	struct consensus_config config = { .genesis = &g->genesis, .pool_bytes = 1 << 20, .pool_per_signer = 10,
		.template_payloads = 10, .without = without };
	uint8_t seed[32] = { 1 };

	assert_true(hash_start());
	memset(g, 0, sizeof *g);
	genesis_defaults(&g->genesis);
	for (uint8_t i = 0; i < FOUNDERS; i++)
		g->founder[i].b[0] = (uint8_t)(i + 1);
	g->genesis.founder = g->founder;
	g->genesis.founders = FOUNDERS;
	g->genesis.difficulty = 256;
	config.key = g->key = sign_key_new(seed);
	assert_int_equal(consensus_new(&g->core, &config, &s), ERR_OK);
	g->core->round.slot = NOW;
}

static void
garden_close(struct garden *g)
{
	effects_free(&g->out);
	consensus_free(g->core);
	sign_key_free(g->key);
}

/* A valid block on the parent that has it as its source; its hash begins with the name. */
static struct node *
grow(struct garden *g, struct node *parent, char name, uint64_t slot, uint64_t work)
{
	struct node *node = calloc(1, sizeof *node);
	uint8_t *raw;

	assert_non_null(node);
	raw = malloc(1);
	assert_non_null(raw);
	*raw = 0;
	*node = (struct node){ .parent = parent, .brief = { .hid = parent->brief.hid + 1, .slot = slot,
		.hash = { { (uint8_t)name } }, .difficulty = { .lo = work } }, .work = u128_add(parent->work, work),
		.source = parent->brief.hash, .source_slot = parent->brief.slot, .difficulty = 256, .state = NODE_VALID,
		.served = true, .raw = { raw, 1 } };
	assert_int_equal(tree_put(&g->core->tree, node), ERR_OK);
	return node;
}

static struct node *
root(const struct garden *g)
{
	return g->core->tree.base;
}

/* What following told since the last time: -x disconnects x, +x connects it, cH certifies HID H, fH makes it final. */
static void
follows(struct garden *g, const char *expected)
{
	char text[200];
	size_t n = 0;

	follow_best(g->core, &g->out);
	assert_false(g->core->restless);
	for (; g->read < g->out.count && n + 4 < sizeof text; g->read++) {
		const struct effect *e = &g->out.item[g->read];
		if (e->type == EFFECT_DISCONNECT || e->type == EFFECT_KEEP_HYPER) {
			bool back = e->type == EFFECT_DISCONNECT;
			text[n++] = back ? '-' : '+';
			text[n++] = (char)(back ? e->disconnect.hash.b[0] : e->hyper.hash.b[0]);
		} else if (e->type == EFFECT_KEEP_CERTIFIED || e->type == EFFECT_KEEP_FINAL) {
			bool final = e->type == EFFECT_KEEP_FINAL;
			text[n++] = final ? 'f' : 'c';
			text[n++] = (char)('0' + (final ? e->hid : e->certified.hid));
		} else {
			assert_int_equal(e->type, EFFECT_EXECUTE);
		}
	}
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void
the_most_work_then_the_lower_hash(void **state)
{
	struct garden g;
	struct node *a;

	(void)state;
	garden_open(&g, 0);
	a = grow(&g, root(&g), 'p', 1, 10);
	follows(&g, "+p");
	grow(&g, root(&g), 'q', 1, 10);
	follows(&g, "");
	grow(&g, root(&g), 'o', 1, 10);
	follows(&g, "-p+o");
	grow(&g, grow(&g, a, 'r', 2, 1), 's', 3, 1);
	follows(&g, "-o+p+r+s");
	garden_close(&g);
}

static void
the_certified_block_of_the_highest_slot_before_any_work(void **state)
{
	struct garden g;
	struct node *a, *b;

	(void)state;
	garden_open(&g, 0);
	a = grow(&g, root(&g), 'a', 1, 1);
	b = grow(&g, root(&g), 'b', 2, 1);
	grow(&g, grow(&g, b, 'c', 3, 1000), 'd', 4, 1000);
	follows(&g, "+b+c+d");
	a->certified = true;
	follows(&g, "-d-c-b+a");
	b->certified = true;
	follows(&g, "-a+b+c+d");
	/* Of one slot, which only hostile votes can bring about, the lower hash. */
	grow(&g, root(&g), 'A', 2, 1)->certified = true;
	follows(&g, "-d-c-b+A");
	garden_close(&g);
}

static void
blocks_of_this_slot_wait_until_they_are_certified(void **state)
{
	struct garden g;
	struct node *a, *b;

	(void)state;
	garden_open(&g, 0);
	a = grow(&g, root(&g), 'a', NOW - 1, 1);
	b = grow(&g, a, 'b', NOW, 1);
	follows(&g, "+a");
	b->certified = true;
	follows(&g, "+b");
	garden_close(&g);
}

static void
a_branch_counts_as_far_as_it_is_whole_and_valid(void **state)
{
	struct garden g;
	struct node *a, *b, *c;

	(void)state;
	garden_open(&g, 0);
	a = grow(&g, root(&g), 'a', 1, 1);
	b = grow(&g, a, 'b', 2, 5);
	c = grow(&g, b, 'c', 3, 5);
	b->missing = 1;
	c->certified = true;
	follows(&g, "+a");
	b->missing = 0;
	follows(&g, "+b+c");
	grow(&g, a, 'd', 4, 100)->state = NODE_BAD;
	follows(&g, "");
	/* A block that says nothing right is judged, found bad, and drags what stands on it along. */
	b = grow(&g, c, 'e', 5, 100);
	b->state = NODE_NEW;
	b->hyper.header.network.b[0] = 1;
	c = grow(&g, b, 'f', 6, 100);
	c->state = NODE_NEW;
	follows(&g, "");
	assert_int_equal(b->state, NODE_BAD);
	assert_int_equal(c->state, NODE_BAD);
	garden_close(&g);
}

/* The node's block commits what execution reached: what its branch registered is known when it is followed. */
static void
commit(struct garden *g, struct node *node, uint64_t executed)
{
	node->lane = calloc(1, sizeof *node->lane);
	node->state_after = calloc(1, sizeof *node->state_after);
	node->loaded = calloc(1, sizeof *node->loaded);
	assert_true(node->lane && node->state_after && node->loaded);
	node->lane[0] = g->core->lanes.item[0];
	node->state_after[0].committed.executed = executed;
	node->hyper.header.lanes = 1;
}

/* The node's block has one seal of chain 0, whose body is not here. */
static struct seal
lack_body(struct garden *g, struct node *node)
{
	struct seal seal = { .head.core = { .network = g->core->network, .slot = node->brief.slot,
		.prev_hyper = node->parent->brief.hash } };

	node->brief.seals = node->missing = 1;
	node->ticket = calloc(1, sizeof *node->ticket);
	node->seal = calloc(1, sizeof *node->seal);
	node->chain = calloc(1, sizeof *node->chain);
	assert_true(node->ticket && node->seal && node->chain);
	node->ticket[0].id = seal_id(&seal.head);
	return seal;
}

/* Else the branch would never be whole, and so never be followed, however much work and votes stand behind it. */
static void
bodies_are_taken_whatever_their_branch_registered(void **state)
{
	const struct pubkey peer = { { 1 } };
	struct garden g;
	struct node *b, *c;

	(void)state;
	garden_open(&g, 0);
	b = grow(&g, grow(&g, root(&g), 'a', 1, 1), 'b', 2, 1);
	commit(&g, b, 1);
	c = grow(&g, b, 'c', 3, 1);
	const struct seal seal = lack_body(&g, c);
	const struct event_seal event = { .seal = &seal, .id = c->ticket[0].id };
	g.core->executed_hid = 1;
	grow(&g, root(&g), 'p', 4, 1000);
	follows(&g, "+p");
	assert_false(branch_known(g.core, b));
	assert_int_equal(accept_seal(g.core, &g.out, &event, &peer), ERR_OK);
	assert_int_equal(c->missing, 0);
	garden_close(&g);
}

static void
two_certified_in_a_row_are_final(void **state)
{
	struct garden g;
	struct node *a, *b, *c;

	(void)state;
	garden_open(&g, 0);
	a = grow(&g, root(&g), 'a', 5, 1);
	b = grow(&g, a, 'b', 6, 1);
	c = grow(&g, b, 'c', 7, 1);
	grow(&g, root(&g), 'x', 5, 1000);
	grow(&g, a, 'y', 6, 1);
	b->certified = true;
	follows(&g, "+a+b+c");
	a->certified = true;
	/* The first of them was connected before it was certified. */
	follows(&g, "c1f1");
	assert_ptr_equal(root(&g), a);
	/* What stood beside it is gone, whatever work it had. */
	assert_null(tree_find(&g.core->tree, &(struct hash){ { 'x' } }));
	assert_non_null(tree_find(&g.core->tree, &(struct hash){ { 'y' } }));
	c->certified = true;
	follows(&g, "c3f2");
	assert_null(tree_find(&g.core->tree, &(struct hash){ { 'y' } }));
	follows(&g, "");
	garden_close(&g);
}

/* The genesis, a and b: what b says decides whether a is final. */
static void
pair(uint64_t slot, bool sourced, bool a_certified, bool b_certified, uint32_t without, const char *expected)
{
	struct garden g;
	struct node *a, *b;

	garden_open(&g, without);
	a = grow(&g, root(&g), 'a', 5, 1);
	b = grow(&g, a, 'b', slot, 1);
	if (!sourced)
		b->source = a->source;
	a->certified = a_certified;
	b->certified = b_certified;
	follows(&g, expected);
	garden_close(&g);
}

static void
each_clause_of_final_is_needed(void **state)
{
	(void)state;
	pair(6, true, true, true, 0, "+a+bf1");
	pair(7, true, true, true, 0, "+a+b");
	pair(6, false, true, true, 0, "+a+b");
	pair(6, true, false, true, 0, "+a+b");
	pair(6, true, true, false, 0, "+a+b");
	/* Without the very next slot, which a test may switch off, a gap would do. */
	pair(7, true, true, true, DEFENCE_NEXT, "+a+bf1");
	pair(7, false, true, true, DEFENCE_NEXT, "+a+b");
}

static void
final_stays_whatever_comes(void **state)
{
	struct garden g;
	struct node *a, *genesis, *x;

	(void)state;
	garden_open(&g, 0);
	genesis = root(&g);
	a = grow(&g, genesis, 'a', 1, 1);
	a->certified = grow(&g, a, 'b', 2, 1)->certified = true;
	follows(&g, "+a+bf1");
	/* Certified, later, heavier. */
	x = grow(&g, genesis, 'x', 10, 1000);
	x->certified = grow(&g, x, 'y', 11, 1000)->certified = true;
	follows(&g, "");
	assert_int_equal(g.core->final_hid, 1);
	garden_close(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_work_then_the_lower_hash),
		cmocka_unit_test(the_certified_block_of_the_highest_slot_before_any_work),
		cmocka_unit_test(blocks_of_this_slot_wait_until_they_are_certified),
		cmocka_unit_test(a_branch_counts_as_far_as_it_is_whole_and_valid),
		cmocka_unit_test(bodies_are_taken_whatever_their_branch_registered),
		cmocka_unit_test(two_certified_in_a_row_are_final),
		cmocka_unit_test(each_clause_of_final_is_needed),
		cmocka_unit_test(final_stays_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
