/* mesh_impl: what the files of the mesh share; not for others. */
#ifndef NODE_MESH_IMPL_H
#define NODE_MESH_IMPL_H

#include "net/lan.h"
#include "net/link.h"
#include "node/mesh.h"
#include "node/point.h"
#include "node/saved.h"

/* An event on its way to the thread, with what it borrows from. */
struct post {
	struct post *next;
	struct overlay_event event;
	struct buf raw;
	void *held; /* a message of a link, or NULL */
	char text[OVERLAY_URL];
};

enum { URLS_MOST = 16 };

struct mesh {
	struct node *node;
	struct links *links;
	struct lan *lan;
	pthread_t thread;
	bool has_thread;
	/* The overlay: only the thread steps it, with overlay_mutex held; others look with it. */
	pthread_mutex_t overlay_mutex;
	struct overlay *overlay;
	/* What waits for the thread, under mutex. */
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct post *first, **last;
	struct task *later;
	size_t bytes;
	bool stopping, moved;
	/* The thread's own. start_ms: what the overlay's time is ahead of the steady clock. */
	uint64_t start_ms;
	uint64_t told_ms; /* since when lines about who came and went are counted */
	unsigned told, untold;
	struct point point;
	struct saved saved;
	bool clock_off;
	uint64_t dialled[URLS_MOST]; /* the tag of the last dial to each address that the operator gave, 0: none */
	bool silent[URLS_MOST];      /* it was told that nobody answers there */
	char url[URLS_MOST][OVERLAY_URL];
	const char *advertised[URLS_MOST];
	unsigned advertises;
};

/* mesh_act.c: does what one effect asks for; the thread's. */
void mesh_act(struct mesh *m, const struct overlay_effect *e);

/* The same thread's: a dial has failed. Of each address that the operator gave it is told once. */
void mesh_unanswered(struct mesh *m, const struct overlay_event *e);

/* mesh_clock.c: peers say that the clock is (not) to be trusted: the core signs nothing until it is. False: memory is out. */
bool mesh_clock(struct node *n, bool off);

/* mesh_post.c: what comes from links and the LAN becomes posts. */
void mesh_hook(struct links_config *c, struct mesh *m);
void mesh_heard(void *arg, struct bytes beacon, const char *address);
void mesh_free_post(struct mesh *m, struct post *p);

/* mesh_post.c: as if a dial of this tag had failed. */
void mesh_failed(struct mesh *m, uint64_t tag, enum err e);

#endif
