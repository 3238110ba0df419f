/*
 * mesh: the node's side of the overlay: its links, the thread that steps the overlay, and what its effects ask for.
 *
 *     links' threads, writer, workers -> posts -> mesh thread: overlay_step -> links, workers (object, serve, fetch)
 *
 * Every call here may come from any thread and does not block. In a network of one there is no mesh, and they do nothing.
 */
#ifndef NODE_MESH_H
#define NODE_MESH_H

#include "node/inside.h"
#include "overlay/overlay.h"

/* Listens and dials as n->config says. ERR_IO and the like: trouble says more. */
enum err mesh_start(struct node *n, struct node_trouble *trouble);

/* No more is taken in or sent; mesh_free when the workers have ended. */
void mesh_stop(struct node *n);
void mesh_free(struct node *n);

/* An encoded object for the peer of this key, or for all when it is zero. Dropped when too much waits. */
void mesh_publish(struct node *n, const struct pubkey *to, struct bytes raw);

/* A payload that is new here, for a few peers other than the one it came from; of the own users (zero) for all. */
void mesh_relay(struct node *n, const struct pubkey *from, struct bytes raw);

/* What this peer sent was wrong. Zero: nobody is to blame. */
void mesh_blame(struct node *n, const struct pubkey *key, enum err e);

/* The chain has moved. */
void mesh_moved(struct node *n);

/* What was fetched up to hid is in the core; e: what is wrong with the block after it, or ERR_OK. */
void mesh_synced(struct node *n, uint64_t hid, enum err e);

/* Seals of a chain in these blocks are needed: history_seal and history_end tell. hash: of block hid. */
void mesh_history(struct node *n, uint32_t chain, uint64_t hid, uint32_t count, const struct hash *hash);

/* All of an answer was sent, or it is given up. */
void mesh_answered(struct node *n, uint64_t link);

/* Bodies of seals: what became of one that was looked for or came; those that are final, body_ref after body_ref (fresh: as in the
 * overlay's event); an answer is sent; who votes, ascending by key. */
void mesh_body_kept(struct node *n, const struct body_ref *body, enum err e);
void mesh_bodies(struct node *n, struct bytes refs, bool fresh);
void mesh_body_answered(struct node *n, uint64_t link);
void mesh_votes(struct node *n, const struct voter *voter, uint32_t count, struct u128 total);

/* An answer to a peer. ERR_BUSY: its queue is full; ERR_NOT_FOUND: it is gone. */
enum err mesh_send(struct node *n, uint64_t link, struct bytes raw);

/* Runs a task on a worker a little later. */
void mesh_later(struct node *n, struct task *task);

void mesh_look(struct node *n, struct overlay_view *out);

/* Peers ascending by key, in the arena. ERR_NOMEM. */
enum err mesh_peers(struct peer_view **out, unsigned *count, struct arena *arena, struct node *n);

#endif
