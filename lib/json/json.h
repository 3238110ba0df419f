/*
 * json: strict documents in, canonical text out. The only home of cJSON.
 *
 * In: exactly RFC 8259, checked before cJSON sees a byte: valid UTF-8, one value, depth at most 32, no duplicate keys,
 * no \u0000, at most JSON_VALUES values and one more for each JSON_SPARSE bytes (a value of two bytes takes some eighty
 * in memory), numbers only as integers between -(2^53) and 2^53 in plain digits (anything larger travels as a string).
 * Out: a writer of our own, so that numbers keep every digit. Objects keep the order they were written in.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/* A parsed value. The root is owned (json_free); values below it live as long as the root. */
struct json;

enum { JSON_DEPTH = 32, JSON_VALUES = 16384, JSON_SPARSE = 16 };
#define JSON_NUMBER_MAX ((uint64_t)1 << 53)

/* Why a document was refused, and where. */
struct json_error {
	size_t offset;
	const char *why; /* static: "duplicate key", "not UTF-8", ... */
};

/* ERR_JSON with *error filled (error may be NULL), ERR_NOMEM. */
enum err json_parse(struct json **out, struct json_error *error, struct bytes text);
void json_free(struct json *j);

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_kind json_kind_of(const struct json *j);

/* Members and elements; NULL when j is NULL, another kind, or has none such. Keys are compared with case. */
const struct json *json_member(const struct json *j, const char *key);
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *j);
const char *json_key(const struct json *j); /* of a member met by first/next */
size_t json_count(const struct json *j);

/* ERR_FIELD when j is NULL or another kind; ERR_RANGE above max or below zero. */
enum err json_uint(uint64_t *out, const struct json *j, uint64_t max);
enum err json_bool(bool *out, const struct json *j);
enum err json_text(const char **out, const struct json *j); /* NUL-terminated UTF-8; borrowed */
enum err json_decimal(uint64_t *out, const struct json *j); /* a string of decimal digits, all of u64 */
enum err json_hex(uint8_t *out, size_t len, const struct json *j);
enum err json_hex_add(struct buf *out, const struct json *j);

/* ms since 1970 from exactly what json_put_time writes, years 1970 to 9999; ERR_FIELD for other text. */
enum err json_time(uint64_t *ms, const struct json *j);

/*
 * The writer appends compact JSON to a buffer. Commas and colons are its own business: inside an object every value is
 * preceded by json_put_key. Running out of memory is sticky in the buffer.
 */
struct json_writer {
	struct buf *out;
	bool comma;
};

struct json_writer json_writer(struct buf *out);
void json_put_object(struct json_writer *w); /* { */
void json_end_object(struct json_writer *w); /* } */
void json_put_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_put_key(struct json_writer *w, const char *key);
void json_put_text(struct json_writer *w, const char *text);
void json_put_text_n(struct json_writer *w, const char *text, size_t len); /* must be UTF-8; escapes as needed */
void json_put_uint(struct json_writer *w, uint64_t v);    /* above 2^53 as json_put_decimal does */
void json_put_int(struct json_writer *w, int64_t v);      /* at most 2^53 from zero */
void json_put_decimal(struct json_writer *w, uint64_t v); /* as a string */
void json_put_hex(struct json_writer *w, const uint8_t *data, size_t len);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct bytes json); /* one value that is JSON already */
void json_put_value(struct json_writer *w, const struct json *j);

/*
 * Is it valid UTF-8 without NUL and other controls (DEL and U+0080 to U+009F too) than tab, line feed, carriage return?
 * Such a body prints as text.
 */
bool json_is_text(struct bytes b);

/* Appends base64 (RFC 4648, with padding). */
void json_put_base64(struct json_writer *w, struct bytes b);
void json_put_time(struct json_writer *w, uint64_t ms); /* RFC 3339 UTC with milliseconds, from ms since 1970 */

#endif
