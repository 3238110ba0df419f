/*
 * hangup: a peer that goes away is not the listener's end.
 *
 * nng 1.5.2 gives a connection that its peer closed before the greeting the same error as a listener that was closed,
 * and accepts nobody from then on (nanomsg/nng#1518). A reset it takes for what it is. So whoever links this file has
 * readv and sendmsg that report the end of a stream as a reset. nng alone calls these two here.
 */
#ifndef NET_HANGUP_H
#define NET_HANGUP_H

/* Does nothing; calling it links this file in. */
void hangup_guard(void);

#endif
