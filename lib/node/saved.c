#include "node/saved.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "overlay/overlay.h"

static bool
name(char path[PATH_MAX], const struct node *n, const char *end)
{
	int len = snprintf(path, PATH_MAX, "%s/peers%s", n->config.dir, end);
	return len > 0 && len < PATH_MAX;
}

unsigned
saved_read(struct saved *s, char *url[SAVED_MOST], struct node *n)
{
	char path[PATH_MAX], line[OVERLAY_URL + 1];
	FILE *f = name(path, n, "") ? fopen(path, "re") : NULL;
	while (f != NULL && s->count < SAVED_MOST && fgets(line, sizeof(line), f) != NULL) {
		size_t len = strcspn(line, "\n");
		if (line[len] == '\0' || strncmp(line, "tcp://", 6) != 0)
			continue;
		line[len] = '\0';
		s->url[s->count] = strdup(line);
		if (s->url[s->count] == NULL)
			break;
		url[s->count] = s->url[s->count];
		s->count++;
	}
	if (f != NULL)
		fclose(f);
	return s->count;
}

void
saved_add(struct saved *s, const char *url)
{
	unsigned at = 0;
	while (at < s->count && strcmp(s->url[at], url) != 0)
		at++;
	if (at == 0 && s->count > 0)
		return;
	char *mine = at < s->count ? s->url[at] : strdup(url);
	if (mine == NULL)
		return;
	if (at == SAVED_MOST)
		free(s->url[--at]);
	else if (at == s->count)
		s->count++;
	memmove(&s->url[1], &s->url[0], at * sizeof(s->url[0]));
	s->url[0] = mine;
	s->changed = true;
}

static bool
write_lines(const struct saved *s, FILE *f)
{
	bool ok = true;
	for (unsigned i = 0; i < s->count; i++)
		ok = fprintf(f, "%s\n", s->url[i]) > 0 && ok;
	ok = fflush(f) == 0 && ok && fsync(fileno(f)) == 0;
	return fclose(f) == 0 && ok;
}

void
saved_write(struct saved *s, struct node *n, uint64_t now_ms, uint64_t every_ms)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	if (!s->changed || now_ms - s->written_ms < every_ms || !name(path, n, "") || !name(fresh, n, ".new"))
		return;
	s->written_ms = now_ms;
	FILE *f = fopen(fresh, "we");
	if (f != NULL && write_lines(s, f) && rename(fresh, path) == 0)
		s->changed = false;
	else
		unlink(fresh);
}

void
saved_free(struct saved *s)
{
	while (s->count > 0)
		free(s->url[--s->count]);
}
