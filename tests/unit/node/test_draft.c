/* A draft over a view answers as what it will write. */
#include "schedule.h"

/* --- drafts --- */

enum { KEYS = 40, LONGEST = 3 };

/* What a view would hold: a value a key, 0 for none; keys are written in base 3, shorter ones first. */
struct model {
	uint8_t value[KEYS];
	struct bytes lent;
	uint8_t key[KEYS][LONGEST], len[KEYS];
};

static void
model_keys(struct model *m)
{
	unsigned n = 0;
	for (unsigned a = 0; a < 3; a++) {
		m->key[n][0] = (uint8_t)a;
		m->len[n++] = 1;
		for (unsigned b = 0; b < 3; b++) {
			memcpy(m->key[n], (uint8_t[]){ (uint8_t)a, (uint8_t)b }, 2);
			m->len[n++] = 2;
			for (unsigned c = 0; c < 3; c++) {
				memcpy(m->key[n], (uint8_t[]){ (uint8_t)a, (uint8_t)b, (uint8_t)c }, 3);
				m->len[n++] = 3;
			}
		}
	}
	assert_true(n < KEYS);
	m->len[n] = 0;
}

static int
model_compare(struct bytes key, const struct model *m, unsigned i)
{
	size_t least = key.len < m->len[i] ? key.len : m->len[i];
	int c = memcmp(key.data, m->key[i], least);
	return c != 0 ? c : (key.len > m->len[i]) - (key.len < m->len[i]);
}

static enum err
model_next(void *owner, struct bytes *key, struct bytes *value, struct bytes from)
{
	struct model *m = owner;
	for (unsigned i = 0; m->len[i] > 0; i++) {
		if (m->value[i] == 0 || model_compare(from, m, i) > 0)
			continue;
		*key = (struct bytes){ m->key[i], m->len[i] };
		*value = (struct bytes){ &m->value[i], 1 };
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

static enum err
model_get(void *owner, struct bytes *value, struct bytes key)
{
	struct bytes found;
	enum err e = model_next(owner, &found, value, key);
	return e == ERR_OK && !bytes_equal(found, key) ? ERR_NOT_FOUND : e;
}

static enum err
model_put(void *owner, struct bytes key, struct bytes value)
{
	struct model *m = owner;
	for (unsigned i = 0; m->len[i] > 0; i++) {
		if (model_compare(key, m, i) == 0)
			m->value[i] = value.len > 0 ? value.data[0] : 0;
	}
	return ERR_OK;
}

static void
same_answers(struct ledger_view *draft, struct ledger_view *whole, struct bytes key)
{
	struct bytes a, b, key_a, key_b;
	enum err e = draft->get(draft->owner, &a, key);
	assert_int_equal(e, whole->get(whole->owner, &b, key));
	assert_true(e != ERR_OK || bytes_equal(a, b));
	e = draft->next(draft->owner, &key_a, &a, key);
	assert_int_equal(e, whole->next(whole->owner, &key_b, &b, key));
	assert_true(e != ERR_OK || (bytes_equal(key_a, key_b) && bytes_equal(a, b)));
}

/* A draft answers as if it had been written at once; then it is. */
static void
a_draft_is_what_it_will_write(void **state)
{
	struct model below = { 0 }, whole, written;
	struct ledger_view view = { &whole, model_get, model_put, model_next }, base = { &below, model_get, model_put, model_next };
	struct schedule s = { .seed = 1 };
	(void)state;
	model_keys(&below);
	for (unsigned turn = 0; turn < 300; turn++) {
		struct arena arena = { 0 };
		struct draft d;
		whole = below;
		draft_init(&d, &base, &arena);
		for (uint64_t i = schedule_draw(&s, 60); i > 0; i--) {
			uint64_t at = schedule_draw(&s, 39);
			uint8_t value = (uint8_t)(1 + schedule_draw(&s, 200));
			struct bytes key = { below.key[at], below.len[at] }, v = { &value, schedule_draw(&s, 3) > 0 };
			assert_int_equal(d.view.put(d.view.owner, key, v), ERR_OK);
			assert_int_equal(model_put(&whole, key, v), ERR_OK);
			at = schedule_draw(&s, 39);
			same_answers(&d.view, &view, (struct bytes){ below.key[at], below.len[at] });
		}
		written = below;
		struct ledger_view to = { &written, model_get, model_put, model_next };
		assert_int_equal(draft_write(&d, &to), ERR_OK);
		assert_memory_equal(written.value, whole.value, sizeof(whole.value));
		below = written;
		draft_free(&d);
		arena_free(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_is_what_it_will_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
