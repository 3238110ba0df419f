/*
 * parked: calls that wait, by number. Whoever takes a call out of the table owns it, and only one can; so an answer,
 * the end of its time and the end of the node never meet on the same call.
 */
#ifndef NODE_PARKED_H
#define NODE_PARKED_H

#include "node/call.h"

enum err parked_init(struct node *n);
void parked_free(struct node *n);

/* A number for a call that is to be parked; the tags of its events hold it. */
uint64_t parked_number(struct node *n);
enum { PARKED_INDEX_BITS = 12 };
uint64_t parked_tag(uint64_t number, uint32_t index);

/*
 * From here on the call may be resumed, answered and freed at any moment. ERR_BUSY: a long poll too many; ERR_STOPPING,
 * ERR_NOMEM: the call is still the caller's. With ERR_OK it is not.
 * seen: the generation that the caller looked at; when the chain has moved on since, the call is resumed at once.
 */
enum err parked_put(struct call *call, uint64_t seen);

/* Takes it out again, or NULL when somebody else did. */
struct call *parked_take(struct node *n, uint64_t number);

/* Runs see, under the lock, on the call that a tag names; when it says so, the call is resumed. */
void parked_tell(struct node *n, uint64_t tag, bool (*see)(struct call *call, uint32_t index, const void *arg),
    const void *arg);

/* Resumes all of these kinds with an error, or ERR_OK. */
void parked_fail(struct node *n, int kinds, enum err e);

/* Resumes those whose time is over with ERR_TIMEOUT; returns when the next one's is, on the steady clock. */
uint64_t parked_expire(struct node *n, uint64_t now_ms);

/* Nothing is parked any more; what is goes on with ERR_STOPPING, except what the writer will answer. */
void parked_close(struct node *n);

#endif
