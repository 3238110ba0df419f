#include <string.h>

#include "chain/account.h"
#include "json/view_impl.h"

void
view_signature(struct json_writer *w, const char *key, const struct signature *s)
{
	fields_hex(w, key, s->b, sizeof(s->b));
}

void
view_hash(struct json_writer *w, const char *key, const struct hash *h)
{
	fields_hex(w, key, h->b, sizeof(h->b));
}

void
view_address(struct json_writer *w, const char *key, const uint8_t account[static 32])
{
	char text[ACCOUNT_TEXT];

	account_print(text, account);
	fields_text(w, key, text);
}

void
view_lane(struct json_writer *w, const char *key, const struct lane *lane)
{
	char text[LANE_TEXT];

	lane_print(text, lane);
	fields_text(w, key, text);
}

void
view_place(struct json_writer *w, const char *key, const struct place *place)
{
	char text[PLACE_TEXT];

	place_print(text, place);
	fields_text(w, key, text);
}

void
view_payload(struct json_writer *w, const struct payload *p, const struct hash *id)
{
	view_hash(w, "payload", id);
	fields_uint(w, "chain", p->chain);
	view_address(w, "signer", p->signer.b);
	fields_decimal(w, "seq", p->seq);
	fields_decimal(w, "fee", p->fee.units);
	fields_uint(w, "expiry", p->expiry);
	fields_uint(w, "bytes", p->body.len);
	if (json_is_text(p->body)) {
		json_put_key(w, "body");
		json_put_text_n(w, (const char *)p->body.data, p->body.len);
	} else {
		json_put_key(w, "body_base64");
		json_put_base64(w, p->body);
	}
	view_signature(w, "signature", &p->signature);
}

enum err
view_expect(const struct json *j, const char *const *name, const char **field)
{
	if (!j || json_kind_of(j) != JSON_OBJECT)
		return ERR_FIELD;
	for (const struct json *at = json_first(j); at; at = json_next(at)) {
		size_t i = 0;

		*field = json_key(at);
		while (name[i] && strcmp(name[i], *field) != 0)
			i++;
		if (!name[i])
			return ERR_FIELD;
	}
	for (size_t i = 0; name[i]; i++) {
		*field = name[i];
		if (!json_member(j, name[i]))
			return ERR_FIELD;
	}
	*field = NULL;
	return ERR_OK;
}
