/* A node that has a long queue before it when it is told to stop. */
#include "world.h"

#include "node/inside.h"
#include "node/loop.h"
#include "node/object.h"

enum { ITEMS = 5000, ITEM_US = 1000, OBJECTS = 20000, SOON_MS = 1000, NAPS = 50 };

static _Atomic unsigned stepped, released;

static enum err
step(struct node *n, struct item *item, struct store_txn *look)
{
	(void)n;
	(void)item;
	(void)look;
	atomic_fetch_add(&stepped, 1);
	usleep(ITEM_US);
	return ERR_OK;
}

static void
release(struct item *item)
{
	atomic_fetch_add(&released, 1);
	free(item);
}

/* A second, and more as far as the machine is busy: 20 times what naps of a millisecond take too long. */
static uint64_t
patience_ms(void)
{
	uint64_t before = world_now_ms();
	for (int i = 0; i < NAPS; i++)
		usleep(ITEM_US);
	return SOON_MS + 20 * (world_now_ms() - before - NAPS);
}

static void
stops_soon(struct world *w)
{
	uint64_t before = world_now_ms();
	node_stop(w->node);
	assert_int_equal(node_wait(w->node), ERR_OK);
	assert_in_range(world_now_ms() - before, 0, patience_ms());
}

/* What the core was handed and has not come to. */
static void
test_items_wait(void **state)
{
	struct world *w = world_new(200);
	(void)state;
	world_up(w);
	for (unsigned i = 0; i < ITEMS; i++) {
		struct item *item = calloc(1, sizeof(*item));
		*item = (struct item){ .step = step, .release = release };
		assert_true(loop_push(w->node, item));
	}
	while (atomic_load(&stepped) == 0)
		usleep(1000);
	/* Others get at the core meanwhile. */
	uint64_t before = world_now_ms();
	json_free(world_call(w, "status", "{}"));
	uint64_t took = world_now_ms() - before;
	stops_soon(w);
	assert_in_range(atomic_load(&stepped), 1, ITEMS - 1);
	assert_in_range(took, 0, patience_ms());
	client_close(w->client);
	w->client = NULL;
	node_free(w->node);
	w->node = NULL;
	assert_int_equal(atomic_load(&released), ITEMS);
	world_free(w);
}

/* Objects of peers that no worker has looked at: each with a long body and one signature. */
static void
test_objects_wait(void **state)
{
	static uint8_t body[4000];
	struct world *w = world_new(200);
	struct payload p = { .network = w->network, .seq = 1, .body = { body, sizeof(body) } };
	struct buf raw = { 0 };
	struct hash id;
	(void)state;
	world_up(w);
	assert_int_equal(payload_sign(&p, &id, w->user), ERR_OK);
	payload_put(&raw, &p);
	for (unsigned i = 0; i < OBJECTS; i++)
		object_take(w->node, sign_key_public(w->user), bytes_of(&raw));
	stops_soon(w);
	buf_free(&raw);
	client_close(w->client);
	w->client = NULL;
	node_free(w->node);
	w->node = NULL;
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items_wait),
		cmocka_unit_test(test_objects_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
