/*
 * standing: what of a status only a commit changes: who the node is, its role, its tip, its counts. It is written out
 * once a commit, so that whoever asks all the time costs the store nothing.
 */
#ifndef NODE_STANDING_H
#define NODE_STANDING_H

#include <pthread.h>

#include "base/bytes.h"
#include "json/json.h"

struct node;

struct standing {
	pthread_mutex_t mutex; /* none other is taken while it is held */
	uint64_t commit;       /* as of which the text is; 0: there is none yet */
	uint64_t hid;          /* of the tip */
	struct buf text;       /* members of an object */
};

void standing_init(struct standing *s);
void standing_free(struct standing *s);

/* Puts the members into an object that has none yet; *hid: of the tip. Errors are the store's, and ERR_NOMEM. */
enum err standing_put(struct json_writer *w, uint64_t *hid, struct node *n);

#endif
