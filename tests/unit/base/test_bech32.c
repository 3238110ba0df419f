#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "base/bech32.h"

static const char known[] = "para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s3h957f";

static void
known_value(uint8_t out[static 32])
{
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)i;
}

static enum err
decode_account(const char *text)
{
	uint8_t out[32];

	return bech32_decode(out, sizeof out, "para", text);
}

static void
a_known_account_has_its_text(void **state)
{
	(void)state;
	uint8_t value[32], back[32];
	char text[BECH32_MAX + 1];
	known_value(value);
	assert_int_equal(bech32_encode(text, "para", value, 32), ERR_OK);
	assert_string_equal(text, known);
	assert_int_equal(bech32_decode(back, 32, "para", text), ERR_OK);
	assert_memory_equal(back, value, 32);
	memset(value, 0xff, 32);
	assert_int_equal(bech32_encode(text, "para", value, 32), ERR_OK);
	assert_string_equal(text, "para1llllllllllllllllllllllllllllllllllllllllllllllllllls6ad8h8");
}

static void
every_length_comes_back(void **state)
{
	(void)state;
	uint8_t value[60], back[60];
	char text[BECH32_MAX + 1];
	for (int i = 0; i < 60; i++)
		value[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len <= 51; len++) {
		assert_int_equal(bech32_encode(text, "x", value, len), ERR_OK);
		assert_int_equal(bech32_decode(back, len, "x", text), ERR_OK);
		assert_memory_equal(back, value, len);
		assert_int_equal(bech32_decode(back, len + 1, "x", text), ERR_BECH32);
		if (len > 0)
			assert_int_equal(bech32_decode(back, len - 1, "x", text), ERR_BECH32);
	}
	assert_int_equal(bech32_encode(text, "x", value, 52), ERR_TOO_LONG);
	assert_int_equal(bech32_encode(text, "x", value, SIZE_MAX), ERR_TOO_LONG);
}

/* BIP-350, test vectors: those whose data part is whole bytes. */
static void
the_standard_s_valid_strings_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *prefix, *text;
		size_t len;
	} valid[] = {
		{"a", "A1LQFN3A", 0},
		{"a", "a1lqfn3a", 0},
		{"an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1",
		    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6", 0},
		{"abcdef", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", 20},
		{"split", "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", 30},
		{"?", "?1v759aa", 0},
	};
	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
		uint8_t out[32];
		char again[BECH32_MAX + 1];
		assert_int_equal(bech32_decode(out, valid[i].len, valid[i].prefix, valid[i].text), ERR_OK);
		assert_int_equal(bech32_encode(again, valid[i].prefix, out, valid[i].len), ERR_OK);
		for (char *p = again; i == 0 && *p; p++)
			*p = (char)toupper((unsigned char)*p);
		assert_string_equal(again, valid[i].text);
	}
	const uint8_t descending[] = {0xff, 0xbb, 0xcd, 0xeb, 0x38, 0xbd, 0xab, 0x49, 0xca, 0x30, 0x7b, 0x9a, 0xc5,
	    0xa9, 0x28, 0x39, 0x8a, 0x41, 0x88, 0x20};
	uint8_t out[20];
	assert_int_equal(bech32_decode(out, 20, "abcdef", valid[3].text), ERR_OK);
	assert_memory_equal(out, descending, 20);
}

/* Valid in the standard, but its 82 groups of 31 leave two bits that are not zero. */
static void
the_standard_s_longest_string_has_bad_padding(void **state)
{
	(void)state;
	uint8_t out[51];
	assert_int_equal(bech32_decode(out, 51, "1",
	    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8"), ERR_BECH32);
}

/* BIP-350, test vectors: tried with every prefix and length that the text could be meant for. */
static void
the_standard_s_invalid_strings_are_refused(void **state)
{
	(void)state;
	static const char *const invalid[] = {"\x20" "1xj0phk", "\x7f" "1g6xzxy", "\x80" "1vctc34",
	    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
	    "qyrz8wqd2c9m", "1qyrz8wqd2c9m", "y1b0jsk6g", "lt1igcx5c0", "in1muywd", "mm1crxm3i", "au1s5cgom",
	    "M1VUXWEZ", "16plkw9", "1p2gdwpf"};
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		for (size_t cut = 0; cut <= strlen(invalid[i]); cut++) {
			char prefix[100] = "";
			uint8_t out[64];
			for (size_t k = 0; k < cut; k++)
				prefix[k] = (char)tolower((unsigned char)invalid[i][k]);
			for (size_t len = 0; len < 56; len++)
				assert_int_equal(bech32_decode(out, len, prefix, invalid[i]), ERR_BECH32);
		}
	}
}

static void
any_changed_character_is_noticed(void **state)
{
	(void)state;
	for (size_t at = 0; at < strlen(known); at++) {
		for (int c = 1; c < 256; c++) {
			char text[sizeof known];
			memcpy(text, known, sizeof known);
			text[at] = (char)c;
			assert_int_equal(decode_account(text), text[at] == known[at] ? ERR_OK : ERR_BECH32);
		}
	}
}

static void
case_may_be_upper_but_not_mixed(void **state)
{
	(void)state;
	char text[sizeof known];
	for (size_t i = 0; i < sizeof known; i++)
		text[i] = (char)toupper((unsigned char)known[i]);
	assert_int_equal(decode_account(text), ERR_OK);
	text[0] = 'p';
	assert_int_equal(decode_account(text), ERR_BECH32);
}

static void
near_misses_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		/* padding 1, 8 and 15 instead of 0, with a checksum that holds */
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc03vp3prm",
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0c0rpcq5",
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0lw6kgp3",
		/* the checksum of BIP-173 */
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0syt4cmt",
		/* a group less, a group more, another prefix: the checksum holds */
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0t6q756",
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0sq3r23qe",
		"pare1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0skjhq32",
		"", "para", "para1", " para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s3h957f",
		"para1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s3h957f ",
	};
	assert_int_equal(decode_account(known), ERR_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(decode_account(bad[i]), ERR_BECH32);
}

static void
an_unusable_prefix_is_refused(void **state)
{
	(void)state;
	char out[BECH32_MAX + 1], longest[92];
	memset(longest, 'x', 91);
	longest[91] = '\0';
	assert_int_equal(bech32_encode(out, "", (const uint8_t *)"", 0), ERR_BECH32);
	assert_int_equal(bech32_encode(out, "Para", (const uint8_t *)"", 0), ERR_BECH32);
	assert_int_equal(bech32_encode(out, "a b", (const uint8_t *)"", 0), ERR_BECH32);
	assert_int_equal(bech32_encode(out, longest, (const uint8_t *)"", 0), ERR_TOO_LONG);
	longest[83] = '\0';
	assert_int_equal(bech32_encode(out, longest, (const uint8_t *)"", 0), ERR_OK);
	assert_int_equal(strlen(out), BECH32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_account_has_its_text),
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(the_standard_s_valid_strings_are_read),
		cmocka_unit_test(the_standard_s_longest_string_has_bad_padding),
		cmocka_unit_test(the_standard_s_invalid_strings_are_refused),
		cmocka_unit_test(any_changed_character_is_noticed),
		cmocka_unit_test(case_may_be_upper_but_not_mixed),
		cmocka_unit_test(near_misses_are_refused),
		cmocka_unit_test(an_unusable_prefix_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
