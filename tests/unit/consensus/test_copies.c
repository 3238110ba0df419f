/* One payload with two signatures, half of the nodes handed the one, half the other. */
#include "crowd.h"
#include "resign.h"

enum { SIGNER = 99 };

/* The second signature's copy; the first one's is what crowd_pay hands over. */
static void
pay_other(struct crowd *w, uint32_t who, uint32_t chain, uint64_t seq)
{
	struct payload p = { .network = genesis_network(&w->genesis_hash), .chain = chain, .seq = seq,
		.body = { (const uint8_t *)"body", 4 } };
	struct signature first;
	struct hash id;

	assert_int_equal(payload_sign(&p, &id, w->signer), ERR_OK);
	first = p.signature;
	p.signature = resign(SIGNER, &p.signer, &id);
	assert_memory_not_equal(&first, &p.signature, sizeof first);
	assert_true(sign_verify(&p.signer, &id, &p.signature));
	crowd_hand(w, who, &p, &id);
}

static void
halves_with_other_signatures_stay_live(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct crowd w;
		crowd_open(&w, 4, seed);
		w.loss = seed > 2 ? 100 : 0;
		for (uint64_t seq = 1; seq <= 6; seq++) {
			crowd_to(&w, 2 * seq);
			for (uint32_t i = 0; i < 4; i++) {
				if (i % 2)
					crowd_pay(&w, i, 1, seq);
				else
					pay_other(&w, i, 1, seq);
				assert_int_equal(w.member[i].refused, ERR_OK);
			}
		}
		w.loss = 0;
		crowd_to(&w, 26);
		crowd_same_tips(&w);
		for (uint32_t i = 0; i < 4; i++) {
			const struct member *m = &w.member[i];
			assert_int_equal(m->chain[m->executed].ledger.last_seq[1], 6);
			assert_true(m->final + 1 >= m->tip);
			assert_false(m->alerted);
			/* Nothing is left behind but what the last block may hold. */
			for (uint64_t row = 1; row < m->rows; row++)
				assert_true(!m->row[row].pooled || m->row[row].item.seq == 6);
		}
		crowd_end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_with_other_signatures_stay_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
