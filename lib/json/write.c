#include <string.h>

#include "base/hex.h"
#include "base/number.h"
#include "json/json_impl.h"

struct json_writer
json_writer(struct buf *out)
{
	return (struct json_writer){.out = out};
}

/* Before a value. */
static void
begin_value(struct json_writer *w)
{
	if (w->comma)
		buf_add(w->out, ",", 1);
	w->comma = true;
}

static void
put_word(struct json_writer *w, const char *word)
{
	begin_value(w);
	buf_add_text(w->out, word);
}

static void
open_with(struct json_writer *w, const char *bracket)
{
	put_word(w, bracket);
	w->comma = false;
}

static void
close_with(struct json_writer *w, const char *bracket)
{
	buf_add_text(w->out, bracket);
	w->comma = true;
}

void
json_put_object(struct json_writer *w)
{
	open_with(w, "{");
}

void
json_end_object(struct json_writer *w)
{
	close_with(w, "}");
}

void
json_put_array(struct json_writer *w)
{
	open_with(w, "[");
}

void
json_end_array(struct json_writer *w)
{
	close_with(w, "]");
}

static void
add_escape(struct buf *out, uint8_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(from, c) : NULL;

	if (found) {
		char pair[2] = {'\\', to[found - from]};

		buf_add(out, pair, sizeof(pair));
	} else {
		char unit[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};

		buf_add(out, unit, sizeof(unit));
	}
}

static void
add_quoted(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	buf_add(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text + from, i - from);
		add_escape(out, c);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
	buf_add(out, "\"", 1);
}

void
json_put_key(struct json_writer *w, const char *key)
{
	begin_value(w);
	add_quoted(w->out, key, strlen(key));
	buf_add(w->out, ":", 1);
	w->comma = false;
}

void
json_put_text(struct json_writer *w, const char *text)
{
	json_put_text_n(w, text, strlen(text));
}

void
json_put_text_n(struct json_writer *w, const char *text, size_t len)
{
	begin_value(w);
	add_quoted(w->out, len ? text : "", len);
}

void
json_put_int(struct json_writer *w, int64_t v)
{
	char text[NUMBER_TEXT + 1] = "-";

	if (v >= 0) {
		json_put_uint(w, (uint64_t)v);
		return;
	}
	number_print(text + 1, 0 - (uint64_t)v);
	put_word(w, text);
}

void
json_put_uint(struct json_writer *w, uint64_t v)
{
	char text[NUMBER_TEXT];

	if (v > JSON_NUMBER_MAX) {
		json_put_decimal(w, v);
		return;
	}
	number_print(text, v);
	put_word(w, text);
}

void
json_put_decimal(struct json_writer *w, uint64_t v)
{
	char text[NUMBER_TEXT];

	number_print(text, v);
	json_put_text(w, text);
}

void
json_put_hex(struct json_writer *w, const uint8_t *data, size_t len)
{
	put_word(w, "\"");
	hex_add(w->out, data, len);
	buf_add(w->out, "\"", 1);
}

void
json_put_bool(struct json_writer *w, bool v)
{
	put_word(w, v ? "true" : "false");
}

void
json_put_null(struct json_writer *w)
{
	put_word(w, "null");
}

void
json_put_raw(struct json_writer *w, struct bytes json)
{
	begin_value(w);
	buf_add(w->out, json.data, json.len);
}

void
json_put_base64(struct json_writer *w, struct bytes b)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	put_word(w, "\"");
	for (size_t i = 0; i < b.len; i += 3) {
		size_t n = b.len - i < 3 ? b.len - i : 3;
		uint32_t v = (uint32_t)b.data[i] << 16;
		char four[4] = {0, 0, '=', '='};

		v |= n > 1 ? (uint32_t)b.data[i + 1] << 8 : 0;
		v |= n > 2 ? b.data[i + 2] : 0;
		for (size_t k = 0; k <= n; k++)
			four[k] = digits[v >> (18 - 6 * k) & 63];
		buf_add(w->out, four, sizeof(four));
	}
	buf_add(w->out, "\"", 1);
}
