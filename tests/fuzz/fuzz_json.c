#include "fuzz.h"

#include "json/json.h"

static struct buf
printed(const struct json *j)
{
	struct buf out = { 0 };
	struct json_writer w = json_writer(&out);

	json_put_value(&w, j);
	fuzz_must(!out.failed);
	return out;
}

/* The accessors agree with the kind, and walking meets as many members as counting does. */
static void
walk(const struct json *j)
{
	enum json_kind kind = json_kind_of(j);
	const char *text;
	size_t n = 0;
	uint64_t v;
	bool b;

	fuzz_must((json_text(&text, j) == ERR_OK) == (kind == JSON_STRING));
	fuzz_must((json_bool(&b, j) == ERR_OK) == (kind == JSON_BOOL));
	fuzz_must((json_uint(&v, j, UINT64_MAX) == ERR_FIELD) == (kind != JSON_NUMBER));
	for (const struct json *at = json_first(j); at; at = json_next(at), n++) {
		if (kind == JSON_OBJECT)
			fuzz_must(json_member(j, json_key(at)) == at);
		walk(at);
	}
	fuzz_must(n == json_count(j));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct json_error error = { 0 };
	struct json *j, *again;
	struct buf text, same;

	json_is_text((struct bytes){ data, len });
	if (json_parse(&j, &error, (struct bytes){ data, len })) {
		fuzz_must(j == NULL && error.why != NULL && error.offset <= len);
		return 0;
	}
	if (len < 4096)
		walk(j);
	text = printed(j);
	fuzz_must(json_parse(&again, NULL, bytes_of(&text)) == ERR_OK);
	same = printed(again);
	fuzz_must(bytes_equal(bytes_of(&text), bytes_of(&same)));
	json_free(j);
	json_free(again);
	buf_free(&text);
	buf_free(&same);
	return 0;
}
