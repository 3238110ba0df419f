#include <stdlib.h>
#include <string.h>

#include "json/json_impl.h"

/* A key as it reads without its escapes; offset is where it stands. */
struct scan_key {
	struct bytes text;
	size_t offset;
};

static void
skip_space(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

static bool
is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool
push_key(struct scan *s, struct scan_key key)
{
	if (s->keys == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 32;
		struct scan_key *more = realloc(s->key, cap * sizeof(*more));

		if (!more)
			return scan_nomem(s);
		s->key = more;
		s->cap = cap;
	}
	s->key[s->keys++] = key;
	return true;
}

static bool
scan_key(struct scan *s)
{
	struct scan_key key = {.offset = (size_t)(s->at - s->begin)};
	struct bytes raw;
	bool escaped;

	if (!scan_next(s, '"'))
		return scan_fail(s, "a key must be a string");
	if (!scan_string(s, &raw, &escaped))
		return false;
	key.text = raw;
	return (!escaped || scan_unescape(s, &key.text, raw)) && push_key(s, key);
}

static int
compare_texts(const struct scan_key *a, const struct scan_key *b)
{
	if (a->text.len != b->text.len)
		return a->text.len < b->text.len ? -1 : 1;
	return memcmp(a->text.data, b->text.data, a->text.len);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct scan_key *x = a, *y = b;
	int order = compare_texts(x, y);

	return order ? order : x->offset < y->offset ? -1 : 1;
}

/* Sorting keeps an object of very many keys from taking quadratic time. */
static bool
check_distinct(struct scan *s, size_t first)
{
	struct scan_key *key = s->key + first;
	size_t n = s->keys - first;

	if (n > 1)
		qsort(key, n, sizeof(*key), compare_keys);
	for (size_t i = 1; i < n; i++)
		if (compare_texts(&key[i - 1], &key[i]) == 0)
			return scan_fail_at(s, key[i].offset, "duplicate key");
	s->keys = first;
	return true;
}

static bool scan_value(struct scan *s, int depth);

static bool
scan_object(struct scan *s, int depth)
{
	size_t first = s->keys;

	skip_space(s);
	if (scan_next(s, '}'))
		return true;
	do {
		skip_space(s);
		if (!scan_key(s))
			return false;
		skip_space(s);
		if (!scan_next(s, ':'))
			return scan_fail(s, "colon expected");
		if (!scan_value(s, depth))
			return false;
	} while (scan_next(s, ','));
	if (!scan_next(s, '}'))
		return scan_fail(s, "comma or } expected");
	return check_distinct(s, first);
}

static bool
scan_array(struct scan *s, int depth)
{
	skip_space(s);
	if (scan_next(s, ']'))
		return true;
	do {
		if (!scan_value(s, depth))
			return false;
	} while (scan_next(s, ','));
	return scan_next(s, ']') || scan_fail(s, "comma or ] expected");
}

static void
skip_digits(struct scan *s)
{
	while (is_digit(s))
		s->at++;
}

/* After the integer part: any well-formed rest is refused too, but with another reason than a malformed one. */
static bool
scan_real(struct scan *s)
{
	if (scan_next(s, '.') && !is_digit(s))
		return scan_fail(s, "bad number");
	skip_digits(s);
	if (scan_next(s, 'e') || scan_next(s, 'E')) {
		if (!scan_next(s, '+'))
			scan_next(s, '-');
		if (!is_digit(s))
			return scan_fail(s, "bad number");
	}
	return scan_fail(s, "number with fraction or exponent");
}

static bool
scan_number(struct scan *s)
{
	const uint8_t *digits;
	uint64_t v = 0;

	scan_next(s, '-');
	digits = s->at;
	if (!is_digit(s))
		return scan_fail(s, "value expected");
	skip_digits(s);
	if (*digits == '0' && s->at - digits > 1)
		return scan_fail_at(s, (size_t)(digits - s->begin), "leading zero");
	if (s->at < s->end && (*s->at == '.' || *s->at == 'e' || *s->at == 'E'))
		return scan_real(s);
	if (s->at - digits <= 16)
		for (const uint8_t *d = digits; d < s->at; d++)
			v = 10 * v + (uint64_t)(*d - '0');
	if (s->at - digits > 16 || v > JSON_NUMBER_MAX)
		return scan_fail_at(s, (size_t)(digits - s->begin), "number beyond 2^53");
	return true;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return scan_fail(s, "value expected");
	s->at += len;
	return true;
}

static bool
scan_naked(struct scan *s, int depth)
{
	struct bytes raw;
	bool escaped;

	if ((*s->at == '{' || *s->at == '[') && depth == JSON_DEPTH)
		return scan_fail(s, "nested too deep");
	if (scan_next(s, '{'))
		return scan_object(s, depth + 1);
	if (scan_next(s, '['))
		return scan_array(s, depth + 1);
	if (scan_next(s, '"'))
		return scan_string(s, &raw, &escaped);
	switch (*s->at) {
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* A value with the space around it. */
static bool
scan_value(struct scan *s, int depth)
{
	skip_space(s);
	if (s->at == s->end)
		return scan_fail(s, "value expected");
	if (++s->values > s->most)
		return scan_fail(s, "too many values");
	if (!scan_naked(s, depth))
		return false;
	skip_space(s);
	return true;
}

enum err
json_check(struct json_error *error, struct bytes text)
{
	static const uint8_t none[1];
	const uint8_t *data = text.len ? text.data : none;
	struct scan s = {.begin = data, .at = data, .end = data + text.len, .most = JSON_VALUES + text.len / JSON_SPARSE};
	bool ok;

	if (text.len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		ok = scan_fail(&s, "byte order mark");
	else
		ok = scan_value(&s, 0) && (s.at == s.end || scan_fail(&s, "more after the value"));
	free(s.key);
	arena_free(&s.arena);
	if (!ok)
		*error = (struct json_error){s.offset, s.why};
	return ok ? ERR_OK : s.nomem ? ERR_NOMEM : ERR_JSON;
}
