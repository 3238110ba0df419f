/*
 * known: payloads whose signatures were found right, by their leaves, which cover id and signature. What came to the
 * pool comes again in the seals of several voters; there it need not be checked another time.
 */
#ifndef NODE_KNOWN_H
#define NODE_KNOWN_H

#include "chain/seal.h"
#include "node/inside.h"

enum err known_init(struct node *n);
void known_free(struct node *n);

void known_add(struct node *n, const struct hash *leaf);

/* As seal_body_check, without the signatures that are known; those of a right body are known from then on. */
enum err known_body_check(struct node *n, const struct seal *seal);

#endif
