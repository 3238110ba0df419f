#include "node/known.h"

#include <stdlib.h>
#include <string.h>

/* A later leaf takes the place of an earlier one of the same number. */
enum { PLACES = 1 << 17 };

struct known {
	pthread_mutex_t mutex;
	struct hash leaf[PLACES];
};

enum err
known_init(struct node *n)
{
	n->known = calloc(1, sizeof(*n->known));
	if (n->known == NULL)
		return ERR_NOMEM;
	pthread_mutex_init(&n->known->mutex, NULL);
	return ERR_OK;
}

void
known_free(struct node *n)
{
	if (n->known != NULL)
		pthread_mutex_destroy(&n->known->mutex);
	free(n->known);
	n->known = NULL;
}

static struct hash *
place(struct known *k, const struct hash *leaf)
{
	uint32_t number;
	memcpy(&number, leaf->b, sizeof(number));
	return &k->leaf[number % PLACES];
}

void
known_add(struct node *n, const struct hash *leaf)
{
	pthread_mutex_lock(&n->known->mutex);
	*place(n->known, leaf) = *leaf;
	pthread_mutex_unlock(&n->known->mutex);
}

static bool
is_known(struct node *n, const struct hash *leaf)
{
	pthread_mutex_lock(&n->known->mutex);
	bool is = hash_equal(place(n->known, leaf), leaf);
	pthread_mutex_unlock(&n->known->mutex);
	return is;
}

enum err
known_body_check(struct node *n, const struct seal *seal)
{
	const struct seal_core *core = &seal->head.core;
	enum err e = seal_root_check(seal);
	for (uint32_t i = 0; e == ERR_OK && i < core->payloads; i++) {
		const struct seal_payload *p = &seal->payload[i];
		if (p->payload.chain != core->lane.chain)
			return ERR_CHAIN_UNKNOWN;
		if (is_known(n, &p->leaf))
			continue;
		e = payload_check(&p->payload, &p->id, &core->network);
		if (e == ERR_OK)
			known_add(n, &p->leaf);
	}
	return e;
}
