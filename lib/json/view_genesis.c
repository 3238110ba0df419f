#include <string.h>

#include "chain/account.h"
#include "json/view_impl.h"

/* Every member that is one number, where it is and how it looks, in the order of the document. */
enum form { FORM_U8, FORM_U16, FORM_U32, FORM_U64, FORM_DECIMAL };

struct member {
	const char *name;
	size_t at;
	enum form form;
};

#define MEMBER(name, form) {#name, offsetof(struct genesis, name), form}

static const struct member numbers[] = {
    MEMBER(period_ms, FORM_U32), MEMBER(epoch, FORM_U32), MEMBER(retarget, FORM_U32), MEMBER(seals, FORM_U32),
    MEMBER(seals_per_lane, FORM_U32), MEMBER(difficulty, FORM_DECIMAL), MEMBER(body_bytes, FORM_U32),
    MEMBER(seal_bytes, FORM_U32), MEMBER(split_load, FORM_U32), MEMBER(merge_load, FORM_U32),
    MEMBER(load_window, FORM_U32), MEMBER(cooldown, FORM_U32), MEMBER(max_depth, FORM_U8),
    {"reward", offsetof(struct genesis, reward.units), FORM_DECIMAL}, MEMBER(halving_slots, FORM_U64),
    {"cap", offsetof(struct genesis, cap.units), FORM_DECIMAL},
    {"register_fee", offsetof(struct genesis, register_fee.units), FORM_DECIMAL},
    {"byte_fee", offsetof(struct genesis, byte_fee.units), FORM_DECIMAL}};

#define PHASE(name) {#name, offsetof(struct phases, name), FORM_U16}

static const struct member phases[] = {
    PHASE(seal), PHASE(list), PHASE(candidate), PHASE(eligible), PHASE(endorse)};

enum { NUMBERS = sizeof(numbers) / sizeof(*numbers), PHASES = sizeof(phases) / sizeof(*phases) };

static size_t
width(enum form form)
{
	return form == FORM_U8 ? 1 : form == FORM_U16 ? 2 : form == FORM_U32 ? 4 : 8;
}

static void
put_members(struct json_writer *w, const void *object, const struct member *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = (const uint8_t *)object + m[i].at;
		uint64_t v = 0;
		uint32_t v32;
		uint16_t v16;

		switch (m[i].form) {
		case FORM_U8:
			v = *at;
			break;
		case FORM_U16:
			memcpy(&v16, at, sizeof(v16));
			v = v16;
			break;
		case FORM_U32:
			memcpy(&v32, at, sizeof(v32));
			v = v32;
			break;
		default:
			memcpy(&v, at, sizeof(v));
		}
		(m[i].form == FORM_DECIMAL ? fields_decimal : fields_uint)(w, m[i].name, v);
	}
}

static enum err
read_member(void *object, const struct member *m, const struct json *j)
{
	uint8_t *at = (uint8_t *)object + m->at;
	size_t len = width(m->form);
	uint64_t max = len < 8 ? ((uint64_t)1 << 8 * len) - 1 : UINT64_MAX, v;
	enum err e = m->form == FORM_DECIMAL ? json_decimal(&v, j) : json_uint(&v, j, max);
	uint32_t v32;
	uint16_t v16;

	if (e)
		return e;
	v16 = (uint16_t)v;
	v32 = (uint32_t)v;
	if (len == 1)
		*at = (uint8_t)v;
	else
		memcpy(at, len == 2 ? (void *)&v16 : len == 4 ? (void *)&v32 : (void *)&v, len);
	return ERR_OK;
}

static void
put_accounts(struct json_writer *w, const struct genesis *g)
{
	json_put_key(w, "founders");
	json_put_array(w);
	for (uint32_t i = 0; i < g->founders; i++) {
		char text[ACCOUNT_TEXT];

		account_print(text, g->founder[i].b);
		json_put_text(w, text);
	}
	json_end_array(w);
	json_put_key(w, "alloc");
	json_put_array(w);
	for (uint32_t i = 0; i < g->allocs; i++) {
		json_put_object(w);
		view_address(w, "address", g->alloc[i].account);
		fields_decimal(w, "amount", g->alloc[i].amount.units);
		json_end_object(w);
	}
	json_end_array(w);
}

void
view_genesis(struct json_writer *w, const struct genesis *g)
{
	fields_text(w, "name", g->name);
	json_put_key(w, "time");
	json_put_time(w, g->time_ms);
	put_members(w, g, numbers, 1);
	json_put_key(w, "phases");
	json_put_object(w);
	put_members(w, &g->phases, phases, PHASES);
	json_end_object(w);
	put_members(w, g, numbers + 1, NUMBERS - 1);
	fields_bool(w, "solo", g->solo);
	put_accounts(w, g);
}

static enum err
read_name(struct genesis *g, const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	if (e)
		return e;
	if (strlen(text) > LIMIT_NAME)
		return ERR_NAME;
	memcpy(g->name, text, strlen(text) + 1);
	return ERR_OK;
}

static enum err
read_phases(struct genesis *g, const char **field, const struct json *j)
{
	const char *name[PHASES + 1] = {NULL};
	enum err e;

	for (size_t i = 0; i < PHASES; i++)
		name[i] = phases[i].name;
	e = view_expect(j, name, field);
	for (size_t i = 0; i < PHASES && !e; i++) {
		*field = name[i];
		e = read_member(&g->phases, &phases[i], json_member(j, name[i]));
	}
	return e;
}

static enum err
read_account(uint8_t out[static 32], const struct json *j)
{
	const char *text;
	enum err e = json_text(&text, j);

	return e ? e : account_parse(out, text);
}

/* How many elements an array has: ERR_FIELD when it is none, ERR_TOO_LONG above max. */
static enum err
count_of(uint32_t *n, const struct json *j, size_t max)
{
	size_t count = json_count(j);

	if (json_kind_of(j) != JSON_ARRAY)
		return ERR_FIELD;
	if (count > max)
		return ERR_TOO_LONG;
	*n = (uint32_t)count;
	return ERR_OK;
}

static enum err
read_founders(struct genesis *g, struct arena *arena, const struct json *j)
{
	const struct json *at = json_first(j);
	enum err e = count_of(&g->founders, j, LIMIT_FOUNDERS);

	if (e || g->founders == 0)
		return e;
	g->founder = arena_alloc(arena, g->founders, sizeof(*g->founder));
	if (!g->founder)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < g->founders && !e; i++, at = json_next(at))
		e = read_account(g->founder[i].b, at);
	return e;
}

static enum err
read_alloc(struct genesis_alloc *out, const char **field, const struct json *j)
{
	static const char *const name[] = {"address", "amount", NULL};
	enum err e;

	*field = "alloc";
	e = view_expect(j, name, field);
	if (e)
		return e;
	*field = "address";
	e = read_account(out->account, json_member(j, "address"));
	if (e)
		return e;
	*field = "amount";
	return json_decimal(&out->amount.units, json_member(j, "amount"));
}

static enum err
read_allocs(struct genesis *g, struct arena *arena, const char **field, const struct json *j)
{
	const struct json *at = json_first(j);
	enum err e = count_of(&g->allocs, j, LIMIT_ALLOCS);

	if (e || g->allocs == 0)
		return e;
	g->alloc = arena_alloc(arena, g->allocs, sizeof(*g->alloc));
	if (!g->alloc)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < g->allocs && !e; i++, at = json_next(at))
		e = read_alloc(&g->alloc[i], field, at);
	return e;
}

static enum err
read_parts(struct genesis *g, struct arena *arena, const char **field, const struct json *j)
{
	enum err e;

	*field = "name";
	e = read_name(g, json_member(j, *field));
	if (e)
		return e;
	*field = "time";
	e = json_time(&g->time_ms, json_member(j, *field));
	if (e)
		return e;
	*field = "phases";
	e = read_phases(g, field, json_member(j, *field));
	if (e)
		return e;
	*field = "solo";
	e = json_bool(&g->solo, json_member(j, *field));
	if (e)
		return e;
	*field = "founders";
	e = read_founders(g, arena, json_member(j, *field));
	if (e)
		return e;
	*field = "alloc";
	return read_allocs(g, arena, field, json_member(j, *field));
}

enum err
view_read_genesis(struct genesis *out, struct arena *arena, const char **field, const struct json *j)
{
	const char *name[NUMBERS + 7] = {"name", "time", "phases", "solo", "founders", "alloc"};
	enum err e;

	memset(out, 0, sizeof(*out));
	*field = NULL;
	for (size_t i = 0; i < NUMBERS; i++)
		name[6 + i] = numbers[i].name;
	e = view_expect(j, name, field);
	if (!e)
		e = read_parts(out, arena, field, j);
	for (size_t i = 0; i < NUMBERS && !e; i++) {
		*field = numbers[i].name;
		e = read_member(out, &numbers[i], json_member(j, *field));
	}
	if (e)
		return e;
	*field = NULL;
	return genesis_check(out);
}
