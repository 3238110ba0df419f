#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "json/json_impl.h"

enum { DAY_MS = 86400000, ERA_DAYS = 146097, ERA_YEARS = 400, DAYS_TO_1970 = 719468 };

struct date {
	uint64_t year;
	unsigned month, day;
};

/*
 * The Gregorian calendar in years that begin on March 1, so that the leap day is a year's last: 400 of them are one era
 * of 146097 days, and the months' lengths repeat every five (153 days). Day 0 is 1970-01-01.
 */
static struct date
date_of(uint64_t days)
{
	uint64_t z = days + DAYS_TO_1970, era = z / ERA_DAYS;
	unsigned in_era = (unsigned)(z % ERA_DAYS);
	unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * in_year + 2) / 153;
	struct date d = {.month = month < 10 ? month + 3 : month - 9, .day = in_year - (153 * month + 2) / 5 + 1};

	d.year = era * ERA_YEARS + year + (d.month <= 2);
	return d;
}

/* Of a date from 1970 on. */
static uint64_t
days_of(const struct date *d)
{
	uint64_t year = d->year - (d->month <= 2), era = year / ERA_YEARS, in_era = year % ERA_YEARS;
	unsigned month = d->month > 2 ? d->month - 3 : d->month + 9;

	return era * ERA_DAYS + 365 * in_era + in_era / 4 - in_era / 100 + (153 * month + 2) / 5 + d->day - 1 -
	       DAYS_TO_1970;
}

static void
print_time(char out[static 48], uint64_t ms)
{
	struct date d = date_of(ms / DAY_MS);
	unsigned in_day = (unsigned)(ms % DAY_MS);

	snprintf(out, 48, "%04" PRIu64 "-%02u-%02uT%02u:%02u:%02u.%03uZ", d.year, d.month, d.day, in_day / 3600000,
	    in_day / 60000 % 60, in_day / 1000 % 60, in_day % 1000);
}

void
json_put_time(struct json_writer *w, uint64_t ms)
{
	char text[48];

	print_time(text, ms);
	json_put_text(w, text);
}

/* The digits at text[from..from + n); what is no digit makes a number that prints otherwise. */
static unsigned
digits(const char *text, size_t from, size_t n)
{
	unsigned v = 0;

	for (size_t i = from; i < from + n; i++)
		v = 10 * v + (unsigned)(text[i] - '0') % 10;
	return v;
}

/* Printing what was read shows at once whether form, ranges and calendar are right. */
enum err
json_time(uint64_t *ms, const struct json *j)
{
	const char *text;
	char again[48];
	struct date d;
	uint64_t v;
	enum err e = json_text(&text, j);

	if (e)
		return e;
	if (strlen(text) != strlen("1970-01-01T00:00:00.000Z"))
		return ERR_FIELD;
	d = (struct date){digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)};
	if (d.year < 1970 || d.month < 1 || d.month > 12 || d.day < 1)
		return ERR_FIELD;
	v = days_of(&d) * DAY_MS + digits(text, 11, 2) * 3600000ull + digits(text, 14, 2) * 60000ull +
	    digits(text, 17, 2) * 1000ull + digits(text, 20, 3);
	print_time(again, v);
	if (strcmp(again, text) != 0)
		return ERR_FIELD;
	*ms = v;
	return ERR_OK;
}
