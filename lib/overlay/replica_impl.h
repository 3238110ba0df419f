/* replica_impl: what replica.c (nodes, what is kept), replica_want.c (what is wanted) and replica_tell.c (HOLD) share. */
#ifndef OVERLAY_REPLICA_IMPL_H
#define OVERLAY_REPLICA_IMPL_H

#include "base/map.h"
#include "overlay/replica.h"

enum { REPLICA_SOURCES = 16 };

struct kept {
	struct body_ref body;
	size_t at;             /* its place in the list */
	bool stray;            /* this node is not among its holders any more */
	uint32_t tag[HOLDERS]; /* of the holders that were told of it */
	unsigned tags;
};

enum want_state { WANT_LOOK, WANT_IDLE, WANT_ASKED, WANT_KEEP };

struct want {
	struct body_ref body;
	enum want_state state;
	bool store, user;     /* to be kept; somebody here waits for it */
	bool hinted;
	struct pubkey hint;   /* who said that it has it */
	struct pubkey source[REPLICA_SOURCES];
	unsigned sources, next, tries; /* next: source to be asked */
	struct pubkey from;   /* asked */
	uint32_t request;
	uint64_t due_ms;      /* IDLE: not before; else until then */
};

struct replica {
	struct replica_config config;
	uint64_t dice;
	struct holders holders;
	struct map by_id;
	struct kept **kept;
	size_t count, cap, strays;
	uint64_t bytes, wanted_bytes; /* kept; of wants that are to be stored */
	struct want *want;
	unsigned wants, want_cap, flying;
	/* Looking over what is kept: bodies left of this pass, where it has come to, whether all holders are told. */
	size_t left, at;
	bool whole, again; /* again: holders changed meanwhile */
	uint64_t slice_ms, check_ms, ran_ms; /* ran: when wants were last looked at */
};

/* A zeroed action at the end; NULL when memory ran out. */
struct replica_action *replica_action_add(struct replica_actions *out, enum replica_action_type type);

bool replica_is_self(const struct replica *r, const struct pubkey *key);
bool replica_is_gone(const struct replica *r, const struct pubkey *key);
bool replica_is_holder(const struct replica *r, const struct hash *id);
uint64_t replica_draw(struct replica *r);

/* Drops strays until so many more bytes fit; false: they do not. *e: ERR_NOMEM. */
bool replica_make_room(struct replica *r, struct replica_actions *out, enum err *e, uint64_t size);

/* Holders are others now: what is kept is looked over. */
void replica_look_over(struct replica *r, bool whole, uint64_t now_ms);

/* replica_tell.c: the next slice of that, when it is due. */
enum err replica_tell(struct replica *r, struct replica_actions *out, uint64_t now_ms);

/* Tells the holders of bodies that are new, where that is this node's part. */
enum err replica_tell_new(struct replica *r, struct replica_actions *out, const struct body_ref *body, unsigned n);

/* replica_want.c. hint: may be NULL. */
enum err replica_want(struct replica *r, struct replica_actions *out, const struct body_ref *body,
    const struct pubkey *hint, bool user, uint64_t now_ms);
struct want *replica_wanted(const struct replica *r, const struct hash *id);
void replica_unwant(struct replica *r, struct want *w);
enum err replica_next(struct replica *r, struct replica_actions *out, struct want *w, uint64_t now_ms);
enum err replica_run(struct replica *r, struct replica_actions *out, uint64_t now_ms);
enum err replica_withdraw(struct replica *r, struct replica_actions *out, const struct pubkey *key, uint64_t now_ms);

#endif
