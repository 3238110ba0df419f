/* What is told of a hyper block while it becomes final. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "laid.h"
#include "node/blockview.h"

/* The view of a hyper block as text, in told. */
static char told[16384];

static const char *
view(struct laid *l, uint64_t hid)
{
	struct buf text = { 0 };
	struct json_writer w = json_writer(&text);
	struct look look;
	assert_int_equal(lookup_begin(&look, l->node), ERR_OK);
	assert_int_equal(blockview_hyper(&w, l->node, &look, hid, NULL), ERR_OK);
	lookup_end(&look);
	assert_true(text.len < sizeof(told));
	memcpy(told, text.data, text.len);
	told[text.len] = '\0';
	buf_free(&text);
	return told;
}

/* Whoever makes the next block need not have heard what certified this one: then no block carries it. */
static void
certified_stays_so_when_no_block_carries_why(void **state)
{
	struct laid l;
	struct endorsement endorsement = { .slot = 1 };
	(void)state;
	laid_open(&l, 0);
	laid_connect(&l, true);
	assert_non_null(strstr(view(&l, 1), "\"endorsements\":0,\"endorsed_by\":[],\"certified\":false,\"final\":false"));
	laid_effect(&l, EFFECT_KEEP_CERTIFIED)->certified =
	    (struct effect_certified){ .hid = 1, .hash = l.hash, .endorsement = &endorsement, .endorsements = 1 };
	laid_connect(&l, true);
	assert_non_null(strstr(view(&l, 1), "\"certified\":true,\"final\":false"));
	laid_effect(&l, EFFECT_KEEP_FINAL)->hid = 1;
	laid_connect(&l, true);
	assert_non_null(strstr(view(&l, 1), "\"endorsements\":0,\"endorsed_by\":[],\"certified\":true,\"final\":true"));
	assert_non_null(strstr(view(&l, 2), "\"certified\":false,\"final\":false"));
	laid_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certified_stays_so_when_no_block_carries_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
