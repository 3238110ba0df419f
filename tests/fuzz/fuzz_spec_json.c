#include "fuzz.h"

#include "json/view.h"

static struct buf
printed(const struct spec *spec)
{
	struct buf out = { 0 };
	struct json_writer w = json_writer(&out);

	json_put_object(&w);
	view_spec(&w, spec);
	json_end_object(&w);
	fuzz_must(!out.failed);
	return out;
}

static enum err
scan(struct spec *out, struct arena *arena, struct bytes text)
{
	const char *field;
	struct json *j;
	enum err e = json_parse(&j, NULL, text);

	if (e == ERR_OK)
		e = view_read_spec(out, arena, &field, j);
	json_free(j);
	return e;
}

/* What is read has one record and one printed form, which reads as the same record. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf text, record = { 0 }, again = { 0 };
	struct arena arena = { 0 };
	struct spec spec, back;

	if (scan(&spec, &arena, (struct bytes){ data, len })) {
		arena_free(&arena);
		return 0;
	}
	fuzz_must(spec_check(&spec) == ERR_OK);
	text = printed(&spec);
	fuzz_must(scan(&back, &arena, bytes_of(&text)) == ERR_OK);
	spec_put(&record, &spec);
	spec_put(&again, &back);
	fuzz_must_equal(&again, record.data, record.len);
	buf_free(&record);
	buf_free(&text);
	arena_free(&arena);
	return 0;
}
