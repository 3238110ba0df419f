/* What makes a block valid after its parent: a real block of a real crowd, told with one thing changed at a time. */
#include "crowd.h"

#include "consensus/agree.h"
#include "consensus/core.h"

enum { VOTERS = 4 };

/* The tip of a network that runs; a copy of it is judged again after its parent. */
struct court {
	struct crowd crowd;
	struct consensus *core;
	struct node *tip, *copy;
};

static void
court_open(struct court *t, uint32_t without)
{
	uint64_t seq = 0;

	crowd_begin(&t->crowd, VOTERS, 21);
	for (uint32_t i = 0; i < VOTERS; i++)
		crowd_start(&t->crowd, i, without);
	crowd_load(&t->crowd, 9, &seq);
	t->core = t->crowd.member[0].core;
	t->tip = t->core->tree.tip;
	/* What the cases below rely on. */
	assert_true(t->tip->hyper.header.lanes >= 1 && t->tip->brief.seals >= 1);
	assert_ptr_not_equal(t->tip, t->core->tree.base);
}

static void
court_close(struct court *t)
{
	crowd_end(&t->crowd);
}

static void
copy(struct court *t)
{
	assert_int_equal(tree_decode(&t->copy, t->tip->raw, &t->tip->brief.hash), ERR_OK);
	t->copy->parent = t->tip->parent;
	assert_true(t->copy->hyper.endorsements >= 3);
}

static enum err
judge(struct court *t)
{
	struct tree none = { 0 };
	enum err e = judge_node(t->core, t->copy);

	assert_true((e == ERR_OK) == (t->copy->state_after != NULL) || !t->copy->hyper.header.lanes);
	tree_release(&none, t->copy);
	return e;
}

/* --- one thing changed --- */

typedef void change(struct court *t, struct hyper *h);

static void
nothing(struct court *t, struct hyper *h)
{
	(void)t;
	(void)h;
}

static void
network(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.network.b[0] ^= 1;
}

static void
hid(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.hid++;
}

static void
slot_of_the_parent(struct court *t, struct hyper *h)
{
	h->header.slot = t->tip->parent->brief.slot;
}

static void
rules(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.rules.b[0] ^= 1;
}

static void
a_millisecond(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.time_ms++;
}

static void
too_many_seals(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.seals = LIMIT_SEALS + 1;
}

static void
map(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.map_root.b[0] ^= 1;
}

static void
unknown_source(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.source.b[0] ^= 1;
}

static void
itself_as_source(struct court *t, struct hyper *h)
{
	h->header.source = t->tip->brief.hash;
}

/* The parent's source once more, with endorsements that it needs no more. */
static void
old_source_with_endorsements(struct court *t, struct hyper *h)
{
	h->header.source = t->tip->parent->source;
}

static void
old_source(struct court *t, struct hyper *h)
{
	h->header.source = t->tip->parent->source;
	h->endorsements = 0;
}

/* A source that is older than the parent's. */
static void
older_source(struct court *t, struct hyper *h)
{
	h->header.source = t->tip->parent->parent->source;
}

static void
two_endorsements(struct court *t, struct hyper *h)
{
	(void)t;
	h->endorsements = 2;
}

static void
no_endorsements(struct court *t, struct hyper *h)
{
	(void)t;
	h->endorsements = 0;
}

static void
endorsements_of_another_slot(struct court *t, struct hyper *h)
{
	(void)t;
	h->endorsement[0].slot--;
}

static void
endorsements_with_another_source(struct court *t, struct hyper *h)
{
	(void)t;
	h->endorsement[0].source.b[0] ^= 1;
}

static void
endorsements_of_strangers(struct court *t, struct hyper *h)
{
	(void)t;
	for (uint32_t i = 0; i < h->endorsements; i++)
		h->endorsement[i].voter.b[0] ^= 1;
}

static void
evidence_against_a_stranger(struct court *t, struct hyper *h)
{
	h->evidence = crowd_keep(&t->crowd, &(struct evidence){ .voter = { { 1 } } }, sizeof *h->evidence);
	h->evidences = 1;
}

static void
unknown_chain(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].core.lane.chain = CHAINS;
}

static void
another_shard(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].core.lane.depth = 1;
}

static void
cheap_seal(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].head[0].core.difficulty--;
}

static void
another_script(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].head[0].core.script.b[0] ^= 1;
}

static void
an_index(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].head[0].core.index = 1;
}

static void
large_seal(struct court *t, struct hyper *h)
{
	h->cert[0].head[0].core.bytes = t->crowd.genesis.seal_bytes + 1;
}

static void
roots_of_the_future(struct court *t, struct hyper *h)
{
	h->cert[0].core.roots.executed = t->tip->parent->brief.hid + 1;
}

static void
roots_that_fall(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].core.roots.executed = 0;
}

static void
nobody_names_the_seals(struct court *t, struct hyper *h)
{
	uint8_t *none = crowd_keep(&t->crowd, (uint8_t[8]){ 0 }, 8);

	for (uint32_t i = 0; i < h->cert[0].lists; i++)
		h->cert[0].list[i].accepts = none;
}

static void
half_of_the_lists(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].lists = VOTERS / 2;
}

static void
one_list_twice(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].list[1].voter = h->cert[0].list[0].voter;
}

static void
nobody_has_the_roots(struct court *t, struct hyper *h)
{
	(void)t;
	for (uint32_t i = 0; i < h->cert[0].lists; i++)
		h->cert[0].list[i].same_roots = false;
}

/* They executed the same HID on another branch. */
static void
roots_of_another_branch(struct court *t, struct hyper *h)
{
	(void)t;
	for (uint32_t i = 0; i < h->cert[0].lists; i++)
		h->cert[0].list[i].same_parent = false;
}

static void
another_tip(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].core.tip.b[0] ^= 1;
}

static void
payloads_miscounted(struct court *t, struct hyper *h)
{
	(void)t;
	h->cert[0].core.payloads++;
}

static const struct {
	const char *name;
	change *change;
	enum err expected;
} cases[] = {
	{ "nothing", nothing, ERR_OK },
	{ "network", network, ERR_NETWORK },
	{ "HID", hid, ERR_PARENT },
	{ "slot of the parent", slot_of_the_parent, ERR_PARENT },
	{ "rules", rules, ERR_SCRIPT },
	{ "time", a_millisecond, ERR_SLOT },
	{ "too many seals", too_many_seals, ERR_SEALS_FULL },
	{ "map", map, ERR_MERKLE },
	{ "unknown source", unknown_source, ERR_CERTIFICATE },
	{ "itself as source", itself_as_source, ERR_CERTIFICATE },
	{ "old source with endorsements", old_source_with_endorsements, ERR_CERTIFICATE },
	{ "old source", old_source, ERR_OK },
	{ "older source", older_source, ERR_CERTIFICATE },
	{ "two endorsements of four", two_endorsements, ERR_CERTIFICATE },
	{ "no endorsements", no_endorsements, ERR_CERTIFICATE },
	{ "endorsements of another slot", endorsements_of_another_slot, ERR_CERTIFICATE },
	{ "endorsements with another source", endorsements_with_another_source, ERR_CERTIFICATE },
	{ "endorsements of strangers", endorsements_of_strangers, ERR_CERTIFICATE },
	{ "evidence against a stranger", evidence_against_a_stranger, ERR_VOTER },
	{ "unknown chain", unknown_chain, ERR_LANE },
	{ "another shard", another_shard, ERR_LANE },
	{ "cheap seal", cheap_seal, ERR_DIFFICULTY },
	{ "another script", another_script, ERR_SCRIPT },
	{ "an index", an_index, ERR_RANGE },
	{ "large seal", large_seal, ERR_TOO_LONG },
	{ "roots of the future", roots_of_the_future, ERR_CERTIFICATE },
	{ "roots that fall", roots_that_fall, ERR_CERTIFICATE },
	{ "nobody names the seals", nobody_names_the_seals, ERR_VOTES },
	{ "half of the lists", half_of_the_lists, ERR_VOTES },
	{ "one list twice", one_list_twice, ERR_ORDER },
	{ "nobody has the roots", nobody_has_the_roots, ERR_VOTES },
	{ "roots of another branch", roots_of_another_branch, ERR_VOTES },
	{ "another tip", another_tip, ERR_LINK },
	{ "payloads miscounted", payloads_miscounted, ERR_COUNT },
};

static void
one_wrong_thing_is_enough(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum err e;
		copy(&t);
		cases[i].change(&t, &t.copy->hyper);
		e = judge(&t);
		if (e != cases[i].expected)
			print_error("%s: %s\n", cases[i].name, err_text(e));
		assert_int_equal(e, cases[i].expected);
	}
	court_close(&t);
}

/* The control of the random schedules: without this defence any block of the past will do. */
static void
without_the_carried_certificate_sources_need_nothing(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, DEFENCE_CARRIED);
	copy(&t);
	no_endorsements(&t, &t.copy->hyper);
	assert_int_equal(judge(&t), ERR_OK);
	copy(&t);
	unknown_source(&t, &t.copy->hyper);
	assert_int_equal(judge(&t), ERR_CERTIFICATE);
	court_close(&t);
}

static void
a_block_waits_for_its_parent_and_falls_with_it(void **state)
{
	struct court t;
	enum node_state was;

	(void)state;
	court_open(&t, 0);
	was = t.tip->parent->state;
	copy(&t);
	t.tip->parent->state = NODE_NEW;
	assert_int_equal(judge(&t), ERR_BUSY);
	copy(&t);
	t.tip->parent->state = NODE_BAD;
	assert_int_equal(judge(&t), ERR_PARENT);
	t.tip->parent->state = was;
	court_close(&t);
}

/* A block changes its lanes, and counts those in use. */
static void
what_follows_from_it_is_what_the_tip_has(void **state)
{
	struct court t;
	struct tree none = { 0 };

	(void)state;
	court_open(&t, 0);
	copy(&t);
	assert_int_equal(judge_node(t.core, t.copy), ERR_OK);
	assert_int_equal(t.copy->difficulty, t.tip->difficulty);
	assert_int_equal(t.copy->lanes_in_use, t.tip->lanes_in_use);
	assert_int_equal(t.copy->source_slot, t.tip->source_slot);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		assert_true(hash_equal(&t.copy->state_after[i].tip, &t.tip->state_after[i].tip));
		assert_int_equal(t.copy->state_after[i].tip_lid, t.tip->state_after[i].tip_lid);
		assert_int_equal(t.copy->state_after[i].busy_hid, t.tip->state_after[i].busy_hid);
	}
	tree_release(&none, t.copy);
	court_close(&t);
}

/* Every node finds it, whether or not it follows the chain. */
static void
a_block_breaks_no_lane_s_rule(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, 0);
	for (uint32_t i = 0; i < t.core->lanes.count; i++)
		t.core->lanes.item[i]->info.rule = (struct rule){ .kind = RULE_POW, .difficulty = UINT64_MAX };
	copy(&t);
	assert_int_equal(judge(&t), ERR_EFFORT);
	court_close(&t);
}

/* Whether it won is the voters' word; that a block holds it once is everybody's. */
static void
a_block_holds_one_seal_of_a_ticket(void **state)
{
	struct court t;
	const struct rule pos = { .kind = RULE_POS, .tickets = 1 };
	uint32_t twice = 0;

	(void)state;
	court_open(&t, 0);
	for (uint32_t i = 0; i < t.core->lanes.count; i++)
		t.core->lanes.item[i]->info.rule = pos;
	copy(&t);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		const struct cert *cert = &t.copy->hyper.cert[i];
		for (uint32_t k = 1; k < cert->core.blocks; k++)
			twice += rule_excludes(&pos, &cert->head[k - 1].core, &cert->head[k].core);
	}
	/* A member of this crowd seals more than once in a slot, each time with index 0. */
	assert_int_not_equal(twice, 0);
	assert_int_equal(judge(&t), ERR_DUPLICATE);
	copy(&t);
	for (uint32_t i = 0; i < t.copy->hyper.header.lanes; i++) {
		struct cert *cert = &t.copy->hyper.cert[i];
		for (uint32_t k = 0; k < cert->core.blocks; k++)
			cert->head[k].core.index = (uint16_t)(RULE_TRIES + k);
	}
	assert_int_equal(judge(&t), ERR_RANGE);
	court_close(&t);
}

/* Every lane's authorities: the voters, so many strangers with keys above theirs, without the first `less` voters. */
static void
authorise(struct court *t, uint32_t less, uint32_t strangers)
{
	struct authority_set set = { .hid = 0 };

	for (uint32_t i = less; i < VOTERS; i++)
		set.keys.key[set.keys.count++] = t->crowd.genesis.founder[i];
	for (uint32_t i = 0; i < strangers; i++)
		memset(&set.keys.key[set.keys.count++], 0xff, sizeof(struct pubkey));
	for (uint32_t i = 0; i < t->core->lanes.count; i++) {
		set.chain = i;
		t->core->lanes.item[i]->info.rule.kind = RULE_BFT;
		lanes_drop_sets(t->core->lanes.item[i], 0);
		assert_int_equal(lanes_add_set(&t->core->lanes, &set), ERR_OK);
	}
	copy(t);
}

static void
a_bft_lane_needs_an_authority_s_seal_and_two_thirds_of_their_lists(void **state)
{
	struct court t;

	(void)state;
	court_open(&t, 0);
	authorise(&t, 0, 0);
	assert_int_equal(judge(&t), ERR_OK);
	authorise(&t, 0, 2);
	assert_int_equal(judge(&t), ERR_VOTES);
	authorise(&t, VOTERS, 1);
	assert_int_equal(judge(&t), ERR_AUTHORITY);
	court_close(&t);
}

/*
 * Here nobody has executed the branch that a block is assembled on, and all have executed another one up to its HID:
 * what they say of that one is no word on this.
 */
static void
roots_count_on_the_branch_of_who_says_them(void **state)
{
	struct court *t = calloc(1, sizeof *t);
	struct list_entry entry = { .roots = { .state = { { 7 } } } };
	struct list list[VOTERS], *each[VOTERS];
	struct tree none = { 0 };
	struct assembly in;
	struct roots out;

	(void)state;
	court_open(t, 0);
	copy(t);
	in = round_assembly(t->core);
	in.tip = t->copy;
	in.slot = t->copy->brief.slot + 1;
	in.list = each;
	in.lists = VOTERS;
	entry.roots.executed = t->copy->brief.hid;
	for (uint32_t i = 0; i < VOTERS; i++) {
		list[i] = (struct list){ .voter = *sign_key_public(t->crowd.member[i].key), .parent = t->tip->brief.hash,
			.count = 1, .entry = &entry };
		each[i] = &list[i];
	}
	assert_int_equal(agree_roots(&out, &in, t->core->lanes.item[0], NULL, 0), ERR_OK);
	assert_true(hash_equal(&out.state, &entry.roots.state));
	for (uint32_t i = 0; i < VOTERS / 2; i++)
		list[i].parent.b[0] ^= 1;
	assert_int_equal(agree_roots(&out, &in, t->core->lanes.item[0], NULL, 0), ERR_OK);
	assert_false(hash_equal(&out.state, &entry.roots.state));
	tree_release(&none, t->copy);
	court_close(t);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_count_on_the_branch_of_who_says_them),
		cmocka_unit_test(one_wrong_thing_is_enough),
		cmocka_unit_test(without_the_carried_certificate_sources_need_nothing),
		cmocka_unit_test(a_block_waits_for_its_parent_and_falls_with_it),
		cmocka_unit_test(what_follows_from_it_is_what_the_tip_has),
		cmocka_unit_test(a_block_breaks_no_lane_s_rule),
		cmocka_unit_test(a_block_holds_one_seal_of_a_ticket),
		cmocka_unit_test(a_bft_lane_needs_an_authority_s_seal_and_two_thirds_of_their_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
