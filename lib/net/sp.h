/*
 * sp: what nng says over an ipc stream, spoken by hand by whoever asks (req) a server (rep).
 *
 *     greeting  0 "SP" 0, protocol u16, 0 0                          each side, once
 *     message   1, length u64, request id u32 with its top bit set, body; the length counts id and body
 *
 * Numbers are big-endian; a reply bears the id of its request.
 * Source of the rule: nanomsg's RFC sp-tcp-mapping-01 and sp-request-reply-01, with the type octet 1 of ipc.
 */
#ifndef NET_SP_H
#define NET_SP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SP_ID = 4, SP_HEAD = 9 + SP_ID };

/* The path of an ipc URL, borrowed from it; NULL for another scheme. */
const char *sp_path(const char *url);

/* A non-blocking connection that has not greeted yet; -1 when nobody listens, or accepts, there. */
int sp_connect(const char *path);

/* Greets as one who asks; true when one who answers greets back within ms. */
bool sp_greet(int fd, int ms);

/* The head of a message; false from sp_read_head when it is none, or too short for an id. */
void sp_write_head(uint8_t out[static SP_HEAD], uint32_t id, size_t body_len);
bool sp_read_head(uint32_t *id, uint64_t *body_len, const uint8_t in[static SP_HEAD]);

/* Milliseconds of the steady clock. */
int64_t sp_now_ms(void);

#endif
