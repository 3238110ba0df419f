#include "json/fields.h"

void
fields_text(struct json_writer *w, const char *key, const char *text)
{
	json_put_key(w, key);
	json_put_text(w, text);
}

void
fields_uint(struct json_writer *w, const char *key, uint64_t v)
{
	json_put_key(w, key);
	json_put_uint(w, v);
}

void
fields_decimal(struct json_writer *w, const char *key, uint64_t v)
{
	json_put_key(w, key);
	json_put_decimal(w, v);
}

void
fields_bool(struct json_writer *w, const char *key, bool v)
{
	json_put_key(w, key);
	json_put_bool(w, v);
}

void
fields_hex(struct json_writer *w, const char *key, const uint8_t *data, size_t len)
{
	json_put_key(w, key);
	json_put_hex(w, data, len);
}

void
fields_error(struct json_writer *w, enum err e)
{
	fields_text(w, "error", err_text(e));
	fields_text(w, "reason", err_name(e));
}
