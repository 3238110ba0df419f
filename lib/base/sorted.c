#include "base/sorted.h"

#include <stdlib.h>
#include <string.h>

struct sorted_node {
	void *value;
	struct bytes key; /* stands behind the links */
	struct sorted_node *next[];
};

void
sorted_init(struct sorted *s, uint64_t seed)
{
	*s = (struct sorted){ .seed = seed | 1 };
}

void
sorted_free(struct sorted *s)
{
	struct sorted_node *next;

	for (struct sorted_node *node = s->first[0]; node; node = next) {
		next = node->next[0];
		free(node);
	}
	*s = (struct sorted){ .seed = s->seed };
}

static bool
is_before(struct bytes a, struct bytes b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int c = least ? memcmp(a.data, b.data, least) : 0;

	return c ? c < 0 : a.len < b.len;
}

/* The links, a level each, that lead to the first node at or after the key. */
static struct sorted_node *
seek(struct sorted_node **link[static SORTED_LEVELS], struct sorted *s, struct bytes key)
{
	struct sorted_node **links = s->first;

	for (int level = SORTED_LEVELS; level-- > 0;) {
		while (links[level] && is_before(links[level]->key, key))
			links = links[level]->next;
		link[level] = &links[level];
	}
	return *link[0];
}

static struct sorted_node *
find(const struct sorted *s, struct bytes key)
{
	struct sorted_node *const *links = s->first;

	for (int level = SORTED_LEVELS; level-- > 0;) {
		while (links[level] && is_before(links[level]->key, key))
			links = links[level]->next;
	}
	return links[0];
}

void *
sorted_get(const struct sorted *s, struct bytes key)
{
	const struct sorted_node *node = find(s, key);

	return node && bytes_equal(node->key, key) ? node->value : NULL;
}

void *
sorted_next(const struct sorted *s, struct bytes *key, struct bytes from)
{
	const struct sorted_node *node = find(s, from);

	if (!node)
		return NULL;
	*key = node->key;
	return node->value;
}

/* Every second node reaches a level more. */
static int
new_height(struct sorted *s)
{
	uint64_t v;

	s->seed = s->seed * 6364136223846793005U + 1442695040888963407U;
	v = (s->seed >> 32 ^ s->seed >> 13) | (uint64_t)1 << (SORTED_LEVELS - 1);
	return 1 + __builtin_ctzll(v);
}

enum err
sorted_put(struct sorted *s, struct bytes key, void *value)
{
	struct sorted_node **link[SORTED_LEVELS], *node = seek(link, s, key);
	int height;
	uint8_t *copy;

	if (node && bytes_equal(node->key, key)) {
		node->value = value;
		return ERR_OK;
	}
	height = new_height(s);
	node = malloc(sizeof *node + (size_t)height * sizeof *node->next + key.len);
	if (!node)
		return ERR_NOMEM;
	copy = (uint8_t *)(node->next + height);
	if (key.len)
		memcpy(copy, key.data, key.len);
	node->key = (struct bytes){ copy, key.len };
	node->value = value;
	for (int level = 0; level < height; level++) {
		node->next[level] = *link[level];
		*link[level] = node;
	}
	s->count++;
	return ERR_OK;
}

void *
sorted_remove(struct sorted *s, struct bytes key)
{
	struct sorted_node **link[SORTED_LEVELS], *node = seek(link, s, key);
	void *value;

	if (!node || !bytes_equal(node->key, key))
		return NULL;
	for (int level = 0; level < SORTED_LEVELS && *link[level] == node; level++)
		*link[level] = node->next[level];
	value = node->value;
	free(node);
	s->count--;
	return value;
}
