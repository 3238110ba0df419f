/* Networks of many: what they certify and make final, cut, crippled, lied to. */
#include "crowd.h"

static void
four_nodes_certify_and_finalise(void **state)
{
	struct crowd w;
	uint64_t seq = 0;

	(void)state;
	crowd_open(&w, 4, 1);
	crowd_load(&w, 20, &seq);
	crowd_to(&w, 30);
	crowd_same_tips(&w);
	printf("tip %lu final %lu seq %lu sent %lu\n", w.member[0].tip, w.member[0].final, w.member[0].chain[w.member[0].tip].ledger.last_seq[1], w.sent);
	assert_int_equal(w.member[0].chain[w.member[0].tip].ledger.last_seq[1], seq);
	assert_true(w.member[0].final + 1 >= w.member[0].tip);
	crowd_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_nodes_certify_and_finalise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
