/* json_impl: what the files of this layer share; not for others. */
#ifndef JSON_JSON_IMPL_H
#define JSON_JSON_IMPL_H

#include "base/arena.h"
#include "json/json.h"

/* The strict pre-check: ERR_OK means that cJSON may see the text. ERR_JSON with *error filled, ERR_NOMEM. */
enum err json_check(struct json_error *error, struct bytes text);

/* Length of the well-formed UTF-8 sequence at `at` (at < end), 0 when there is none. *point is its code point. */
size_t json_utf8(uint32_t *point, const uint8_t *at, const uint8_t *end);

/* Where the pre-check is. A scan ends at its first failure: every scan_ call returns false then. */
struct scan {
	const uint8_t *begin, *at, *end;
	const char *why;
	size_t offset;
	bool nomem;
	size_t values, most; /* met, and how many there may be */
	struct scan_key *key; /* keys of all open objects, those of the innermost last */
	size_t keys, cap;
	struct arena arena;
};

/* Always false. */
bool scan_fail(struct scan *s, const char *why);
bool scan_fail_at(struct scan *s, size_t offset, const char *why);
bool scan_nomem(struct scan *s);

/* Steps over c when it is the next byte. */
bool scan_next(struct scan *s, char c);

/* After the opening quote. *raw is what stands between the quotes, *escaped whether it has an escape. */
bool scan_string(struct scan *s, struct bytes *raw, bool *escaped);

/* The text that a scanned string stands for, in the arena. */
bool scan_unescape(struct scan *s, struct bytes *text, struct bytes raw);

#endif
