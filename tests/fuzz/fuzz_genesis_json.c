#include "fuzz.h"

#include "json/view.h"

static struct buf
printed(const struct genesis *g)
{
	struct buf out = { 0 };
	struct json_writer w = json_writer(&out);

	json_put_object(&w);
	view_genesis(&w, g);
	json_end_object(&w);
	fuzz_must(!out.failed);
	return out;
}

static enum err
scan(struct genesis *out, struct arena *arena, struct bytes text)
{
	const char *field;
	struct json *j;
	enum err e = json_parse(&j, NULL, text);

	if (e == ERR_OK)
		e = view_read_genesis(out, arena, &field, j);
	json_free(j);
	return e;
}

/* What is read has one record and one printed form, which reads as the same record. */
static void
check(const struct genesis *g, struct arena *arena)
{
	struct buf text = printed(g), record = { 0 }, again = { 0 };
	struct genesis back;

	fuzz_must(genesis_check(g) == ERR_OK);
	fuzz_must(scan(&back, arena, bytes_of(&text)) == ERR_OK);
	genesis_put(&record, g);
	genesis_put(&again, &back);
	fuzz_must_equal(&again, record.data, record.len);
	buf_free(&record);
	buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena arena = { 0 };
	struct genesis g;

	if (scan(&g, &arena, (struct bytes){ data, len }) == ERR_OK)
		check(&g, &arena);
	arena_free(&arena);
	return 0;
}
