#include <string.h>

#include "base/hex.h"
#include "base/number.h"
#include "json/json_impl.h"

struct json_writer
json_writer(struct buf *out)
{
	return (struct json_writer){.out = out};
}

/* The comma that is due before a value, and room for its len bytes; NULL when there is no memory. */
static uint8_t *
begin_value(struct json_writer *w, size_t len)
{
	bool comma = w->comma;
	uint8_t *at = buf_extend(w->out, len + comma);

	w->comma = true;
	if (at && comma)
		*at++ = ',';
	return at;
}

static void
put_word(struct json_writer *w, const char *word, size_t len)
{
	uint8_t *at = begin_value(w, len);

	if (at && len > 0)
		memcpy(at, word, len);
}

static void
open_with(struct json_writer *w, const char *bracket)
{
	put_word(w, bracket, 1);
	w->comma = false;
}

static void
close_with(struct json_writer *w, const char *bracket)
{
	buf_add(w->out, bracket, 1);
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

static bool
is_plain(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

static void
add_escaped(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (is_plain(c))
			continue;
		buf_add(out, text + from, i - from);
		add_escape(out, c);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
}

/* One bit for each of eight characters that is zero; some for others above such a one. */
static uint64_t
zeros(uint64_t v)
{
	return (v - 0x0101010101010101) & ~v & 0x8080808080808080;
}

/* How many characters stand as they are before one that does not, or the end. */
static size_t
plain_len(const char *text, size_t len)
{
	size_t n = 0;

	for (uint64_t v; len - n >= sizeof(v); n += sizeof(v)) {
		memcpy(&v, text + n, sizeof(v));
		uint64_t controls = (v - 0x2020202020202020) & ~v & 0x8080808080808080;
		if (controls | zeros(v ^ 0x2222222222222222) | zeros(v ^ 0x5c5c5c5c5c5c5c5c))
			break;
	}
	while (n < len && is_plain((uint8_t)text[n]))
		n++;
	return n;
}

/* Most text is plain and goes in one piece, with what must follow it. */
static void
put_quoted(struct json_writer *w, const char *text, size_t len, const char *end)
{
	size_t plain = plain_len(text, len), end_len = strlen(end);
	uint8_t *at = begin_value(w, 1 + plain + (plain == len ? end_len : 0));
	if (!at)
		return;
	at[0] = '"';
	if (plain > 0)
		memcpy(at + 1, text, plain);
	if (plain == len) {
		memcpy(at + 1 + plain, end, end_len);
	} else {
		add_escaped(w->out, text + plain, len - plain);
		buf_add(w->out, end, end_len);
	}
}

void
json_put_key(struct json_writer *w, const char *key)
{
	put_quoted(w, key, strlen(key), "\":");
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
	put_quoted(w, text, len, "\"");
}

void
json_put_int(struct json_writer *w, int64_t v)
{
	char text[NUMBER_TEXT + 1] = "-";

	if (v >= 0)
		json_put_uint(w, (uint64_t)v);
	else
		put_word(w, text, 1 + number_print(text + 1, 0 - (uint64_t)v));
}

void
json_put_uint(struct json_writer *w, uint64_t v)
{
	char text[NUMBER_TEXT];

	if (v > JSON_NUMBER_MAX)
		json_put_decimal(w, v);
	else
		put_word(w, text, number_print(text, v));
}

void
json_put_decimal(struct json_writer *w, uint64_t v)
{
	char text[NUMBER_TEXT];

	json_put_text_n(w, text, number_print(text, v));
}

void
json_put_hex(struct json_writer *w, const uint8_t *data, size_t len)
{
	put_word(w, "\"", 1);
	hex_add(w->out, data, len);
	buf_add(w->out, "\"", 1);
}

void
json_put_bool(struct json_writer *w, bool v)
{
	put_word(w, v ? "true" : "false", v ? 4 : 5);
}

void
json_put_null(struct json_writer *w)
{
	put_word(w, "null", 4);
}

void
json_put_raw(struct json_writer *w, struct bytes json)
{
	put_word(w, (const char *)json.data, json.len);
}

void
json_put_base64(struct json_writer *w, struct bytes b)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	put_word(w, "\"", 1);
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
