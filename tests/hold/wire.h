/*
 * wire: a client of the control socket without nng, so that it can misbehave at any byte. It speaks nng's SP over ipc:
 *
 *     greeting  0 "SP" 0, protocol u16 (big-endian; 0x30 asks, 0x31 answers), 0 0       each side, once
 *     message   1, length u64 (big-endian), request number u32 with its high bit set, body
 */
#ifndef HOLD_WIRE_H
#define HOLD_WIRE_H

#include <stdbool.h>

#include "base/bytes.h"

enum { WIRE_GREETING = 8, WIRE_HEAD = 9 };

uint64_t wire_now_ms(void); /* steady */

/* A connection without its greeting, or -1 with errno: ENOENT, ECONNREFUSED, EAGAIN (nobody accepts), ... */
int wire_connect(const char *path);

/* Both greetings, within ms. */
bool wire_greet(int fd, int ms);

/* Sends a head that claims this length. */
bool wire_claim(int fd, uint64_t length);

/* One request; false when the node no longer reads. */
bool wire_send(int fd, struct bytes body);

/* Exactly len bytes, until that moment of wire_now_ms. */
bool wire_pull(int fd, void *data, size_t len, uint64_t until);

/* The body of the next reply, appended, within ms. */
bool wire_receive(struct buf *out, int fd, int ms);

#endif
