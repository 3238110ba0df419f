#include "tool/sendlist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/seal.h"

static enum err
decode(struct item *item, struct bytes raw)
{
	if (object_peek(raw) == OBJECT_PAYLOAD) {
		struct payload p;
		enum err e = payload_unpack(&p, &item->id, NULL, raw);
		item->chain = e ? 0 : p.chain;
		return e;
	}
	if (object_peek(raw) != OBJECT_SEAL)
		return ERR_TYPE;
	struct arena arena = {0};
	struct seal s;
	enum err e = seal_unpack(&s, &arena, raw);
	if (!e) {
		item->is_seal = true;
		item->id = seal_id(&s.head);
		item->lane = s.head.core.lane;
	}
	arena_free(&arena);
	return e;
}

static bool
make_room(struct sendlist *q)
{
	if (q->head + q->count < q->cap)
		return true;
	if (q->head > q->cap / 2) {
		memmove(q->item, q->item + q->head, q->count * sizeof *q->item);
		q->head = 0;
		return true;
	}
	size_t cap = q->cap ? 2 * q->cap : 256;
	struct item *grown = realloc(q->item, cap * sizeof *grown);
	if (!grown)
		return false;
	q->item = grown;
	q->cap = cap;
	return true;
}

enum err
sendlist_add(struct sendlist *q, struct bytes raw, uint64_t line)
{
	struct item item = {.state = ITEM_NEW, .line = line};
	enum err e = decode(&item, raw);
	if (e)
		return e;
	buf_add(&item.raw, raw.data, raw.len);
	if (item.raw.failed || !make_room(q)) {
		buf_free(&item.raw);
		return ERR_NOMEM;
	}
	q->item[q->head + q->count++] = item;
	return ERR_OK;
}

struct item *
sendlist_at(struct sendlist *q, size_t i)
{
	return &q->item[q->head + i];
}

static void
forget(char **text)
{
	free(*text);
	*text = NULL;
}

static void
replace(char **text, const struct json *j)
{
	const char *found;
	if (json_text(&found, j))
		return;
	free(*text);
	*text = strdup(found);
}

bool
sendlist_update(struct item *item, const struct json *answer)
{
	const char *status;
	bool ok = true;
	if (json_text(&status, json_member(answer, "status")))
		return false;
	/* A node searches its blocks for seals: one that is in none of them is as far as it was. */
	if (item->is_seal && strcmp(status, "unknown") == 0)
		return true;
	forget(&item->error);
	forget(&item->reason);
	snprintf(item->status, sizeof item->status, "%s", status);
	replace(&item->at, json_member(answer, "at"));
	replace(&item->by, json_member(answer, "by"));
	forget(&item->waits);
	replace(&item->waits, json_member(answer, "waits_for"));
	replace(&item->error, json_member(answer, "error"));
	replace(&item->reason, json_member(answer, "reason"));
	const struct json *result = json_member(answer, "result");
	if (!result || json_kind_of(result) == JSON_NULL)
		return true;
	buf_reset(&item->result);
	struct json_writer w = json_writer(&item->result);
	json_put_value(&w, result);
	if (json_bool(&ok, json_member(result, "ok")) == ERR_OK && !ok) {
		strcpy(item->status, "failed");
		replace(&item->error, json_member(result, "error"));
	}
	return true;
}

static void
item_free(struct item *item)
{
	buf_free(&item->raw);
	buf_free(&item->result);
	free(item->at);
	free(item->by);
	free(item->waits);
	free(item->error);
	free(item->reason);
}

void
sendlist_pop(struct sendlist *q)
{
	item_free(sendlist_at(q, 0));
	q->head++;
	q->count--;
}

void
sendlist_free(struct sendlist *q)
{
	while (q->count > 0)
		sendlist_pop(q);
	free(q->item);
	*q = (struct sendlist){0};
}
