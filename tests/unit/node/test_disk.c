/* A disk that takes no more: reading goes on, what is new is refused in words, and it mends by itself. */
#include "world.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct bytes
text(const char *t)
{
	return (struct bytes){ (const uint8_t *)t, strlen(t) };
}

/* Files may not grow beyond what the store has now; or may again. */
static void
limit_files(struct world *w, bool full)
{
	struct rlimit r;
	struct stat st;
	char path[96];
	snprintf(path, sizeof(path), "%s/data.mdb", w->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = full ? (rlim_t)st.st_size / 2 : r.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static bool
is_read_only(struct world *w)
{
	bool read_only = false;
	struct json *j = world_call(w, "status", "{}");
	assert_int_equal(json_bool(&read_only, world_at(j, "result.read_only")), ERR_OK);
	json_free(j);
	return read_only;
}

static void
test_full_disk(void **state)
{
	struct world *w = world_new(200);
	struct hash first, second, third;
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	world_up(w);
	uint32_t chain = world_chain(w, "notes");
	struct json *j = world_submit(w, &first, chain, 1, text("before"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	world_reach(w, &first, "final");
	assert_false(is_read_only(w));

	limit_files(w, true);
	uint64_t start = world_now_ms();
	j = world_submit(w, &second, chain, 2, text("on a full disk"));
	assert_null(world_at(j, "result"));
	assert_int_equal(world_uint(j, "error.data.exit"), 2);
	json_free(j);
	assert_true(world_now_ms() - start < 8000);
	assert_true(is_read_only(w));
	start = world_now_ms();
	j = world_submit(w, &third, chain, 3, text("refused at once"));
	assert_null(world_at(j, "result"));
	json_free(j);
	assert_true(world_now_ms() - start < 1000);
	j = world_call(w, "hyper", "{}");
	assert_non_null(world_at(j, "result.blocks.0"));
	json_free(j);

	limit_files(w, false);
	for (uint64_t end = world_now_ms() + 5000; is_read_only(w) && world_now_ms() < end;)
		usleep(50000);
	assert_false(is_read_only(w));
	/* The batch that was kept is on disk now: the second one is pooled, as a resubmission learns. */
	j = world_submit(w, &second, chain, 2, text("on a full disk"));
	assert_null(world_at(j, "result.payloads.0.error"));
	json_free(j);
	j = world_submit(w, &third, chain, 3, text("refused at once"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	world_reach(w, &third, "final");
	assert_non_null(strstr(w->said, "cannot write to"));
	assert_non_null(strstr(w->said, "writing to"));
	world_free(w);
}

static void
test_stops_on_a_full_disk(void **state)
{
	struct world *w = world_new(200);
	struct hash id;
	(void)state;
	world_up(w);
	uint32_t chain = world_chain(w, "notes");
	limit_files(w, true);
	struct json *j = world_submit(w, &id, chain, 1, text("never"));
	assert_null(world_at(j, "result"));
	json_free(j);
	uint64_t start = world_now_ms();
	world_down(w);
	assert_true(world_now_ms() - start < 5000);
	limit_files(w, false);
	world_up(w);
	j = world_submit(w, &id, chain, 1, text("never"));
	assert_string_equal(world_text(j, "result.payloads.0.status"), "pooled");
	json_free(j);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_stops_on_a_full_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
