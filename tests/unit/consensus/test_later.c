/* Objects that came a slot early: held back in order, copied, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "consensus/later.h"

enum { MEBIBYTE = 1 << 20 };

struct desk {
	struct later *later;
	struct sign_key *key;
	struct arena arena;
};

static void
desk_open(struct desk *d)
{
	uint8_t seed[32] = { 7 };

	assert_true(hash_start());
	*d = (struct desk){ .later = calloc(1, sizeof(struct later)), .key = sign_key_new(seed) };
	assert_non_null(d->later);
}

static void
desk_close(struct desk *d)
{
	later_free(d->later);
	sign_key_free(d->key);
	arena_free(&d->arena);
}

static enum err
keep_endorsement(struct desk *d, uint64_t slot, uint8_t mark)
{
	struct endorsement e = { .slot = slot, .hash = { { mark } } };
	struct event event = { .type = EVENT_ENDORSEMENT, .from = { { mark } }, .endorsement = &e };

	endorse_sign(&e, d->key);
	return later_keep(d->later, &event);
}

/* The mark of the next endorsement of that slot or an earlier one; 0: none. */
static uint8_t
take_endorsement(struct desk *d, uint64_t slot)
{
	struct event event;

	if (!later_take(&event, d->later, slot, &d->arena))
		return 0;
	assert_int_equal(event.type, EVENT_ENDORSEMENT);
	assert_int_equal(endorse_check(event.endorsement), ERR_OK);
	assert_int_equal(event.from.b[0], event.endorsement->hash.b[0]);
	return event.endorsement->hash.b[0];
}

static enum err
keep_hyper(struct desk *d, const uint8_t *raw, size_t len)
{
	struct hyper hyper = { .header.slot = 5 };
	struct event event = { .type = EVENT_HYPER, .hyper = { .raw = { raw, len }, .hyper = &hyper } };

	return later_keep(d->later, &event);
}

static void
first_come_first_out_and_none_before_its_slot(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(keep_endorsement(&d, 8, 1), ERR_OK);
	assert_int_equal(keep_endorsement(&d, 7, 2), ERR_OK);
	assert_int_equal(keep_endorsement(&d, 8, 3), ERR_OK);
	assert_int_equal(keep_endorsement(&d, 6, 4), ERR_OK);
	assert_int_equal(take_endorsement(&d, 5), 0);
	assert_int_equal(take_endorsement(&d, 7), 2);
	assert_int_equal(take_endorsement(&d, 7), 4);
	assert_int_equal(take_endorsement(&d, 7), 0);
	assert_int_equal(take_endorsement(&d, 8), 1);
	assert_int_equal(take_endorsement(&d, 8), 3);
	assert_int_equal(take_endorsement(&d, UINT64_MAX), 0);
	assert_int_equal(d.later->count, 0);
	assert_int_equal(d.later->bytes, 0);
	desk_close(&d);
}

static void
a_list_is_copied_as_it_was(void **state)
{
	struct desk d;
	struct list list = { .slot = 9 };
	struct event event = { .type = EVENT_LIST, .list = &list }, out;
	struct hash root;

	(void)state;
	desk_open(&d);
	assert_int_equal(list_sign(&list, d.key), ERR_OK);
	assert_int_equal(list_root(&root, &list), ERR_OK);
	assert_int_equal(later_slot(&event), 9);
	assert_int_equal(later_keep(d.later, &event), ERR_OK);
	memset(&list, 0xff, sizeof list);
	assert_true(later_take(&out, d.later, 9, &d.arena));
	assert_int_equal(out.type, EVENT_LIST);
	assert_int_equal(list_check(out.list), ERR_OK);
	desk_close(&d);
}

/* A seal keeps its id and what the store said of its payloads' signers. */
static void
a_seal_comes_back_with_its_seqs(void **state)
{
	struct desk d;
	struct payload p = { .seq = 5, .body = { (const uint8_t *)"body", 4 } };
	struct seal_payload item = { 0 };
	struct seal seal = { .head.core = { .slot = 3, .payloads = 1, .difficulty = 256 }, .payload = &item };
	uint64_t last_seq = 4;
	struct event event = { .type = EVENT_SEAL, .seal = { .tag = 77, .seal = &seal, .id = { { 6 } },
		.last_seq = &last_seq } }, out;
	struct buf raw = { 0 };
	struct hash id;

	(void)state;
	desk_open(&d);
	assert_int_equal(payload_sign(&p, &id, d.key), ERR_OK);
	payload_put(&raw, &p);
	item = (struct seal_payload){ .payload = p, .raw = bytes_of(&raw) };
	seal.head.core.bytes = (uint32_t)raw.len;
	seal.head.auth = seal_sign(&seal.head.core, d.key);
	assert_int_equal(later_slot(&event), 3);
	assert_int_equal(later_keep(d.later, &event), ERR_OK);
	last_seq = 0;
	buf_free(&raw);
	assert_true(later_take(&out, d.later, 3, &d.arena));
	assert_int_equal(out.type, EVENT_SEAL);
	assert_int_equal(out.seal.tag, 0);
	assert_int_equal(out.seal.id.b[0], 6);
	assert_int_equal(out.seal.last_seq[0], 4);
	assert_int_equal(out.seal.seal->payload[0].payload.seq, 5);
	desk_close(&d);
}

static void
what_is_too_many_is_refused(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	for (uint32_t i = 0; i < LATER_MOST; i++)
		assert_int_equal(keep_endorsement(&d, 5, 1), ERR_OK);
	assert_int_equal(keep_endorsement(&d, 5, 1), ERR_BUSY);
	assert_int_equal(take_endorsement(&d, 5), 1);
	assert_int_equal(keep_endorsement(&d, 5, 2), ERR_OK);
	assert_int_equal(keep_endorsement(&d, 5, 2), ERR_BUSY);
	desk_close(&d);
}

/* Bytes are bounded as well; what cannot be decoded any more is lost, and with it its room is free. */
static void
what_is_too_much_is_refused(void **state)
{
	struct desk d;
	struct event out;
	uint8_t *raw = calloc(40, MEBIBYTE);

	(void)state;
	assert_non_null(raw);
	desk_open(&d);
	assert_int_equal(keep_hyper(&d, raw, (size_t)40 * MEBIBYTE), ERR_OK);
	assert_int_equal(keep_hyper(&d, raw, (size_t)40 * MEBIBYTE), ERR_BUSY);
	assert_int_equal(keep_hyper(&d, raw, (size_t)24 * MEBIBYTE), ERR_OK);
	assert_int_equal(keep_hyper(&d, raw, 1), ERR_BUSY);
	assert_int_equal(d.later->count, 2);
	assert_false(later_take(&out, d.later, 5, &d.arena));
	assert_int_equal(d.later->bytes, 0);
	assert_int_equal(keep_endorsement(&d, 5, 9), ERR_OK);
	assert_int_equal(take_endorsement(&d, 5), 9);
	free(raw);
	desk_close(&d);
}

static void
other_events_do_not_wait(void **state)
{
	static const enum event_type type[] = { EVENT_TIME, EVENT_POOLED, EVENT_PAYLOAD, EVENT_WORK, EVENT_EXECUTED,
		EVENT_HAVE, EVENT_WANT };

	(void)state;
	for (size_t i = 0; i < sizeof type / sizeof *type; i++)
		assert_int_equal(later_slot(&(struct event){ .type = type[i] }), 0);
	later_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_come_first_out_and_none_before_its_slot),
		cmocka_unit_test(a_list_is_copied_as_it_was),
		cmocka_unit_test(a_seal_comes_back_with_its_seqs),
		cmocka_unit_test(what_is_too_many_is_refused),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(other_events_do_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
