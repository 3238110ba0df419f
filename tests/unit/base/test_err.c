#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "base/err.h"

static void
every_error_has_a_word_and_a_sentence(void **state)
{
	(void)state;
	for (int e = 0; e < ERR_COUNT_OF; e++) {
		const char *name = err_name((enum err)e), *text = err_text((enum err)e);
		assert_non_null(name);
		assert_non_null(text);
		assert_true(strlen(name) > 1);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
		assert_true(strlen(text) > 5);
		assert_int_not_equal(text[strlen(text) - 1], '.');
		assert_true(islower((unsigned char)text[0]) || strncmp(text, "Merkle", 6) == 0);
	}
}

static void
no_two_errors_share_a_word_or_a_sentence(void **state)
{
	(void)state;
	for (int a = 0; a < ERR_COUNT_OF; a++) {
		for (int b = 0; b < a; b++) {
			assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
			assert_string_not_equal(err_text((enum err)a), err_text((enum err)b));
		}
	}
}

static void
words_stand_with_their_errors(void **state)
{
	(void)state;
	assert_int_equal(ERR_OK, 0);
	assert_string_equal(err_name(ERR_SIGNATURE), "signature");
	assert_string_equal(err_text(ERR_SIGNATURE), "signature does not verify");
	assert_string_equal(err_name(ERR_SEQ_USED), "seq_used");
	assert_string_equal(err_name(ERR_INTERNAL), "internal");
}

static void
a_foreign_code_is_unknown(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_COUNT_OF), "unknown");
	assert_string_equal(err_text(ERR_COUNT_OF), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_word_and_a_sentence),
		cmocka_unit_test(no_two_errors_share_a_word_or_a_sentence),
		cmocka_unit_test(words_stand_with_their_errors),
		cmocka_unit_test(a_foreign_code_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
