/* What makes a block valid after its parent: a real block of a real crowd, told with one thing changed at a time. */
#include "court.h"

/* --- one thing changed --- */

typedef void change(struct court *t, struct hyper *h);

static void
nothing(struct court *t, struct hyper *h)
{
	(void)t;
	(void)h;
}

static void
another_network(struct court *t, struct hyper *h)
{
	(void)t;
	h->header.network.b[0] ^= 1;
}

static void
another_hid(struct court *t, struct hyper *h)
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
other_rules(struct court *t, struct hyper *h)
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
another_map(struct court *t, struct hyper *h)
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
	{ "network", another_network, ERR_NETWORK },
	{ "HID", another_hid, ERR_PARENT },
	{ "slot of the parent", slot_of_the_parent, ERR_PARENT },
	{ "rules", other_rules, ERR_SCRIPT },
	{ "time", a_millisecond, ERR_SLOT },
	{ "too many seals", too_many_seals, ERR_SEALS_FULL },
	{ "map", another_map, ERR_MERKLE },
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
		court_copy(&t);
		cases[i].change(&t, &t.copy->hyper);
		e = court_judge(&t);
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
	court_copy(&t);
	no_endorsements(&t, &t.copy->hyper);
	assert_int_equal(court_judge(&t), ERR_OK);
	court_copy(&t);
	unknown_source(&t, &t.copy->hyper);
	assert_int_equal(court_judge(&t), ERR_CERTIFICATE);
	court_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_wrong_thing_is_enough),
		cmocka_unit_test(without_the_carried_certificate_sources_need_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
