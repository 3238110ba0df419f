#include <cjson/cJSON.h>
#include <string.h>

#include "base/hex.h"
#include "base/number.h"
#include "json/json_impl.h"

/* struct json is never completed: it is cJSON's node under a name that stays in this layer's headers. */
static const cJSON *
node(const struct json *j)
{
	return (const cJSON *)j;
}

static const struct json *
value(const cJSON *n)
{
	return (const struct json *)n;
}

enum err
json_parse(struct json **out, struct json_error *error, struct bytes text)
{
	struct json_error ignored;
	cJSON *root;
	enum err e;

	*out = NULL;
	e = json_check(error ? error : &ignored, text);
	if (e)
		return e;
	root = cJSON_ParseWithLength((const char *)text.data, text.len);
	*out = (struct json *)root;
	return root ? ERR_OK : ERR_NOMEM;
}

void
json_free(struct json *j)
{
	cJSON_Delete((cJSON *)j);
}

enum json_kind
json_kind_of(const struct json *j)
{
	const cJSON *n = node(j);

	if (cJSON_IsBool(n))
		return JSON_BOOL;
	if (cJSON_IsNumber(n))
		return JSON_NUMBER;
	if (cJSON_IsString(n))
		return JSON_STRING;
	if (cJSON_IsArray(n))
		return JSON_ARRAY;
	return cJSON_IsObject(n) ? JSON_OBJECT : JSON_NULL;
}

const struct json *
json_member(const struct json *j, const char *key)
{
	return cJSON_IsObject(node(j)) ? value(cJSON_GetObjectItemCaseSensitive(node(j), key)) : NULL;
}

const struct json *
json_first(const struct json *j)
{
	return cJSON_IsObject(node(j)) || cJSON_IsArray(node(j)) ? value(node(j)->child) : NULL;
}

const struct json *
json_next(const struct json *j)
{
	return j ? value(node(j)->next) : NULL;
}

const char *
json_key(const struct json *j)
{
	return j ? node(j)->string : NULL;
}

size_t
json_count(const struct json *j)
{
	size_t n = 0;

	for (const struct json *at = json_first(j); at; at = json_next(at))
		n++;
	return n;
}

enum err
json_uint(uint64_t *out, const struct json *j, uint64_t max)
{
	double v;

	if (!cJSON_IsNumber(node(j)))
		return ERR_FIELD;
	v = node(j)->valuedouble;
	if (v < 0 || (uint64_t)v > max)
		return ERR_RANGE;
	*out = (uint64_t)v;
	return ERR_OK;
}

enum err
json_bool(bool *out, const struct json *j)
{
	if (!cJSON_IsBool(node(j)))
		return ERR_FIELD;
	*out = cJSON_IsTrue(node(j));
	return ERR_OK;
}

enum err
json_text(const char **out, const struct json *j)
{
	if (!cJSON_IsString(node(j)))
		return ERR_FIELD;
	*out = node(j)->valuestring;
	return ERR_OK;
}

enum err
json_decimal(uint64_t *out, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : number_parse(out, text, strlen(text), UINT64_MAX);
}

enum err
json_hex(uint8_t *out, size_t len, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : hex_decode(out, len, text, strlen(text));
}

enum err
json_hex_add(struct buf *out, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : hex_decode_add(out, text, strlen(text));
}

/* A number that passed the check is an integer that a double holds. */
static void
put_number(struct json_writer *w, double v)
{
	char text[NUMBER_TEXT + 1] = "-";

	number_print(text + 1, (uint64_t)(v < 0 ? -v : v));
	json_put_raw(w, v < 0 ? (struct bytes){(uint8_t *)text, strlen(text)}
	                      : (struct bytes){(uint8_t *)text + 1, strlen(text + 1)});
}

static void
put_members(struct json_writer *w, const struct json *j)
{
	json_put_object(w);
	for (const struct json *at = json_first(j); at; at = json_next(at)) {
		json_put_key(w, json_key(at));
		json_put_value(w, at);
	}
	json_end_object(w);
}

static void
put_elements(struct json_writer *w, const struct json *j)
{
	json_put_array(w);
	for (const struct json *at = json_first(j); at; at = json_next(at))
		json_put_value(w, at);
	json_end_array(w);
}

void
json_put_value(struct json_writer *w, const struct json *j)
{
	switch (json_kind_of(j)) {
	case JSON_NULL:
		json_put_null(w);
		break;
	case JSON_BOOL:
		json_put_bool(w, cJSON_IsTrue(node(j)));
		break;
	case JSON_NUMBER:
		put_number(w, node(j)->valuedouble);
		break;
	case JSON_STRING:
		json_put_text(w, node(j)->valuestring);
		break;
	case JSON_ARRAY:
		put_elements(w, j);
		break;
	case JSON_OBJECT:
		put_members(w, j);
		break;
	}
}
