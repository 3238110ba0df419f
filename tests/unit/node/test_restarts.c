/* Members that lose their power on branches. */
#include "tied.h"

/* One of each side loses its power, and sometimes again before the disk has taken anything. */
static void
lose_power(struct crowd *w)
{
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t who = (uint32_t)crowd_draw(w, 2) * 2 + i;
		tied_restart(w, who);
		if (crowd_draw(w, 2) == 0)
			tied_restart(w, who);
		if (crowd_draw(w, 3) == 0) {
			tied_flush(w, who);
			tied_restart(w, who);
		}
	}
}

/* Whoever starts again on a branch that loses leaves it all the same. */
static void
members_start_again_on_branches(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct crowd *w = calloc(1, sizeof(*w));
		tied_open(w, 4, 40 + seed);
		w->loss = 20;
		tied_traffic(w, 6);
		for (uint32_t i = 0; i < 3; i++) {
			tied_part(w, 2 - i % 2);
			tied_traffic(w, 5 + crowd_draw(w, 4));
			lose_power(w);
			tied_traffic(w, 1 + crowd_draw(w, 5));
			lose_power(w);
			tied_part(w, 0);
			tied_traffic(w, crowd_draw(w, 3));
			lose_power(w);
			tied_catch_up(w);
			tied_traffic(w, 3 + crowd_draw(w, 5));
		}
		tied_catch_up(w);
		tied_quiet(w);
		tied_same_and_clean(w);
		tied_close(w);
		free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_start_again_on_branches),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
