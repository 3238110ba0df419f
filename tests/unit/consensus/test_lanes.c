#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "consensus/lanes.h"

/* A payload whose seq was ahead is executed after others of its block: its chain has the higher number then. */
static void
chains_come_in_any_order_and_all_are_found(void **state)
{
	static const uint32_t order[] = { 0, 3, 1, 4, 2 };
	struct lanes lanes = { 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(lanes_add(&lanes, &(struct chain_info){ .number = order[i], .registered = 7 }), ERR_OK);
	assert_int_equal(lanes.count, 5);
	for (uint32_t number = 0; number < 5; number++) {
		assert_ptr_equal(lanes_find(&lanes, number), lanes.item[number]);
		assert_int_equal(lanes.item[number]->info.number, number);
		assert_int_equal(lanes.item[number]->state.lane.chain, number);
	}
	assert_null(lanes_find(&lanes, 5));
	lanes_free(&lanes);
}

static void
a_chain_is_added_once(void **state)
{
	struct lanes lanes = { 0 };

	(void)state;
	assert_int_equal(lanes_add(&lanes, &(struct chain_info){ .number = 0 }), ERR_OK);
	assert_int_equal(lanes_add(&lanes, &(struct chain_info){ .number = 0 }), ERR_EXISTS);
	assert_int_equal(lanes.count, 1);
	lanes_free(&lanes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_come_in_any_order_and_all_are_found),
		cmocka_unit_test(a_chain_is_added_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
