/*
 * keeper: the thread that tells of links that come and go, looks after the clock, and lets go on who waited for memory.
 * Of link.c alone.
 */
#ifndef NET_KEEPER_H
#define NET_KEEPER_H

/* The thread's function, over a struct links. Ends when it is stopping, every link is buried and every door shut. */
void *keeper_run(void *links);

#endif
