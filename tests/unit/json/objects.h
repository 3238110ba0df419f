/* objects: the golden vectors, and JSON made of what they hold. */
#ifndef TESTS_JSON_OBJECTS_H
#define TESTS_JSON_OBJECTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "chain/account.h"
#include "json/view.h"

static inline struct json *
objects_parse(const struct buf *b)
{
	struct json_error error;
	struct json *j;

	assert_false(b->failed);
	if (json_parse(&j, &error, bytes_of(b)))
		fail_msg("%s at %zu of %.*s", error.why, error.offset, (int)b->len, (char *)b->data);
	return j;
}

/* --- records both ways --- */

static inline int
objects_start(void **state)
{
	(void)state;
	return hash_start() ? 0 : -1;
}

#endif
