/* fields: a key and its value at once. */
#ifndef JSON_FIELDS_H
#define JSON_FIELDS_H

#include "json/json.h"

void fields_text(struct json_writer *w, const char *key, const char *text);
void fields_uint(struct json_writer *w, const char *key, uint64_t v);
void fields_decimal(struct json_writer *w, const char *key, uint64_t v);
void fields_bool(struct json_writer *w, const char *key, bool v);
void fields_hex(struct json_writer *w, const char *key, const uint8_t *data, size_t len);

/* error and reason: the sentence and the word. */
void fields_error(struct json_writer *w, enum err e);

#endif
