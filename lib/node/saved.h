/* saved: DIR/peers, the URLs of nodes met in earlier days, one a line, the latest first. */
#ifndef NODE_SAVED_H
#define NODE_SAVED_H

#include "node/inside.h"

enum { SAVED_MOST = 64 };

struct saved {
	char *url[SAVED_MOST];
	unsigned count;
	bool changed;
	uint64_t written_ms;
};

/* Fills url with what the file holds; how many. They stay the saved's. A file that cannot be read holds none. */
unsigned saved_read(struct saved *s, char *url[SAVED_MOST], struct node *n);
void saved_add(struct saved *s, const char *url);

/* Writes what has changed, unless it was written less than every_ms ago. What cannot be written is tried again. */
void saved_write(struct saved *s, struct node *n, uint64_t now_ms, uint64_t every_ms);
void saved_free(struct saved *s);

#endif
