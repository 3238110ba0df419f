/*
 * windows: the blocks that are being fetched, in windows of SPACE_WINDOW, ascending. It keeps what arrives early and
 * hands over in order; whom to ask is space.c's affair.
 */
#ifndef OVERLAY_WINDOWS_H
#define OVERLAY_WINDOWS_H

#include "overlay/heads.h"

enum window_state { WINDOW_WANTED, WINDOW_ASKED, WINDOW_COMPLETE, WINDOW_HANDED };

struct held;

struct window {
	enum window_state state;
	uint64_t first, last;    /* HIDs still to come from `first` on; last of the window */
	uint64_t next;           /* the next block that is expected */
	uint32_t seals;          /* that may still come for the block before `next` */
	struct pubkey from;      /* who was asked, or sent it */
	uint32_t request;
	uint64_t asked_ms;
	size_t got;              /* bytes that came for this request */
	struct held *head, **tail;
};

struct windows {
	struct window item[SPACE_WINDOWS];
	unsigned count;
	uint64_t next;           /* first HID that no window has */
	size_t held;             /* bytes that wait */
};

/* Empties; the next window begins at hid. */
void windows_begin(struct windows *w, uint64_t hid);

/* Adds a wanted window up to last at most; NULL when there is no room or nothing more to come. */
struct window *windows_add(struct windows *w, uint64_t last);
struct window *windows_find(struct windows *w, const struct pubkey *from, uint32_t request);

/* The first that is not handed out; NULL: none. */
struct window *windows_current(struct windows *w);

/* Is to be asked for anew, from the first block that was not handed out whole. */
void windows_release(struct windows *w, struct window *one);

/*
 * An object of a window. ERR_HASH: not the block that the branch has; ERR_ORDER, ERR_TYPE: not what comes next;
 * ERR_BUSY: there is no room to keep it; ERR_NOMEM. After any error the window is to be released.
 */
enum err windows_take(struct windows *w, struct window *one, struct space_actions *out, const struct heads *heads,
    struct bytes raw);

/* Hands over what is due. ERR_NOMEM: the rest stays for the next call. */
enum err windows_hand(struct windows *w, struct space_actions *out);

/* All up to hid is synced. */
void windows_synced(struct windows *w, uint64_t hid);

#endif
