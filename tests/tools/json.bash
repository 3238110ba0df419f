# Documents that are JSON, that are not, and that nearly are, for the tests of whoever reads JSON.
#
#     y_  RFC 8259 allows it: accepted
#     n_  its grammar rules it out: refused
#     i_  allowed, but beyond a limit that section 9 lets a parser set (numbers, depth, strings) or that section 4 and 8
#         warn of (equal names, lone surrogates, a byte order mark): refused, as para-rpc(7) says
#
# Each is also what it is as the value of a member: {"x":DOCUMENT}.

# A name and a document a line, in the escapes of printf's %b.
json_table() {
	cat <<'END'
y_null null
y_true true
y_false false
y_zero 0
y_minus_zero -0
y_minus_one -1
y_2_to_53 9007199254740992
y_minus_2_to_53 -9007199254740992
y_empty_string ""
y_empty_array []
y_empty_object {}
y_space_everywhere \t\r [ \t\r1 , \t{ \t"a"\r:\t[ ] \r, "b" : { } } \t]\t \r
y_newlines \n[\n1\n,\n{\n"a"\n:\n1\n}\n]\n
y_newline_crlf \r\n{\r\n"a"\r\n:\r\n1}\r\n
y_simple_escapes "\\"\\\\\\/\\b\\f\\n\\r\\t"
y_escape_of_ascii "\\u0041\\u007f"
y_escape_mixed_case "\\u00e9\\u00E9\\uFfFf"
y_escape_control "\\u0001\\u001f"
y_escape_pair "\\ud834\\udd1e"
y_escape_pair_upper "\\uD834\\uDD1E"
y_escape_last_pair "\\udbff\\udfff"
y_escape_before_surrogates "\\ud7ff\\ue000"
y_escape_line_separators "\\u2028\\u2029"
y_escaped_backslash_u "\\\\u0000\\\\ud800"
y_del_raw "\x7f"
y_c1_raw "\xc2\x85"
y_utf8_two "\xc2\x80\xdf\xbf"
y_utf8_three "\xe0\xa0\x80\xef\xbf\xbf"
y_utf8_four "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"
y_utf8_around_surrogates "\xed\x9f\xbf\xee\x80\x80"
y_utf8_line_separators "\xe2\x80\xa8\xe2\x80\xa9"
y_utf8_noncharacter "\xef\xbf\xbe"
y_bom_in_string "\xef\xbb\xbf"
y_comment_in_string "/* // # */"
y_key_empty {"":0}
y_key_escaped {"\\u0061":0,"\\u0062":1}
y_key_case_differs {"a":0,"A":1}
y_key_equal_in_other_objects {"a":{"a":{"a":0}}}
y_key_order {"b":0,"a":1,"c":[{"z":0},{"y":0}]}
y_array_mixed [null,1,"1",{},[],true]
n_empty
n_only_space \t\r
n_only_newline \n
n_only_comma ,
n_only_colon :
n_only_quote "
n_only_backslash \\
n_only_minus -
n_only_nul \0000
n_only_open_array [
n_only_open_object {
n_only_close_array ]
n_only_close_object }
n_array_unclosed [1
n_array_unclosed_comma [1,
n_array_unclosed_string ["a
n_array_comma_last [1,]
n_array_comma_first [,1]
n_array_comma_twice [1,,2]
n_array_comma_only [,]
n_array_no_comma [1 2]
n_array_no_comma_strings ["a""b"]
n_array_colon [1:2]
n_array_closed_as_object [1}
n_array_closed_twice [1]]
n_array_star [*]
n_array_elision [,,]
n_object_unclosed {"a":1
n_object_unclosed_key {"a"
n_object_unclosed_colon {"a":
n_object_closed_as_array {"a":1]
n_object_closed_twice {"a":1}}
n_object_comma_last {"a":1,}
n_object_comma_first {,"a":1}
n_object_comma_twice {"a":1,,"b":2}
n_object_comma_only {,}
n_object_comma_for_colon {"a",1}
n_object_no_comma {"a":1 "b":2}
n_object_no_colon {"a" 1}
n_object_no_value {"a"}
n_object_no_value_comma {"a":,"b":1}
n_object_colon_twice {"a"::1}
n_object_equals {"a"=1}
n_object_arrow {"a"=>1}
n_object_semicolon {"a":1;"b":2}
n_key_bare {a:1}
n_key_number {1:1}
n_key_null {null:1}
n_key_array {[]:1}
n_key_single_quotes {'a':1}
n_key_bad_escape {"\\x":1}
n_key_control {"\x01":1}
n_key_not_utf8 {"\xff":1}
n_trailing_value 1 2
n_trailing_object {} {}
n_trailing_colon {}:
n_trailing_comma {},
n_trailing_word [] x
n_trailing_hash [] #
n_trailing_nul []\0000
n_trailing_quote ""x"
n_comment_line // a\n1
n_comment_block /**/1
n_comment_after 1/**/
n_comment_hash # a\n1
n_comment_in_array [1/*a*/]
n_comment_in_object {"a":/*a*/1}
n_comment_html <!--a-->1
n_space_form_feed [\f1]
n_space_vertical_tab [\v1]
n_space_no_break [\xc2\xa01]
n_space_line_separator [\xe2\x80\xa81]
n_space_ideographic [\xe3\x80\x801]
n_space_zero_width [\xe2\x80\x8b1]
n_space_bom_inside [\xef\xbb\xbf1]
n_space_backspace [\b1]
n_word_capital_true True
n_word_capital_null NULL
n_word_short tru
n_word_long nulll
n_word_two truefalse
n_word_undefined undefined
n_word_none None
n_word_yes yes
n_word_wide \xef\xbd\x8eull
n_word_escaped \\u006eull
n_word_function f()
n_number_leading_zero 01
n_number_leading_zeros 007
n_number_minus_leading_zero -01
n_number_two_zeros 00
n_number_plus +1
n_number_plus_minus +-1
n_number_minus_twice --1
n_number_minus_space - 1
n_number_minus_word -a
n_number_minus_after 1-
n_number_dot_last 1.
n_number_dot_first .5
n_number_minus_dot -.5
n_number_dot_only .
n_number_dots 1.2.3
n_number_dot_e 1.e1
n_number_e_alone e1
n_number_e_last 1e
n_number_e_plus_last 1e+
n_number_e_minus_last 1E-
n_number_e_twice 1e1e1
n_number_e_dot 1e1.5
n_number_e_signs 1e+-1
n_number_fraction_e_last 1.0e
n_number_hex 0x1f
n_number_hex_upper 0X1F
n_number_octal 0o17
n_number_binary 0b1
n_number_hex_bare 1f
n_number_suffix 1L
n_number_underscore 1_000
n_number_comma_group 1'000
n_number_space 1 000
n_number_nan NaN
n_number_nan_small nan
n_number_minus_nan -NaN
n_number_infinity Infinity
n_number_minus_infinity -Infinity
n_number_plus_infinity +Infinity
n_number_inf inf
n_number_inf_dotted 1.#INF
n_number_expression 1+1
n_number_wide \xef\xbc\x91
n_number_arabic \xd9\xa1
n_number_superscript 1\xc2\xb2
n_string_single_quotes 'a'
n_string_backticks `a`
n_string_typographic \xe2\x80\x9ca\xe2\x80\x9d
n_string_unclosed "a
n_string_unclosed_backslash "a\\
n_string_unclosed_escaped_quote "a\\"
n_string_control_01 "\x01"
n_string_control_1f "\x1f"
n_string_nul "a\0000b"
n_string_tab "\t"
n_string_newline "\n"
n_string_return "\r"
n_string_form_feed "\f"
n_string_escape_char "\x1b[2J"
n_escape_x "\\x41"
n_escape_zero "\\0"
n_escape_octal "\\101"
n_escape_a "\\a"
n_escape_v "\\v"
n_escape_e "\\e"
n_escape_single_quote "\\'"
n_escape_capital_u "\\U0041"
n_escape_capital_n "\\N"
n_escape_space "\\ "
n_escape_newline "\\\n"
n_escape_utf8 "\\\xc3\xa9"
n_escape_nul "\\\0000"
n_escape_brace "\\u{41}"
n_escape_short_1 "\\u4"
n_escape_short_3 "\\u041"
n_escape_no_digit "\\u004g"
n_escape_sign "\\u+041"
n_escape_space_inside "\\u 041"
n_escape_wide_digits "\\u\xef\xbc\x90041"
n_escape_cut "\\u00
n_escape_pair_cut "\\ud834\\udd
n_utf8_continuation "\x80"
n_utf8_lead_alone "\xc3"
n_utf8_lead_at_end "\xc3
n_utf8_cut_three "\xe2\x82"
n_utf8_cut_four "\xf0\x9f\x98"
n_utf8_overlong_slash "\xc0\xaf"
n_utf8_overlong_nul "\xc0\x80"
n_utf8_overlong_two "\xc1\xbf"
n_utf8_overlong_three "\xe0\x9f\xbf"
n_utf8_overlong_four "\xf0\x8f\xbf\xbf"
n_utf8_overlong_quote "\xc0\xa2
n_utf8_surrogate_high "\xed\xa0\x80"
n_utf8_surrogate_low "\xed\xbf\xbf"
n_utf8_surrogate_pair "\xed\xa0\xb4\xed\xb4\x9e"
n_utf8_too_high "\xf4\x90\x80\x80"
n_utf8_lead_f5 "\xf5\x80\x80\x80"
n_utf8_five "\xf8\x88\x80\x80\x80"
n_utf8_six "\xfc\x84\x80\x80\x80\x80"
n_utf8_fe "\xfe"
n_utf8_ff "\xff"
n_utf8_latin_1 "\xe9"
n_utf8_outside \xe9
n_utf16_le \xff\xfe[\0000]\0000
n_utf16_be \xfe\xff\0000[\0000]
n_utf16_le_bare [\0000]\0000
n_utf16_be_bare \0000[\0000]
n_utf32_le [\0000\0000\0000]\0000\0000\0000
n_utf7_bom +/v8-[]
n_bom_alone \xef\xbb\xbf
n_bom_cut \xef\xbb[]
i_bom_first \xef\xbb\xbf[]
i_number_fraction 1.5
i_number_fraction_zero 1.0
i_number_fraction_minus_zero -0.0
i_number_exponent 1e3
i_number_exponent_capital 1E+2
i_number_exponent_huge 1e400
i_number_exponent_huge_minus -1e99999
i_number_exponent_tiny 1e-400
i_number_fraction_exponent 1.5e1
i_number_2_to_53_and_1 9007199254740993
i_number_minus_2_to_53_and_1 -9007199254740993
i_number_2_to_64 18446744073709551616
i_key_twice {"a":0,"a":0}
i_key_twice_far {"a":0,"b":{"a":1},"c":2,"a":3}
i_key_twice_escaped {"a":0,"\\u0061":0}
i_key_twice_pair {"\\ud834\\udd1e":0,"\xf0\x9d\x84\x9e":0}
i_key_empty_twice {"":0,"":0}
i_string_escaped_nul "\\u0000"
i_key_escaped_nul {"a\\u0000b":0}
i_surrogate_high_alone "\\ud800"
i_surrogate_low_alone "\\udc00"
i_surrogate_swapped "\\udd1e\\ud834"
i_surrogate_high_twice "\\ud834\\ud834"
i_surrogate_high_then_text "\\ud834a"
i_surrogate_high_then_escape "\\ud834\\n"
i_surrogate_in_key {"\\udfff":0}
END
}

# repeat N TEXT
repeat() {
	yes "$2" | head -n "$1" | tr -d '\n'
}

# What no table can hold.
json_long() {
	printf '%s1%s' "$(repeat 30 '[')" "$(repeat 30 ']')" >y_depth_30_arrays
	printf '%s1%s' "$(repeat 30 '{"a":')" "$(repeat 30 '}')" >y_depth_30_objects
	printf '%s%s' "$(repeat 33 '[')" "$(repeat 33 ']')" >i_depth_33
	printf '%s1%s' "$(repeat 33 '{"a":')" "$(repeat 33 '}')" >i_depth_33_objects
	printf '%s%s' "$(repeat 100000 '[')" "$(repeat 100000 ']')" >i_depth_100000
	repeat 100000 '[' >n_depth_100000_open
	repeat 100000 '{"a":' >n_depth_100000_open_objects
	repeat 50000 '[{"":' >n_depth_100000_open_mixed
	printf '"%s"' "$(repeat 300000 a)" >y_string_long
	printf '"%s"' "$(repeat 20000 '\u00e9')" >y_string_long_escapes
	printf '{"%s":0}' "$(repeat 300000 k)" >y_key_long
	printf '%s1' "$(repeat 300000 ' ')" >y_space_long
	printf '"%s' "$(repeat 300000 a)" >n_string_long_unclosed
	repeat 300000 9 >i_number_long
	printf '0.%s1' "$(repeat 1000 0)" >i_number_long_fraction
	printf '[1%s]' "$(repeat 30000 ',1')" >i_values_30000
	printf '{"k%s":0}' "$(seq -s '":0,"k' 3000)" >y_keys_3000
	printf '{"k%s":0,"k1":0}' "$(seq -s '":0,"k' 3000)" >i_key_twice_of_3000
}

# json_cases DIR: a file for each.
json_cases() {
	local name text
	mkdir -p "$1"
	(
		cd "$1" || exit
		while IFS=' ' read -r name text; do
			printf '%b' "$text" >"$name"
		done < <(json_table)
		json_long
	)
}

# json_member FILE PREFIX SUFFIX: the document between the two.
json_member() {
	printf '%s' "$2"
	cat "$1"
	printf '%s' "$3"
}
