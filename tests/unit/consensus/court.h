/* court: a real block of a real crowd, told to a node that judges it, with something changed. */
#ifndef TESTS_CONSENSUS_COURT_H
#define TESTS_CONSENSUS_COURT_H

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

static inline void
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

static inline void
court_close(struct court *t)
{
	crowd_end(&t->crowd);
}

static inline void
court_copy(struct court *t)
{
	assert_int_equal(tree_decode(&t->copy, t->tip->raw, &t->tip->brief.hash), ERR_OK);
	t->copy->parent = t->tip->parent;
	assert_true(t->copy->hyper.endorsements >= 3);
}

static inline enum err
court_judge(struct court *t)
{
	struct tree none = { 0 };
	enum err e = judge_node(t->core, t->copy);

	assert_true((e == ERR_OK) == (t->copy->state_after != NULL) || !t->copy->hyper.header.lanes);
	tree_release(&none, t->copy);
	return e;
}

#endif
